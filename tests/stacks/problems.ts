import { ConfigurationError } from "../../stacks/support/errors.ts";

/** What a configuration is refused for, `where: what`; nothing where it is taken. */
export function listProblems(run: () => unknown): readonly string[] {
  try {
    run();
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems.map(({ path, message }) => `${path}: ${message}`);
    throw error;
  }
  return [];
}
