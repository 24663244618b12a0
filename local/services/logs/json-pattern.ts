/** What a pattern says of a line, once that is read as JSON. */
export type JsonTest = (value: unknown) => boolean;

/** Why a pattern was not understood, for people. */
export class PatternError extends Error {
  override readonly name = "PatternError";
}

type Step = { readonly name: string } | { readonly index: number } | "any";

const TOKEN =
  /\s*(?:(&&|\|\||[()]|!=|<=|>=|=|<|>)|("(?:[^"\\]|\\.)*")|(%[^%]*%)|(\$(?:\.?\[(?:\d+|\*|'[^']*'|"[^"]*")\]|\.(?:\*|[\w-]+))+)|([\w.*+:/@-]+))/y;
const STEP = /\.?\[(?:(\d+)|(\*)|'([^']*)'|"([^"]*)")\]|\.(?:(\*)|([\w-]+))/g;
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
/** Deeper than anybody writes, and far from the end of the stack. */
const MAX_DEPTH = 50;

interface Token {
  readonly kind: "sign" | "text" | "regex" | "selector" | "word";
  readonly text: string;
}

/**
 * A JSON pattern of CloudWatch Logs, without its braces: `$.level = "ERROR" && ($.attempt > 1 || $.code NOT EXISTS)`. A
 * comparison with a property that is missing, an object or a list holds for no line. Throws PatternError.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
 */
export function parseJsonPattern(text: string): JsonTest {
  const parser = new Parser(splitTokens(text));
  return parser.parseWhole();
}

class Parser {
  #at = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  parseWhole(): JsonTest {
    const test = this.#parseAny(0);
    const left = this.tokens[this.#at];
    if (left) throw new PatternError(`"${left.text}" stands where && or || was expected`);
    return test;
  }

  #parseAny(depth: number): JsonTest {
    if (depth > MAX_DEPTH) throw new PatternError(`it has more than ${MAX_DEPTH} parentheses within each other`);
    const tests = [this.#parseAll(depth)];
    while (this.#takeSign("||")) tests.push(this.#parseAll(depth));
    return (value) => tests.some((test) => test(value));
  }

  #parseAll(depth: number): JsonTest {
    const tests = [this.#parseOne(depth)];
    while (this.#takeSign("&&")) tests.push(this.#parseOne(depth));
    return (value) => tests.every((test) => test(value));
  }

  #parseOne(depth: number): JsonTest {
    if (!this.#takeSign("(")) return this.#parseComparison();
    const test = this.#parseAny(depth + 1);
    if (!this.#takeSign(")")) throw new PatternError("a parenthesis is not closed");
    return test;
  }

  #parseComparison(): JsonTest {
    const selector = this.#take();
    if (selector?.kind !== "selector")
      throw new PatternError(
        `a property such as $.level was expected, not ${selector ? `"${selector.text}"` : "the end"}`,
      );
    const steps = parseSelector(selector.text);
    const test = this.#parseCondition();
    return (value) => test(selectAll(value, steps));
  }

  /** What is asked of the values that a selector finds; several where it has a wildcard, none where there is nothing. */
  #parseCondition(): (found: readonly unknown[]) => boolean {
    const sign = this.#take();
    const word = sign?.kind === "word" ? sign.text.toUpperCase() : undefined;
    if (word === "NOT") {
      this.#requireWord("EXISTS");
      return (found) => found.length === 0;
    }
    if (word === "IS") {
      const wanted = { NULL: null, TRUE: true, FALSE: false }[this.#requireWord("NULL", "TRUE", "FALSE")];
      return (found) => found.some((value) => value === wanted);
    }
    if (sign?.kind !== "sign" || !/^(!=|[<>]=?|=)$/.test(sign.text))
      throw new PatternError(`=, !=, <, >, IS or NOT EXISTS was expected, not ${sign ? `"${sign.text}"` : "the end"}`);
    const test = createComparison(sign.text, this.#take());
    return (found) => found.some(test);
  }

  #requireWord<W extends string>(...words: readonly W[]): W {
    const token = this.#take();
    const word = words.find((candidate) => token?.kind === "word" && token.text.toUpperCase() === candidate);
    if (word) return word;
    throw new PatternError(`${words.join(", ")} was expected, not ${token ? `"${token.text}"` : "the end"}`);
  }

  #take(): Token | undefined {
    const token = this.tokens[this.#at];
    this.#at += 1;
    return token;
  }

  #takeSign(text: string): boolean {
    const token = this.tokens[this.#at];
    if (token?.kind !== "sign" || token.text !== text) return false;
    this.#at += 1;
    return true;
  }
}

function splitTokens(text: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  const whole = text.trimEnd();
  while (TOKEN.lastIndex < whole.length) {
    const from = TOKEN.lastIndex;
    const match = TOKEN.exec(whole);
    if (!match) throw new PatternError(`it is not understood from "${whole.slice(from).trim().slice(0, 40)}" on`);
    const [, sign, quoted, regex, selector, word] = match;
    if (sign !== undefined) tokens.push({ kind: "sign", text: sign });
    else if (quoted !== undefined) tokens.push({ kind: "text", text: quoted.slice(1, -1).replaceAll(/\\(.)/g, "$1") });
    else if (regex !== undefined) tokens.push({ kind: "regex", text: regex });
    else if (selector !== undefined) tokens.push({ kind: "selector", text: selector });
    else tokens.push({ kind: "word", text: word ?? "" });
  }
  return tokens;
}

function parseSelector(text: string): readonly Step[] {
  const steps = [...text.matchAll(STEP)].map(([, index, anyIndex, single, double, anyName, name]): Step => {
    if (index !== undefined) return { index: Number(index) };
    if (anyIndex ?? anyName) return "any";
    return { name: single ?? double ?? name ?? "" };
  });
  // As on AWS.
  if (steps.filter((step) => step === "any").length > 1) throw new PatternError(`${text} has more than one wildcard`);
  return steps;
}

function selectAll(value: unknown, [step, ...rest]: readonly Step[]): readonly unknown[] {
  if (step === undefined) return [value];
  if (typeof value !== "object" || value === null) return [];
  if (step === "any") return Object.values(value).flatMap((one) => selectAll(one, rest));
  const key = "index" in step ? step.index : step.name;
  if (Array.isArray(value) !== "index" in step || !Object.hasOwn(value, key)) return [];
  return selectAll((value as Record<string | number, unknown>)[key], rest);
}

function createComparison(sign: string, literal: Token | undefined): (value: unknown) => boolean {
  if (literal?.kind === "regex") throw new PatternError(`regular expressions (${literal.text}) are not known here`);
  if (literal?.kind !== "text" && literal?.kind !== "word")
    throw new PatternError(`a text or a number was expected after ${sign}`);
  const { kind, text } = literal;
  const number = kind === "word" && NUMBER.test(text) ? Number(text) : undefined;
  if (sign === "=" || sign === "!=") {
    const matches = matcherOf(text);
    const isSame = (value: unknown): boolean => value === number || matches(String(value));
    return (value) => isScalar(value) && isSame(value) === (sign === "=");
  }
  if (number === undefined) throw new PatternError(`${sign} compares numbers, and "${text}" is none`);
  const compare = { "<": less, ">": greater, "<=": atMost, ">=": atLeast }[sign];
  return (value) => typeof value === "number" && (compare?.(value, number) ?? false);
}

const less = (a: number, b: number): boolean => a < b;
const greater = (a: number, b: number): boolean => a > b;
const atMost = (a: number, b: number): boolean => a <= b;
const atLeast = (a: number, b: number): boolean => a >= b;

function isScalar(value: unknown): boolean {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}

/** `*` stands for any text. Without a regular expression: a pattern of many stars must not take for ever. */
function matcherOf(pattern: string): (text: string) => boolean {
  const [first = "", ...others] = pattern.split("*");
  const last = others.pop();
  if (last === undefined) return (text) => text === first;
  return (text) => {
    if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length) return false;
    let at = first.length;
    const end = text.length - last.length;
    for (const piece of others) {
      const found = text.indexOf(piece, at);
      if (found < 0 || found + piece.length > end) return false;
      at = found + piece.length;
    }
    return true;
  };
}
