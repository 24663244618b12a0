import { type ConditionOperatorBase, parseConditionOperator } from "../../contracts/iam/condition-operator.ts";
import { expandVariables, matchesArn, matchesPattern, type VariableLookup } from "../../contracts/iam/pattern.ts";
import type { PolicyCondition } from "../../contracts/iam/policy-document.ts";

/** Condition keys of one request, in lower case: IAM does not tell `aws:SourceArn` from `aws:sourcearn`. */
export type RequestContext = ReadonlyMap<string, readonly string[]>;

type Compare = (actual: string, expected: string, findVariable: VariableLookup) => boolean;

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

/** What a value is held against; a negated operator holds where this does not. */
const COMPARISONS: Readonly<Record<Exclude<ConditionOperatorBase, "Null" | "BinaryEquals">, Compare>> = {
  StringEquals: equals,
  StringNotEquals: equals,
  StringEqualsIgnoreCase: equalsIgnoringCase,
  StringNotEqualsIgnoreCase: equalsIgnoringCase,
  StringLike: like,
  StringNotLike: like,
  // `ArnEquals` behaves as `ArnLike` (IAM user guide, "ARN condition operators").
  ArnEquals: arnLike,
  ArnLike: arnLike,
  ArnNotEquals: arnLike,
  ArnNotLike: arnLike,
  Bool: (actual, expected) => actual.toLowerCase() === expected.toLowerCase(),
  NumericEquals: sameNumber,
  NumericNotEquals: sameNumber,
  NumericLessThan: number((actual, expected) => actual < expected),
  NumericLessThanEquals: number((actual, expected) => actual <= expected),
  NumericGreaterThan: number((actual, expected) => actual > expected),
  NumericGreaterThanEquals: number((actual, expected) => actual >= expected),
  DateEquals: sameDate,
  DateNotEquals: sameDate,
  DateLessThan: date((actual, expected) => actual < expected),
  DateLessThanEquals: date((actual, expected) => actual <= expected),
  DateGreaterThan: date((actual, expected) => actual > expected),
  DateGreaterThanEquals: date((actual, expected) => actual >= expected),
  IpAddress: isInNetwork,
  NotIpAddress: isInNetwork,
};

interface Operator {
  /** Absent of `Null`, which asks only whether the key is there. */
  readonly compare?: Compare;
  readonly isNegated: boolean;
  readonly ifExists: boolean;
  readonly quantifier?: "ForAllValues" | "ForAnyValue";
}

/** Undefined for an operator that is not part of IAM, or that this evaluator does not know (`BinaryEquals`). */
export function findOperator(name: string): Operator | undefined {
  const operator = parseConditionOperator(name);
  if (operator === undefined || operator.base === "BinaryEquals") return undefined;
  return operator.base === "Null" ? operator : { ...operator, compare: COMPARISONS[operator.base] };
}

/** Every condition must hold. */
export function meetsConditions(conditions: readonly PolicyCondition[], context: RequestContext): boolean {
  const findVariable: VariableLookup = (name) => findVariableValue(name, context);
  return conditions.every(({ operator: name, key, values }) => {
    const operator = findOperator(name);
    return operator !== undefined && meets(operator, context.get(key.toLowerCase()), values, findVariable);
  });
}

/** Only a key with one value can stand for a variable. */
export function findVariableValue(name: string, context: RequestContext): string | undefined {
  const values = context.get(name.trim().toLowerCase());
  return values?.length === 1 ? values[0] : undefined;
}

function meets(
  { compare, isNegated, ifExists, quantifier }: Operator,
  actual: readonly string[] | undefined,
  expected: readonly string[],
  findVariable: VariableLookup,
): boolean {
  const absent = actual === undefined || actual.length === 0;
  if (compare === undefined) return expected.some((value) => (value.toLowerCase() === "true") === absent);
  if (absent) {
    if (quantifier === "ForAnyValue") return ifExists;
    return ifExists || isNegated || quantifier === "ForAllValues";
  }
  const holds = (value: string): boolean =>
    expected.some((wanted) => compare(value, wanted, findVariable)) !== isNegated;
  if (quantifier === "ForAllValues") return actual.every(holds);
  if (quantifier === "ForAnyValue") return actual.some(holds);
  return isNegated ? actual.every(holds) : actual.some(holds);
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
