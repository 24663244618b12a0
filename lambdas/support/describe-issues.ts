import type * as z from "zod/mini";
import type { ErrorDetail } from "./errors.ts";

type Issue = z.core.$ZodIssue;

/** What is wrong with a request, per field, in words of our own: zod/mini carries none. Values are never repeated. */
export function describeIssues(issues: readonly Issue[]): ErrorDetail[] {
  return issues.map((issue) => ({ path: issue.path.join("."), message: describeIssue(issue) }));
}

function describeIssue(issue: Issue): string {
  switch (issue.code) {
    case "invalid_type":
      return `expected ${issue.expected === "int" ? "a whole number" : issue.expected}`;
    case "too_small":
      return `expected at least ${issue.minimum}`;
    case "too_big":
      return `expected at most ${issue.maximum}`;
    case "invalid_value":
      return `expected one of ${issue.values.join(", ")}`;
    case "unrecognized_keys":
      return `unknown: ${issue.keys.map((key) => JSON.stringify(key.slice(0, 40))).join(", ")}`;
    default:
      return "not as expected";
  }
}
