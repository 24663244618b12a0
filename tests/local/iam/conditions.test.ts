import { describe, expect, it } from "vitest";
import { findOperator, meetsConditions } from "../../../local/iam/conditions.ts";

const context = new Map([
  ["aws:sourcearn", ["arn:aws:s3:::uploads"]],
  ["s3:prefix", ["image/1"]],
  ["tags", ["red", "blue"]],
  ["s3:max-keys", ["10"]],
  ["aws:currenttime", ["2026-11-21T00:00:00Z"]],
  ["aws:sourceip", ["127.0.0.1"]],
]);

function meets(operator: string, key: string, ...values: string[]): boolean {
  return meetsConditions([{ operator, key, values }], context);
}

describe("conditions", () => {
  it.each<[string, string, string[], boolean]>([
    ["StringEquals", "s3:prefix", ["image/1"], true],
    ["StringEquals", "S3:Prefix", ["other", "image/1"], true],
    ["StringEquals", "s3:prefix", ["image/*"], false],
    ["StringNotEquals", "s3:prefix", ["image/1", "other"], false],
    ["StringEqualsIgnoreCase", "s3:prefix", ["IMAGE/1"], true],
    ["StringLike", "s3:prefix", ["image/?"], true],
    ["StringNotLike", "s3:prefix", ["image/*"], false],
    ["ArnLike", "aws:SourceArn", ["arn:aws:s3:::up*"], true],
    ["ArnEquals", "aws:SourceArn", ["arn:aws:s3:::uploads"], true],
    ["ArnLike", "aws:SourceArn", ["arn:aws:*:uploads"], false],
    ["ArnNotLike", "aws:SourceArn", ["arn:aws:s3:::other"], true],
    ["NumericLessThanEquals", "s3:max-keys", ["10"], true],
    ["NumericGreaterThan", "s3:max-keys", ["10"], false],
    ["DateGreaterThan", "aws:CurrentTime", ["2026-11-20T00:00:00Z"], true],
    ["DateLessThan", "aws:CurrentTime", ["1700000000"], false],
    ["IpAddress", "aws:SourceIp", ["127.0.0.0/8"], true],
    ["NotIpAddress", "aws:SourceIp", ["127.0.0.1/32"], false],
    ["Null", "s3:prefix", ["false"], true],
    ["Null", "s3:delimiter", ["true"], true],
  ])("%s on %s with %j is %s", (operator, key, values, expected) => {
    expect(meets(operator, key, ...values)).toBe(expected);
  });

  it("an absent key fails an operator, passes its negation, and passes both with IfExists", () => {
    expect(meets("StringEquals", "s3:delimiter", "/")).toBe(false);
    expect(meets("StringNotEquals", "s3:delimiter", "/")).toBe(true);
    expect(meets("StringEqualsIfExists", "s3:delimiter", "/")).toBe(true);
    expect(meets("ForAllValues:StringEquals", "s3:delimiter", "/")).toBe(true);
    expect(meets("ForAnyValue:StringEquals", "s3:delimiter", "/")).toBe(false);
  });

  it("sets are compared by all or by any of their values", () => {
    expect(meets("ForAllValues:StringEquals", "tags", "red", "blue", "green")).toBe(true);
    expect(meets("ForAllValues:StringEquals", "tags", "red")).toBe(false);
    expect(meets("ForAnyValue:StringEquals", "tags", "blue")).toBe(true);
    expect(meets("ForAnyValue:StringNotEquals", "tags", "blue")).toBe(true);
    expect(meets("ForAllValues:StringNotEquals", "tags", "green")).toBe(true);
  });

  it("operators that it does not know are not found", () => {
    for (const name of ["BinaryEquals", "StringMatches", "NullIfExists", "ForSomeValues:StringEquals", "toString"])
      expect(findOperator(name)).toBeUndefined();
  });
});
