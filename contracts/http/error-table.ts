import type { ErrorTable } from "./errors.ts";

/** Rows of Markdown, one for each code. */
export function createErrorRows(errors: ErrorTable): string {
  return Object.entries(errors)
    .map(
      ([code, { status, retryable, message }]) =>
        `| \`${code}\` | ${status ?? ""} | ${retryable ? "yes" : "no"} | ${message} |`,
    )
    .join("\n");
}
