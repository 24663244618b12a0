/** One thing that is wrong with a configuration: where, and what to do about it. */
export interface Problem {
  /** `dev.origins.0`, or a construct's path. */
  readonly path: string;
  readonly message: string;
}

/** A configuration that cannot be synthesized. Names every problem that was found, not just the first. */
export class ConfigurationError extends Error {
  override readonly name = "ConfigurationError";
  readonly problems: readonly Problem[];

  constructor(summary: string, problems: readonly Problem[]) {
    super([summary, ...problems.map(({ path, message }) => `  ${path}: ${message}`)].join("\n"));
    this.problems = problems;
  }
}
