import { AwsError } from "../aws-json/aws-error.ts";

/** Whether a line of a log is wanted. */
export type LineFilter = (line: string) => boolean;

/** One term: a word, or any text between quotes; `?` before it makes it one of several alternatives. */
const TERM = /\s*(\?)?(?:"((?:[^"\\]|\\.)*)"|([\w]+))(?=\s|$)/y;

/**
 * CloudWatch Logs' filter patterns, as far as a laptop needs them: terms that a line must all hold (`"a b" c`), or of
 * which it must hold one (`?"a" ?"b"`); case counts. Anything else is refused by name: an ignored pattern would show too much.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
 */
export function parseFilterPattern(pattern: string): LineFilter {
  const required: string[] = [];
  const alternatives: string[] = [];
  const text = pattern.trim();
  TERM.lastIndex = 0;
  while (TERM.lastIndex < text.length) {
    const term = TERM.exec(text);
    if (!term) throw refusePattern(pattern);
    const [, isAlternative, quoted, word = ""] = term;
    (isAlternative ? alternatives : required).push(quoted === undefined ? word : quoted.replaceAll(/\\(.)/g, "$1"));
  }
  // CloudWatch ignores the alternatives then, which nobody who writes them expects.
  if (required.length > 0 && alternatives.length > 0) throw refusePattern(pattern);
  if (alternatives.length > 0) return (line) => alternatives.some((term) => line.includes(term));
  return (line) => required.every((term) => line.includes(term));
}

function refusePattern(pattern: string): AwsError {
  return new AwsError(
    "InvalidParameterException",
    `The laptop runtime's Logs knows filter patterns of terms only, like "a b" c, or ?"a" ?"b"; this is another: ${pattern}`,
    { namespace: "com.amazonaws.logs" },
  );
}
