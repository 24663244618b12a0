import { AwsError } from "../../protocol/aws-json/aws-error.ts";
import { type JsonTest, PatternError, parseJsonPattern } from "./json-pattern.ts";

/** Whether a line of a log is wanted. */
export type LineFilter = (line: string) => boolean;

/** One term: a word, or any text between quotes; before it, `?` makes it one of several alternatives, `-` forbids it. */
const TERM = /\s*([?-])?(?:"((?:[^"\\]|\\.)*)"|([\w]+))(?=\s|$)/y;

/**
 * CloudWatch Logs' filter patterns, as far as a laptop needs them: terms that a line must all hold (`"a b" c`), must not hold
 * (`-d`) or of which it must hold one (`?"a" ?"b"`), case counts; and JSON patterns (`{ $.level = "ERROR" }`). Anything else is
 * refused by name: an ignored pattern would show too much.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
 */
export function parseFilterPattern(pattern: string): LineFilter {
  const text = pattern.trim();
  if (text.startsWith("{")) return parseBraces(pattern, text);
  if (text.startsWith("[")) throw refusePattern(pattern, "patterns of columns in brackets are not known here");
  if (text.startsWith("%")) throw refusePattern(pattern, "regular expressions are not known here");
  return parseTerms(pattern, text);
}

function parseBraces(pattern: string, text: string): LineFilter {
  if (!text.endsWith("}")) throw refusePattern(pattern, "its brace is not closed");
  try {
    const test = parseJsonPattern(text.slice(1, -1));
    return (line) => testJson(line, test);
  } catch (error) {
    if (error instanceof PatternError) throw refusePattern(pattern, error.message);
    throw error;
  }
}

function testJson(line: string, test: JsonTest): boolean {
  try {
    return test(JSON.parse(line));
  } catch {
    return false;
  }
}

function parseTerms(pattern: string, text: string): LineFilter {
  const required: string[] = [];
  const forbidden: string[] = [];
  const alternatives: string[] = [];
  TERM.lastIndex = 0;
  while (TERM.lastIndex < text.length) {
    const term = TERM.exec(text);
    if (!term) throw refusePattern(pattern, "a term is a word, or any text in double quotes");
    const [, sign, quoted, word = ""] = term;
    const list = sign === "?" ? alternatives : sign === "-" ? forbidden : required;
    list.push(quoted === undefined ? word : quoted.replaceAll(/\\(.)/g, "$1"));
  }
  // CloudWatch ignores the alternatives then, which nobody who writes them expects.
  if (required.length + forbidden.length > 0 && alternatives.length > 0)
    throw refusePattern(pattern, "terms with ? stand alone");
  if (alternatives.length > 0) return (line) => alternatives.some((term) => line.includes(term));
  return (line) => required.every((term) => line.includes(term)) && !forbidden.some((term) => line.includes(term));
}

function refusePattern(pattern: string, why: string): AwsError {
  return new AwsError(
    "InvalidParameterException",
    `Invalid filter pattern: ${why}. The laptop runtime's Logs knows terms ("a b" c -d, or ?"a" ?"b") and JSON patterns ({ $.level = "ERROR" && $.jobId = "x" }); this is another: ${pattern}`,
    { namespace: "com.amazonaws.logs" },
  );
}
