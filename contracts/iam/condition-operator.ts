/**
 * An operator of a condition, taken apart: `ForAnyValue:StringNotLikeIfExists`.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 */
export interface ConditionOperator {
  /** `StringNotLike`, `Null` */
  readonly base: ConditionOperatorBase;
  /** `…Not…`: true where no value matches, and where the key is absent. */
  readonly isNegated: boolean;
  /** `…IfExists`: true where the key is absent, too. */
  readonly ifExists: boolean;
  readonly quantifier?: "ForAllValues" | "ForAnyValue";
}

const BASES = [
  ...(["StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase"] as const),
  ...(["StringLike", "StringNotLike", "ArnEquals", "ArnNotEquals", "ArnLike", "ArnNotLike", "Bool"] as const),
  ...(["NumericEquals", "NumericNotEquals", "NumericLessThan", "NumericLessThanEquals"] as const),
  ...(["NumericGreaterThan", "NumericGreaterThanEquals", "DateEquals", "DateNotEquals", "DateLessThan"] as const),
  ...(["DateLessThanEquals", "DateGreaterThan", "DateGreaterThanEquals", "IpAddress", "NotIpAddress"] as const),
  ...(["BinaryEquals", "Null"] as const),
];
export type ConditionOperatorBase = (typeof BASES)[number];

const FORM = /^(?:(ForAllValues|ForAnyValue):)?(\w+?)(IfExists)?$/;

/** Undefined where IAM has no such operator. `Null` asks for absence itself: it has no IfExists and no quantifier. */
export function parseConditionOperator(name: string): ConditionOperator | undefined {
  const [, quantifier, text, ifExists] = FORM.exec(name) ?? [];
  const base = BASES.find((known) => known === text);
  if (base === undefined || (base === "Null" && (quantifier || ifExists))) return undefined;
  return {
    base,
    isNegated: base.includes("Not"),
    ifExists: ifExists !== undefined,
    ...(quantifier && { quantifier: quantifier as "ForAllValues" | "ForAnyValue" }),
  };
}

/** Whether a condition narrows whom an Allow is for: not where it holds for all but some, or without the key. */
export function isBounding(name: string): boolean {
  const operator = parseConditionOperator(name);
  return (
    operator !== undefined &&
    !operator.isNegated &&
    !operator.ifExists &&
    operator.base !== "Null" &&
    operator.quantifier !== "ForAllValues"
  );
}
