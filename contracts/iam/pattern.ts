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

/**
 * Greedy with one point of return: linear in practice, where a regular expression of many `.*` would not be. `mayBeAny` says
 * whether a `?` stands for this character.
 */
function matchesTokens(
  tokens: readonly Token[],
  characters: readonly string[],
  mayBeAny: (character: string) => boolean = () => true,
): boolean {
  let token = 0;
  let position = 0;
  let star = -1;
  let starPosition = 0;
  while (position < characters.length) {
    const current = tokens[token];
    const character = characters[position] ?? "";
    if (current === ANY) {
      star = token++;
      starPosition = position;
    } else if ((current === ONE && mayBeAny(character)) || current === character) {
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

/**
 * Whether all that `inner` matches, `outer` matches too. May say no where it is not sure; never yes. Policy variables and
 * references of Terraform are texts like any other.
 */
export function coversPattern(outer: string, inner: string): boolean {
  const tokens = [...outer].map((character): Token => (character === "*" ? ANY : character === "?" ? ONE : character));
  return matchesTokens(tokens, [...inner], (character) => character !== "*");
}

/** Whether some text is matched by both. Row by row over both patterns, so that no pair of patterns takes long. */
export function overlapPatterns(a: string, b: string): boolean {
  let below: boolean[] = [];
  for (let row = a.length; row >= 0; row--) {
    const cells: boolean[] = [];
    for (let column = b.length; column >= 0; column--) {
      cells[column] = overlapsAt(a[row], b[column], below[column], cells[column + 1], below[column + 1]);
    }
    below = cells;
  }
  return below[0] ?? false;
}

/** Whether the rests overlap, given whether they do with a character less of the first, of the second, and of both. */
function overlapsAt(a = "", b = "", lessA = false, lessB = false, lessBoth = false): boolean {
  if (a === "" && b === "") return true;
  if (a === "*") return lessA || (b !== "" && lessB);
  if (b === "*") return lessB || (a !== "" && lessA);
  return a !== "" && b !== "" && (a === b || a === "?" || b === "?") && lessBoth;
}
