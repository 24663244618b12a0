import { describe, expect, it } from "vitest";
import { coversPattern, overlapPatterns } from "../../contracts/iam/pattern.ts";
import { parsePolicy } from "../../plan/policies/statement.ts";
import { listWidenings } from "../../plan/policies/widening.ts";
import { policy } from "./plans.ts";

const READ = { Effect: "Allow", Action: ["s3:GetObject"], Resource: ["arn:aws:s3:::b/image/*"] };
const ONE_ACCOUNT = { StringEquals: { "aws:SourceAccount": ["1"] } };
const DENY = {
  Effect: "Deny",
  Principal: "*",
  Action: "s3:*",
  Resource: "arn:aws:s3:::b/*",
  Condition: { Bool: { "aws:SecureTransport": "false" } },
};

/** What is new, each as its reasons and what it is about. */
function widen(before: readonly object[], after: readonly object[]): string[] {
  const [old, now] = [before, after].map((statements) => parsePolicy(policy(...statements)));
  if (!old || !now) throw new Error("A policy of this test cannot be read.");
  return listWidenings(old, now).map(({ by, reasons, statement }) => {
    const { principals, actions, resources } = statement;
    const axes = [principals, actions, resources].map((axis) => (axis.isExcept ? "!" : "") + axis.patterns.join(","));
    return `${by} ${axes.join(" ")}: ${reasons.join(", ")}`;
  });
}

describe("a policy is no wider", () => {
  it.each([
    [
      "in another order and grouping",
      [{ ...READ, Action: ["s3:GetObject", "s3:PutObject"] }],
      [READ, { ...READ, Action: "s3:PutObject" }],
    ],
    ["with one text for a list", [READ], [{ ...READ, Action: "s3:GetObject", Resource: "arn:aws:s3:::b/image/*" }]],
    ["with an action in other letters", [READ], [{ ...READ, Action: "s3:getobject" }]],
    ["with less than a wildcard covered", [{ ...READ, Action: "s3:Get*" }], [READ]],
    ["with a longer prefix", [READ], [{ ...READ, Resource: "arn:aws:s3:::b/image/a*" }]],
    ["with a condition more", [READ], [{ ...READ, Condition: ONE_ACCOUNT }]],
    [
      "with fewer values of a condition",
      [{ ...READ, Condition: { StringEquals: { "aws:SourceAccount": ["1", "2"] } } }],
      [{ ...READ, Condition: ONE_ACCOUNT }],
    ],
    [
      "with an exact value for a pattern",
      [{ ...READ, Condition: { ArnLike: { "aws:SourceArn": "arn:*:x" } } }],
      [{ ...READ, Condition: { ArnEquals: { "aws:SourceArn": "arn:aws:x" } } }],
    ],
    ["without a statement", [READ], []],
    [
      "with an account's number for its root",
      [{ ...READ, Principal: { AWS: "111111111111" } }],
      [{ ...READ, Principal: { AWS: "arn:aws:iam::111111111111:root" } }],
    ],
    ["with one that denies more", [DENY], [{ ...DENY, Condition: undefined }]],
    ["with what NotAction allowed", [{ ...READ, Action: undefined, NotAction: "iam:*" }], [READ]],
    [
      "with more in NotAction",
      [{ ...READ, Action: undefined, NotAction: "iam:*" }],
      [{ ...READ, Action: undefined, NotAction: ["iam:*", "sts:*"] }],
    ],
  ])("%s", (_, before, after) => {
    expect(widen(before, after)).toEqual([]);
  });
});

describe("a policy is wider", () => {
  it.each([
    [
      "with another action, and says which one",
      [READ],
      [{ ...READ, Action: ["s3:GetObject", "s3:DeleteObject"] }],
      "allow (itself) s3:DeleteObject arn:aws:s3:::b/image/*: new action",
    ],
    [
      "with a wildcard that covers more",
      [READ],
      [{ ...READ, Action: "s3:Get*" }],
      "allow (itself) s3:Get* arn:aws:s3:::b/image/*: new action",
    ],
    [
      "with a shorter prefix",
      [READ],
      [{ ...READ, Resource: "arn:aws:s3:::b/*" }],
      "allow (itself) s3:GetObject arn:aws:s3:::b/*: new resource",
    ],
    [
      "without its condition",
      [{ ...READ, Condition: ONE_ACCOUNT }],
      [READ],
      "allow (itself) s3:GetObject arn:aws:s3:::b/image/*: weaker condition",
    ],
    [
      "with another value of its condition",
      [{ ...READ, Condition: ONE_ACCOUNT }],
      [{ ...READ, Condition: { StringEquals: { "aws:SourceAccount": ["1", "2"] } } }],
      "allow (itself) s3:GetObject arn:aws:s3:::b/image/*: weaker condition",
    ],
    [
      "with a condition that holds where the key is absent",
      [{ ...READ, Condition: ONE_ACCOUNT }],
      [{ ...READ, Condition: { StringEqualsIfExists: ONE_ACCOUNT.StringEquals } }],
      "allow (itself) s3:GetObject arn:aws:s3:::b/image/*: weaker condition",
    ],
    [
      "with fewer excluded values",
      [{ ...READ, Condition: { StringNotEquals: { k: ["a", "b"] } } }],
      [{ ...READ, Condition: { StringNotEquals: { k: ["a"] } } }],
      "allow (itself) s3:GetObject arn:aws:s3:::b/image/*: weaker condition",
    ],
    [
      "with another principal",
      [{ ...READ, Principal: { Service: "a.amazonaws.com" } }],
      [{ ...READ, Principal: { Service: "a.amazonaws.com", AWS: "*" } }],
      "allow * s3:GetObject arn:aws:s3:::b/image/*: new principal",
    ],
    [
      "with all but some actions in place of a few",
      [READ],
      [{ ...READ, Action: undefined, NotAction: "iam:*" }],
      "allow (itself) !iam:* arn:aws:s3:::b/image/*: new action",
    ],
    [
      "with less in NotAction",
      [{ ...READ, Action: undefined, NotAction: ["iam:*", "sts:*"] }],
      [{ ...READ, Action: undefined, NotAction: "iam:*" }],
      "allow (itself) !iam:* arn:aws:s3:::b/image/*: new action",
    ],
    ["when what denied is gone", [DENY], [], "deny * s3:* arn:aws:s3:::b/*: denied less"],
    [
      "when what denied asks for more",
      [DENY],
      [{ ...DENY, Condition: { ...DENY.Condition, ...ONE_ACCOUNT } }],
      "deny * s3:* arn:aws:s3:::b/*: denied less",
    ],
    [
      "with a statement about something else",
      [READ],
      [READ, { Effect: "Allow", Action: "sqs:SendMessage", Resource: "q" }],
      "allow (itself) sqs:SendMessage q: new statement",
    ],
    [
      "by a statement of a new name, whatever else covers its resource",
      [{ Sid: "WriteTraces", Effect: "Allow", Action: "xray:PutTraceSegments", Resource: "*" }],
      [
        { Sid: "WriteTraces", Effect: "Allow", Action: "xray:PutTraceSegments", Resource: "*" },
        { ...READ, Sid: "ReadMedia" },
      ],
      "allow (itself) s3:GetObject arn:aws:s3:::b/image/*: new statement",
    ],
  ])("%s", (_, before, after, expected) => {
    expect(widen(before, after)).toEqual([expected]);
  });

  it("crosswise: an action of one statement on the resource of another is new", () => {
    const before = [
      { ...READ, Action: "s3:GetObject", Resource: "a" },
      { ...READ, Action: "s3:PutObject", Resource: "b" },
    ];
    const after = [{ ...READ, Action: ["s3:GetObject", "s3:PutObject"], Resource: ["a", "b"] }];

    expect(widen(before, after)).toEqual([
      "allow (itself) s3:GetObject b: new resource",
      "allow (itself) s3:PutObject a: new action",
    ]);
  });
});

describe("a pattern", () => {
  it.each([
    ["s3:*", "s3:Get*", true],
    ["s3:Get?bject", "s3:GetObject", true],
    ["s3:Get?bject", "s3:Get*bject", false],
    ["a*c", "abcb", false],
    ["a*c*", "abcb", true],
    ["a", "*", false],
  ])("%s covers %s: %s", (outer, inner, expected) => {
    expect(coversPattern(outer, inner)).toBe(expected);
  });

  it.each([
    ["iam:*", "iam:Pass*", true],
    ["*Object", "s3:Get*", true],
    ["s3:Get*", "s3:Put*", false],
    ["a?c", "ab", false],
  ])("%s overlaps %s: %s", (a, b, expected) => {
    expect(overlapPatterns(a, b)).toBe(expected);
    expect(overlapPatterns(b, a)).toBe(expected);
  });

  it("made to be slow is not", () => {
    const [stars, text] = ["*a".repeat(500), "a".repeat(2000)];
    const begun = performance.now();

    coversPattern(`${stars}b`, text);
    overlapPatterns(`${stars}b`, `${stars}c`);

    expect(performance.now() - begun).toBeLessThan(5_000);
  });
});

it("a policy with parts that nobody knows is not read at all", () => {
  expect(parsePolicy(policy({ ...READ, Unless: "noon" }))).toBeUndefined();
  expect(parsePolicy("not JSON")).toBeUndefined();
});
