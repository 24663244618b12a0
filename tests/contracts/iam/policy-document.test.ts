import { describe, expect, it } from "vitest";
import { parsePolicyDocument } from "../../../contracts/iam/policy-document.ts";

const read = { Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::b/*" };

/** One statement of a policy that can be read. */
function statementOf(statement: object) {
  const { statements, problems } = parsePolicyDocument({ Version: "2012-10-17", Statement: statement });
  if (problems) throw new Error(problems.join("; "));
  return statements[0];
}

const problemsOf = (document: unknown) => parsePolicyDocument(document).problems?.join("; ") ?? "";

describe("a policy", () => {
  it("is read whole, with every one-or-many as many", () => {
    const document = {
      Version: "2012-10-17",
      Id: "of a test",
      Statement: [
        { ...read, Sid: "Read", Condition: { Bool: { "aws:SecureTransport": true }, NumericEquals: { n: 1 } } },
      ],
    };

    expect(parsePolicyDocument(document)).toEqual({
      statements: [
        {
          sid: "Read",
          effect: "Allow",
          actions: { isExcept: false, patterns: ["s3:GetObject"] },
          resources: { isExcept: false, patterns: ["arn:aws:s3:::b/*"] },
          conditions: [
            { operator: "Bool", key: "aws:SecureTransport", values: ["true"] },
            { operator: "NumericEquals", key: "n", values: ["1"] },
          ],
        },
      ],
    });
    expect(parsePolicyDocument({ Statement: read })).toEqual(parsePolicyDocument({ Statement: [read] }));
  });

  it("keeps all-but apart from these: NotAction, NotResource, NotPrincipal", () => {
    const statement = statementOf({ Effect: "Deny", NotAction: ["a:B"], NotResource: "c", NotPrincipal: { AWS: "d" } });

    expect(statement?.actions).toEqual({ isExcept: true, patterns: ["a:B"] });
    expect(statement?.resources).toEqual({ isExcept: true, patterns: ["c"] });
    expect(statement?.principals).toEqual({ isExcept: true, byKind: { AWS: ["d"] } });
  });

  it("names nobody, and nothing, where it says nothing of them", () => {
    const statement = statementOf({ Effect: "Allow", Action: "sts:AssumeRole" });

    expect(statement).not.toHaveProperty("principals");
    expect(statement).not.toHaveProperty("resources");
  });

  it.each([
    ["everybody", "*", { AWS: ["*"] }],
    ["everybody of AWS", { AWS: "*" }, { AWS: ["*"] }],
    ["a service", { Service: "s3.amazonaws.com" }, { Service: ["s3.amazonaws.com"] }],
    ["two kinds", { AWS: ["1", "2"], Federated: "idp" }, { AWS: ["1", "2"], Federated: ["idp"] }],
  ])("knows %s in either spelling", (_who, Principal, byKind) => {
    expect(statementOf({ ...read, Principal })?.principals).toEqual({ isExcept: false, byKind });
  });

  it.each<[string, unknown, string]>([
    ["a text", "text", "the policy: "],
    ["nothing", undefined, "the policy: "],
    ["a document without statements", { Version: "2012-10-17" }, "Statement: "],
    [
      "a field that no statement has",
      { Statement: [read, { ...read, Resources: "x" }] },
      'Statement.1.Resources: a policy has no field "Resources"',
    ],
    [
      "a field that no document has",
      { Statement: read, Statements: [] },
      'Statements: a policy has no field "Statements"',
    ],
    ["another effect", { Statement: { ...read, Effect: "allow" } }, "Statement.Effect: "],
    ["no action", { Statement: { ...read, Action: undefined } }, "Statement: needs either Action or NotAction"],
    ["both actions", { Statement: { ...read, NotAction: "a:B" } }, "Statement: needs either Action or NotAction"],
    ["both resources", { Statement: { ...read, NotResource: "x" } }, "Statement: needs either Resource or NotResource"],
    [
      "both principals",
      { Statement: { ...read, Principal: "*", NotPrincipal: "*" } },
      "Statement: needs either Principal",
    ],
    ["a principal by name alone", { Statement: { ...read, Principal: "111111111111" } }, "Statement.Principal: "],
    ["a kind of principal that is none", { Statement: { ...read, Principal: { User: "x" } } }, "User"],
    ["a condition without keys", { Statement: { ...read, Condition: { Bool: "true" } } }, "Statement.Condition.Bool: "],
  ])("is none, and says where: %s", (_what, document, words) => {
    expect(problemsOf(document)).toContain(words);
  });
});
