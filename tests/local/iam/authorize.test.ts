// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references and policy variables are written so.

import { describe, expect, it } from "vitest";
import { createAuthorize } from "../../../local/iam/authorize.ts";
import type { PolicyDocument } from "../../../local/iam/policy.ts";
import { createRoleStore } from "../../../local/iam/role-store.ts";
import type { AccessRequest, Principal } from "../../../local/service.ts";

const ROLE = "arn:aws:iam::111111111111:role/resize";
const OBJECT = "arn:aws:s3:::uploads/image/1";
const QUEUE = "arn:aws:sqs:eu-central-1:111111111111:resize";
const BUCKET = "arn:aws:s3:::uploads";
const role: Principal = { type: "role", arn: ROLE };
const administrator: Principal = { type: "administrator", arn: "arn:aws:iam::111111111111:user/administrator" };
const s3: Principal = {
  type: "service",
  service: "s3.amazonaws.com",
  sourceArn: BUCKET,
  sourceAccount: "111111111111",
};

function policy(...statements: Record<string, unknown>[]): PolicyDocument {
  return { Version: "2012-10-17", Statement: statements };
}

function ask(request: Partial<AccessRequest>, ...identity: PolicyDocument[]) {
  const roles = createRoleStore();
  roles.putRole(ROLE, trust());
  for (const [index, document] of identity.entries()) roles.putPolicy(ROLE, String(index), document);
  const clock = { now: () => Date.UTC(2026, 10, 21) };
  const authorize = createAuthorize({ accountId: "111111111111", region: "eu-central-1", clock, roles });
  return authorize({ principal: role, action: "s3:GetObject", resource: OBJECT, ...request });
}

function trust(condition: Record<string, unknown> = {}): PolicyDocument {
  return policy({
    Effect: "Allow",
    Principal: { Service: "lambda.amazonaws.com" },
    Action: "sts:AssumeRole",
    ...(Object.keys(condition).length > 0 && { Condition: condition }),
  });
}

const allowGet = { Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::uploads/image/*" };

describe("what a role may do (P1, P9)", () => {
  it("P1: nothing without a policy, and the reason says so in AWS's words", () => {
    const decision = ask({});

    expect(decision.allowed).toBe(false);
    expect(decision.reason).toContain("no identity-based policy allows the s3:GetObject action");
  });

  it("P1: exactly the action and the resources that a policy names", () => {
    expect(ask({}, policy(allowGet)).allowed).toBe(true);
    expect(ask({ action: "s3:PutObject" }, policy(allowGet)).allowed).toBe(false);
    expect(ask({ resource: "arn:aws:s3:::uploads/video/1" }, policy(allowGet)).allowed).toBe(false);
    expect(ask({ resource: "arn:aws:s3:::uploads/IMAGE/1" }, policy(allowGet)).allowed).toBe(false);
  });

  it("actions are compared without case and with wildcards; NotAction and NotResource turn the match around", () => {
    expect(ask({}, policy({ ...allowGet, Action: ["S3:get*"] })).allowed).toBe(true);
    expect(ask({}, policy({ Effect: "Allow", NotAction: "s3:PutObject", Resource: "*" })).allowed).toBe(true);
    expect(ask({}, policy({ Effect: "Allow", NotAction: "s3:Get*", Resource: "*" })).allowed).toBe(false);
    expect(ask({}, policy({ Effect: "Allow", Action: "s3:*", NotResource: `${BUCKET}/video/*` })).allowed).toBe(true);
    expect(ask({}, policy({ Effect: "Allow", Action: "s3:*", NotResource: `${BUCKET}/image/*` })).allowed).toBe(false);
  });

  it("an explicit deny wins over every allow, in either kind of policy", () => {
    const deny = { Effect: "Deny", Action: "s3:*", Resource: "*" };

    expect(ask({}, policy(allowGet), policy(deny)).reason).toContain("explicit deny in an identity-based");
    expect(ask({ resourcePolicy: policy({ ...deny, Principal: "*" }) }, policy(allowGet)).allowed).toBe(false);
    expect(ask({ principal: administrator, resourcePolicy: policy({ ...deny, Principal: "*" }) }).allowed).toBe(false);
  });

  it("a resource's policy may allow a role of the same account by its ARN; the whole account only hands on", () => {
    const statement = { Effect: "Allow", Action: "s3:GetObject", Resource: `${BUCKET}/*` };

    expect(ask({ resourcePolicy: policy({ ...statement, Principal: { AWS: ROLE } }) }).allowed).toBe(true);
    expect(ask({ resourcePolicy: policy({ ...statement, Principal: { AWS: "111111111111" } }) }).allowed).toBe(false);
    expect(ask({ resourcePolicy: policy({ ...statement, Principal: { AWS: `${ROLE}2` } }) }).allowed).toBe(false);
  });

  it("policy variables stand for the caller's own values, and never for a wildcard", () => {
    const own = policy({ ...allowGet, Resource: "arn:aws:s3:::uploads/${s3:prefix}/*" });

    expect(ask({ conditions: { "s3:prefix": "image" } }, own).allowed).toBe(true);
    expect(ask({ conditions: { "s3:prefix": "*" } }, own).allowed).toBe(false);
    expect(ask({}, own).allowed).toBe(false);
  });

  it("an escaped wildcard is the character itself", () => {
    const literal = policy({ ...allowGet, Resource: "arn:aws:s3:::uploads/${*}" });

    expect(ask({ resource: "arn:aws:s3:::uploads/*" }, literal).allowed).toBe(true);
    expect(ask({}, literal).allowed).toBe(false);
  });

  it("a policy that cannot be read denies, also next to one that allows", () => {
    const decision = ask(
      {},
      policy(allowGet),
      policy({ ...allowGet, Condition: { BinaryEquals: { "s3:prefix": "x" } } }),
    );

    expect(decision.allowed).toBe(false);
    expect(decision.reason).toContain("BinaryEquals");
  });

  it("the administrator may do everything else", () => {
    expect(ask({ principal: administrator, action: "s3:DeleteBucket", resource: BUCKET }).allowed).toBe(true);
  });
});

describe("services and strangers (P2)", () => {
  const send = { principal: s3, action: "sqs:SendMessage", resource: QUEUE };
  const statement = {
    Effect: "Allow",
    Principal: { Service: "s3.amazonaws.com" },
    Action: "sqs:SendMessage",
    Resource: QUEUE,
    Condition: { ArnEquals: { "aws:SourceArn": BUCKET }, StringEquals: { "aws:SourceAccount": "111111111111" } },
  };

  it("P2: a service is let in for the source that the policy names, and for no other", () => {
    const resourcePolicy = policy(statement);

    expect(ask({ ...send, resourcePolicy }).allowed).toBe(true);
    expect(ask({ ...send, resourcePolicy, principal: { ...s3, sourceArn: `${BUCKET}2` } }).allowed).toBe(false);
    expect(ask({ ...send, resourcePolicy, principal: { ...s3, sourceAccount: "222222222222" } }).allowed).toBe(false);
    expect(ask({ ...send, resourcePolicy, principal: { ...s3, service: "sns.amazonaws.com" } }).allowed).toBe(false);
    expect(ask(send).allowed).toBe(false);
  });

  it("an anonymous caller needs a policy that names everyone", () => {
    const open = { Effect: "Allow", Principal: "*", Action: "s3:GetObject", Resource: `${BUCKET}/*` };

    expect(ask({ principal: { type: "anonymous" } }, policy(allowGet)).allowed).toBe(false);
    expect(ask({ principal: { type: "anonymous" }, resourcePolicy: policy(open) }).allowed).toBe(true);
    const named = policy({ ...open, Principal: { AWS: "111111111111" } });
    expect(ask({ principal: { type: "anonymous" }, resourcePolicy: named }).allowed).toBe(false);
  });

  it("loopback counts as secure transport, so that a TLS-only bucket works here as it stands", () => {
    const tlsOnly = policy({
      Effect: "Deny",
      Principal: "*",
      Action: "s3:*",
      Resource: `${BUCKET}/*`,
      Condition: { Bool: { "aws:SecureTransport": "false" } },
    });

    const overTls = policy({ ...allowGet, Condition: { Bool: { "aws:SecureTransport": "true" } } });
    expect(ask({ resourcePolicy: tlsOnly }, overTls).allowed).toBe(true);
  });

  it("P2: a role is taken on only by whom its trust policy names", () => {
    const functionArn = "arn:aws:lambda:eu-central-1:111111111111:function:resize";
    const lambda: Principal = {
      type: "service",
      service: "lambda.amazonaws.com",
      sourceArn: functionArn,
      sourceAccount: "111111111111",
    };
    const assume = { action: "sts:AssumeRole", resource: ROLE };

    expect(ask({ ...assume, principal: lambda }).allowed).toBe(true);
    expect(ask({ ...assume, principal: { ...lambda, service: "ec2.amazonaws.com" } }).allowed).toBe(false);
    expect(ask({ ...assume, principal: administrator }).allowed).toBe(false);
    const other = trust({ ArnLike: { "aws:SourceArn": `${functionArn}2` } });
    expect(ask({ ...assume, principal: lambda, resourcePolicy: other }).allowed).toBe(false);
  });
});
