/** Something that a person can put right. The message says what was wrong, what was expected and what to do. */
export class PlanError extends Error {
  override readonly name = "PlanError";
}
