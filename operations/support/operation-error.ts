/** What a person can put right; its message says what was wrong, what was expected and what to do. */
export class OperationError extends Error {
  override readonly name = "OperationError";
}
