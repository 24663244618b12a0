/**
 * The runtime will not start: every problem that was found, each naming the resource and attribute, what was expected
 * and what to do. Its text is for the person at the terminal; a stack trace would not help them.
 */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly problems: readonly string[];

  constructor(summary: string, problems: readonly string[]) {
    super([summary, ...problems.map((problem) => `  - ${problem}`)].join("\n"));
    this.problems = problems;
  }
}
