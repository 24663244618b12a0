/** Looks up a policy variable's value; undefined where the request has none. */
export type VariableLookup = (name: string) => string | undefined;

const noVariables: VariableLookup = () => undefined;
const ANY = Symbol("*");
const ONE = Symbol("?");
const VARIABLE_OR_CHARACTER = /\$\{([^}]*)\}|[\s\S]/gu;
type Token = string | typeof ANY | typeof ONE;

/**
 * Whether a text matches an IAM pattern: `*` is any run of characters, `?` any one, `${aws:PrincipalArn}` the value of
 * a policy variable. A variable's value is always literal: a `*` in it matches only a `*`. A variable that the request
 * does not have matches nothing, as in IAM.
 */
export function matchesPattern(pattern: string, text: string, findVariable: VariableLookup = noVariables): boolean {
  const tokens = tokenize(pattern, findVariable);
  return tokens !== undefined && matchesTokens(tokens, [...text]);
}

function tokenize(pattern: string, findVariable: VariableLookup): Token[] | undefined {
  const tokens: Token[] = [];
  for (const [part, variable] of pattern.matchAll(VARIABLE_OR_CHARACTER)) {
    if (variable === undefined) {
      tokens.push(part === "*" ? ANY : part === "?" ? ONE : part);
      continue;
    }
    const value = expandVariable(variable, findVariable);
    if (value === undefined) return undefined;
    tokens.push(...value);
  }
  return tokens;
}

/** The text with its variables replaced; undefined where the request does not have one of them. */
export function expandVariables(text: string, findVariable: VariableLookup): string | undefined {
  let expanded = "";
  for (const [part, variable] of text.matchAll(VARIABLE_OR_CHARACTER)) {
    const value = variable === undefined ? part : expandVariable(variable, findVariable);
    if (value === undefined) return undefined;
    expanded += value;
  }
  return expanded;
}

/** `${*}`, `${?}` and `${$}` stand for the characters themselves. */
function expandVariable(name: string, findVariable: VariableLookup): string | undefined {
  return ["*", "?", "$"].includes(name) ? name : findVariable(name);
}

/** Greedy with one point of return: linear in practice, where a regular expression of many `.*` would not be. */
function matchesTokens(tokens: readonly Token[], characters: readonly string[]): boolean {
  let token = 0;
  let position = 0;
  let star = -1;
  let starPosition = 0;
  while (position < characters.length) {
    const current = tokens[token];
    if (current === ANY) {
      star = token++;
      starPosition = position;
    } else if (current === ONE || (current !== undefined && current === characters[position])) {
      token++;
      position++;
    } else if (star >= 0) {
      token = star + 1;
      position = ++starPosition;
    } else return false;
  }
  while (tokens[token] === ANY) token++;
  return token === tokens.length;
}

/** ARNs are compared part by part, so that a `*` in one of the first five parts cannot reach over a colon. */
export function matchesArn(pattern: string, arn: string, findVariable: VariableLookup = noVariables): boolean {
  if (pattern === "*") return true;
  const expected = splitArn(pattern);
  const actual = splitArn(arn);
  return (
    expected.length === 6 &&
    actual.length === 6 &&
    expected.every((part, index) => matchesPattern(part, actual[index] ?? "", findVariable))
  );
}

/** Six parts; the last keeps its colons, and so do variables (`${aws:PrincipalArn}`). */
function splitArn(arn: string): string[] {
  const parts: string[] = [""];
  for (const [part] of arn.matchAll(/\$\{[^}]*\}|[\s\S]/gu)) {
    if (part === ":" && parts.length < 6) parts.push("");
    else parts[parts.length - 1] += part;
  }
  return parts;
}
