import { expect, it } from "vitest";
import { isBounding, parseConditionOperator } from "../../../contracts/iam/condition-operator.ts";

it.each([
  ["StringEquals", { base: "StringEquals", isNegated: false, ifExists: false }],
  ["StringNotLikeIfExists", { base: "StringNotLike", isNegated: true, ifExists: true }],
  ["NotIpAddress", { base: "NotIpAddress", isNegated: true, ifExists: false }],
  ["ForAnyValue:ArnLike", { base: "ArnLike", isNegated: false, ifExists: false, quantifier: "ForAnyValue" }],
  [
    "ForAllValues:StringEqualsIgnoreCase",
    { base: "StringEqualsIgnoreCase", isNegated: false, ifExists: false, quantifier: "ForAllValues" },
  ],
  ["Null", { base: "Null", isNegated: false, ifExists: false }],
])("the operator %s is taken apart", (name, parts) => {
  expect(parseConditionOperator(name)).toEqual(parts);
});

it.each([
  "StringMatches",
  "stringEquals",
  "NullIfExists",
  "ForAnyValue:Null",
  "ForSomeValues:StringEquals",
  "toString",
  "",
])("%j is no operator", (name) => {
  expect(parseConditionOperator(name)).toBeUndefined();
});

it.each([
  ["StringEquals", true],
  ["ForAnyValue:StringLike", true],
  ["StringNotEquals", false],
  ["ArnLikeIfExists", false],
  ["ForAllValues:StringEquals", false],
  ["Null", false],
  ["StringMatches", false],
])("%s bounds whom an Allow is for: %s", (name, expected) => {
  expect(isBounding(name)).toBe(expected);
});
