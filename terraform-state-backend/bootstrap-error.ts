/** Something that a person can mend: what was wrong, what was expected, what to do. Shown without a stack trace. */
export class BootstrapError extends Error {
  override readonly name = "BootstrapError";
}
