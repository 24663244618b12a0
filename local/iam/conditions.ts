import { expandVariables, matchesArn, matchesPattern, type VariableLookup } from "./pattern.ts";

/** Condition keys of one request, in lower case: IAM does not tell `aws:SourceArn` from `aws:sourcearn`. */
export type RequestContext = ReadonlyMap<string, readonly string[]>;

/** `{StringEquals: {"aws:SourceAccount": ["123456789012"]}}` */
export type ConditionBlock = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

type Compare = (actual: string, expected: string, findVariable: VariableLookup) => boolean;

interface Operator {
  readonly compare: Compare;
  /** `…Not…`: true where no value matches, and where the key is absent. */
  readonly negated: boolean;
}

/** Only patterns know wildcards; an exact operator still resolves variables. */
const text =
  (compare: (actual: string, expected: string) => boolean): Compare =>
  (actual, expected, findVariable) => {
    const literal = expandVariables(expected, findVariable);
    return literal !== undefined && compare(actual, literal);
  };
const number =
  (compare: (actual: number, expected: number) => boolean): Compare =>
  (actual, expected) =>
    compare(Number(actual), Number(expected));
const date =
  (compare: (actual: number, expected: number) => boolean): Compare =>
  (actual, expected) =>
    compare(toSeconds(actual), toSeconds(expected));

const equals = text((actual, expected) => actual === expected);
const equalsIgnoringCase = text((actual, expected) => actual.toLowerCase() === expected.toLowerCase());
const like: Compare = (actual, expected, findVariable) => matchesPattern(expected, actual, findVariable);
const arnLike: Compare = (actual, expected, findVariable) => matchesArn(expected, actual, findVariable);
const sameNumber = number((actual, expected) => actual === expected);
const sameDate = date((actual, expected) => actual === expected);

const is = (compare: Compare): Operator => ({ compare, negated: false });
const isNot = (compare: Compare): Operator => ({ compare, negated: true });

/** `ArnEquals` behaves as `ArnLike` (IAM user guide, "ARN condition operators"). */
const OPERATORS: Readonly<Record<string, Operator>> = {
  StringEquals: is(equals),
  StringNotEquals: isNot(equals),
  StringEqualsIgnoreCase: is(equalsIgnoringCase),
  StringNotEqualsIgnoreCase: isNot(equalsIgnoringCase),
  StringLike: is(like),
  StringNotLike: isNot(like),
  ArnEquals: is(arnLike),
  ArnLike: is(arnLike),
  ArnNotEquals: isNot(arnLike),
  ArnNotLike: isNot(arnLike),
  Bool: is((actual, expected) => actual.toLowerCase() === expected.toLowerCase()),
  NumericEquals: is(sameNumber),
  NumericNotEquals: isNot(sameNumber),
  NumericLessThan: is(number((actual, expected) => actual < expected)),
  NumericLessThanEquals: is(number((actual, expected) => actual <= expected)),
  NumericGreaterThan: is(number((actual, expected) => actual > expected)),
  NumericGreaterThanEquals: is(number((actual, expected) => actual >= expected)),
  DateEquals: is(sameDate),
  DateNotEquals: isNot(sameDate),
  DateLessThan: is(date((actual, expected) => actual < expected)),
  DateLessThanEquals: is(date((actual, expected) => actual <= expected)),
  DateGreaterThan: is(date((actual, expected) => actual > expected)),
  DateGreaterThanEquals: is(date((actual, expected) => actual >= expected)),
  IpAddress: is(isInNetwork),
  NotIpAddress: isNot(isInNetwork),
};

interface ParsedOperator {
  readonly operator: Operator | "Null";
  readonly ifExists: boolean;
  readonly quantifier?: "ForAllValues" | "ForAnyValue";
}

/** Undefined for an operator that is not part of IAM, or that this evaluator does not know (`BinaryEquals`). */
export function findOperator(name: string): ParsedOperator | undefined {
  const [, quantifier, base = "", ifExists] = /^(?:(ForAllValues|ForAnyValue):)?(\w+?)(IfExists)?$/.exec(name) ?? [];
  if (base === "Null") return quantifier || ifExists ? undefined : { operator: "Null", ifExists: false };
  const operator = Object.hasOwn(OPERATORS, base) ? OPERATORS[base] : undefined;
  return (
    operator && {
      operator,
      ifExists: ifExists !== undefined,
      ...(quantifier && { quantifier: quantifier as "ForAllValues" | "ForAnyValue" }),
    }
  );
}

/** Every operator and every key of the block must hold. */
export function meetsConditions(block: ConditionBlock, context: RequestContext): boolean {
  const findVariable: VariableLookup = (name) => findVariableValue(name, context);
  return Object.entries(block).every(([name, keys]) => {
    const operator = findOperator(name);
    return (
      operator !== undefined &&
      Object.entries(keys).every(([key, expected]) =>
        meets(operator, context.get(key.toLowerCase()), expected, findVariable),
      )
    );
  });
}

/** Only a key with one value can stand for a variable. */
export function findVariableValue(name: string, context: RequestContext): string | undefined {
  const values = context.get(name.trim().toLowerCase());
  return values?.length === 1 ? values[0] : undefined;
}

function meets(
  { operator, ifExists, quantifier }: ParsedOperator,
  actual: readonly string[] | undefined,
  expected: readonly string[],
  findVariable: VariableLookup,
): boolean {
  const absent = actual === undefined || actual.length === 0;
  if (operator === "Null") return expected.some((value) => (value.toLowerCase() === "true") === absent);
  if (absent) {
    if (quantifier === "ForAnyValue") return ifExists;
    return ifExists || operator.negated || quantifier === "ForAllValues";
  }
  const holds = (value: string): boolean =>
    expected.some((wanted) => operator.compare(value, wanted, findVariable)) !== operator.negated;
  if (quantifier === "ForAllValues") return actual.every(holds);
  if (quantifier === "ForAnyValue") return actual.some(holds);
  return operator.negated ? actual.every(holds) : actual.some(holds);
}

/** ISO 8601 or seconds since 1970. */
function toSeconds(value: string): number {
  return /^\d+(\.\d+)?$/.test(value) ? Number(value) : Date.parse(value) / 1000;
}

/** IPv4 only: the runtime listens on 127.0.0.1 and nowhere else. */
function isInNetwork(actual: string, expected: string): boolean {
  const [network = "", bits = "32"] = expected.split("/");
  const left = toIpv4(actual);
  const right = toIpv4(network);
  if (left === undefined || right === undefined) return false;
  const size = 2 ** (32 - Number(bits));
  return Math.floor(left / size) === Math.floor(right / size);
}

function toIpv4(address: string): number | undefined {
  const parts = address.split(".").map(Number);
  if (parts.length !== 4 || parts.some((part) => !Number.isInteger(part) || part < 0 || part > 255)) return undefined;
  return parts.reduce((total, part) => total * 256 + part, 0);
}
