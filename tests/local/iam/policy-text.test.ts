// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references and policy variables are written so.

import { describe, expect, it } from "vitest";
import type { PolicyKind } from "../../../local/iam/policy-document.ts";
import { policyText } from "../../../local/iam/policy-text.ts";

async function problemsOf(kind: PolicyKind, statement: Record<string, unknown>): Promise<string> {
  const text = JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
  const parsed = await policyText(kind).safeParseAsync(text);
  return parsed.success ? "" : parsed.error.issues.map((issue) => issue.message).join("\n");
}

const allow = { Effect: "Allow", Action: "s3:GetObject", Resource: "${aws_s3_bucket.uploads.arn}/*" };

describe("a policy in a resource", () => {
  it("is taken when everything in it is known, references and all", async () => {
    expect(await problemsOf("identity", allow)).toBe("");
  });

  it.each<[string, PolicyKind, Record<string, unknown>, string]>([
    [
      "an action that AWS does not have",
      "identity",
      { ...allow, Action: "s3:ReadObject" },
      '"s3:ReadObject" does not exist',
    ],
    ["a wildcard that matches no action", "identity", { ...allow, Action: "s3:Fetch*" }, '"s3:Fetch*" does not exist'],
    [
      "a service that AWS does not have",
      "identity",
      { ...allow, Action: "s4:GetObject" },
      "a service that AWS does not have",
    ],
    ["an operator", "identity", { ...allow, Condition: { StringIs: { "s3:prefix": "a" } } }, 'operator "StringIs"'],
    ["a condition key", "identity", { ...allow, Condition: { StringEquals: { "aws:userid": "a" } } }, '"aws:userid"'],
    ["a field", "identity", { ...allow, Resources: "x" }, '"Resources"'],
    ["a list of nothing", "identity", { ...allow, Action: [] }, "Action must not be empty"],
    [
      "a condition that nothing meets",
      "identity",
      { ...allow, Condition: { StringEquals: { "s3:prefix": [] } } },
      "s3:prefix must not be empty",
    ],
    ["NotPrincipal", "resource", { ...allow, NotPrincipal: "*" }, '"NotPrincipal"'],
    ["a principal in a role's policy", "identity", { ...allow, Principal: "*" }, "cannot name a Principal"],
    ["a missing principal", "resource", allow, "needs a Principal"],
    ["a missing resource", "identity", { Effect: "Allow", Action: "s3:GetObject" }, "needs a Resource"],
    [
      "a federated principal",
      "trust",
      { Effect: "Allow", Action: "sts:AssumeRole", Principal: { Federated: "x" } },
      '"Federated"',
    ],
  ])("is refused by name for %s", async (_what, kind, statement, message) => {
    expect(await problemsOf(kind, statement)).toContain(message);
  });

  it("is refused without the version that policy variables need", async () => {
    const parsed = await policyText("identity").safeParseAsync(JSON.stringify({ Statement: [allow] }));

    expect(parsed.error?.issues[0]?.message).toContain("2012-10-17");
  });
});
