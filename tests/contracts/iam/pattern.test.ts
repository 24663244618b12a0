// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policy variables are written so.

import { describe, expect, it } from "vitest";
import { coversPattern, matchesArn, matchesPattern, overlapPatterns } from "../../../contracts/iam/pattern.ts";

describe("a pattern of IAM", () => {
  it.each([
    ["s3:Get*", "s3:GetObject", true],
    ["s3:Get?bject", "s3:GetObject", true],
    ["s3:Get?bject", "s3:Getbject", false],
    ["*", "", true],
    ["a*b*c", "a1b2b3c", true],
    ["a*b*c", "a1b2b3", false],
    ["a.c", "abc", false],
    ["", "a", false],
  ])("%j matches %j: %s", (pattern, text, expected) => {
    expect(matchesPattern(pattern, text)).toBe(expected);
  });

  it("takes a variable's value literally, and matches nothing without one", () => {
    const find = (name: string) => (name === "aws:PrincipalArn" ? "a*" : undefined);

    expect(matchesPattern("x/${aws:PrincipalArn}/*", "x/a*/1", find)).toBe(true);
    expect(matchesPattern("x/${aws:PrincipalArn}/*", "x/ab/1", find)).toBe(false);
    expect(matchesPattern("x/${aws:userid}", "x/", find)).toBe(false);
    expect(matchesPattern("${*}${?}", "*?", find)).toBe(true);
  });

  it("of an ARN reaches over no colon but those of its last part", () => {
    expect(matchesArn("arn:aws:s3:::b/*", "arn:aws:s3:::b/a:b")).toBe(true);
    expect(matchesArn("arn:aws:*:b", "arn:aws:s3:::b")).toBe(false);
    expect(matchesArn("*", "arn:aws:s3:::b")).toBe(true);
  });

  it("is held against another: a ? covers a ?, and no *", () => {
    expect([coversPattern("a?", "a?"), coversPattern("a?", "a*"), coversPattern("a*", "a?")]).toEqual([
      true,
      false,
      true,
    ]);
    expect([overlapPatterns("a*", "*b"), overlapPatterns("a", "b*")]).toEqual([true, false]);
  });

  it("that was made to be slow is not", () => {
    const begun = performance.now();

    matchesPattern(`${"*a".repeat(500)}b`, "a".repeat(2000));

    expect(performance.now() - begun).toBeLessThan(5_000);
  });
});
