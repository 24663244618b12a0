/** What went wrong, for a person: a step that did not do what it should, or a target that cannot be used. */
export class ApplyError extends Error {
  override readonly name = "ApplyError";
}
