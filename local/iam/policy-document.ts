import * as z from "zod";
import type { PolicyDocument } from "../services.ts";
import { type ConditionBlock, findOperator } from "./conditions.ts";

/** identity: of a role. resource: of a bucket, a queue, a function. trust: who may take on a role. */
export type PolicyKind = "identity" | "resource" | "trust";

export type StatementPrincipal = "*" | { readonly AWS?: readonly string[]; readonly Service?: readonly string[] };

/** A statement with every "one or many" written as many. */
export interface Statement {
  readonly sid?: string;
  readonly effect: "Allow" | "Deny";
  readonly actions: readonly string[];
  readonly notActions: boolean;
  readonly resources?: readonly string[];
  readonly notResources: boolean;
  readonly principal?: StatementPrincipal;
  readonly conditions: ConditionBlock;
}

const texts = z.union([z.string(), z.array(z.string()).min(1)]).transform((value) => [value].flat());
const conditionValue = z.union([z.string(), z.boolean(), z.number()]).transform(String);
const conditionValues = z.union([conditionValue, z.array(conditionValue).min(1)]).transform((value) => [value].flat());

/**
 * The condition keys that the runtime gives to `authorize`. A policy that asks for another would never see it, and an
 * operator like StringNotEquals or …IfExists would then hold for the wrong reason, so it is refused.
 */
const KNOWN_CONDITION_KEYS = new Set(
  [
    ...["aws:PrincipalArn", "aws:PrincipalAccount", "aws:PrincipalType", "aws:PrincipalIsAWSService"],
    ...["aws:PrincipalServiceName", "aws:SourceArn", "aws:SourceAccount", "aws:SourceIp", "aws:SecureTransport"],
    ...["aws:CurrentTime", "aws:EpochTime", "aws:RequestedRegion", "aws:ResourceAccount", "aws:ViaAWSService"],
    ...["s3:prefix", "s3:delimiter", "s3:max-keys", "s3:VersionId", "s3:ResourceAccount"],
    ...["s3:authType", "s3:signatureversion", "s3:signatureAge", "s3:if-none-match", "s3:if-match"],
  ].map((key) => key.toLowerCase()),
);
/** S3 hands on every x-amz header of a request, and tags by their name. */
const KNOWN_CONDITION_KEY_PREFIXES = ["s3:x-amz-", "s3:existingobjecttag/", "s3:requestobjecttag/"];

function isKnownConditionKey(key: string): boolean {
  const name = key.toLowerCase();
  return KNOWN_CONDITION_KEYS.has(name) || KNOWN_CONDITION_KEY_PREFIXES.some((prefix) => name.startsWith(prefix));
}

const conditions = z.record(z.string(), z.record(z.string(), conditionValues)).superRefine((block, context) => {
  for (const [operator, keys] of Object.entries(block)) {
    if (!findOperator(operator))
      context.addIssue({ code: "custom", message: `the laptop runtime does not know the operator "${operator}"` });
    for (const key of Object.keys(keys))
      if (!isKnownConditionKey(key))
        context.addIssue({ code: "custom", message: `the laptop runtime never sets the condition key "${key}"` });
  }
});

const principal = z.union([z.literal("*"), z.strictObject({ AWS: texts.optional(), Service: texts.optional() })]);

const statement = z
  .strictObject({
    Sid: z.string().optional(),
    Effect: z.enum(["Allow", "Deny"]),
    Action: texts.optional(),
    NotAction: texts.optional(),
    Resource: texts.optional(),
    NotResource: texts.optional(),
    Principal: principal.optional(),
    Condition: conditions.optional(),
  })
  .refine((value) => (value.Action === undefined) !== (value.NotAction === undefined), {
    message: "needs either Action or NotAction",
  })
  .refine((value) => value.Resource === undefined || value.NotResource === undefined, {
    message: "needs either Resource or NotResource, not both",
  });

const document = z.strictObject({
  // Policy variables exist only in this version; the older one would take them for text.
  Version: z.literal("2012-10-17", { message: 'must be "2012-10-17"' }),
  Id: z.string().optional(),
  Statement: z.union([statement, z.array(statement).min(1)]).transform((value) => [value].flat()),
});

export type ParsedPolicy =
  | { readonly statements: readonly Statement[]; readonly problems?: undefined }
  | { readonly statements?: undefined; readonly problems: readonly string[] };

/** Reads a policy whole; what this evaluator would not honour comes back as problems, each by name. */
export function parsePolicy(value: unknown): ParsedPolicy {
  const parsed = document.safeParse(value);
  if (!parsed.success) return { problems: parsed.error.issues.flatMap(describePolicyIssue) };
  return {
    statements: parsed.data.Statement.map((part) => ({
      ...(part.Sid !== undefined && { sid: part.Sid }),
      effect: part.Effect,
      actions: part.Action ?? part.NotAction ?? [],
      notActions: part.NotAction !== undefined,
      ...((part.Resource ?? part.NotResource) && { resources: part.Resource ?? part.NotResource }),
      notResources: part.NotResource !== undefined,
      ...(part.Principal && { principal: part.Principal }),
      conditions: part.Condition ?? {},
    })),
  };
}

function describePolicyIssue(issue: z.core.$ZodIssue): string[] {
  if (issue.code === "invalid_union")
    return issue.errors
      .reduce((best, other) => (other.length > 0 && depth(other) > depth(best) ? other : best), issue.errors[0] ?? [])
      .flatMap((inner) => describePolicyIssue({ ...inner, path: [...issue.path, ...inner.path] }));
  const path = issue.path.map(String).join(".");
  if (issue.code === "unrecognized_keys")
    return issue.keys.map(
      (key) => `${[path, key].filter(Boolean).join(".")}: the laptop runtime does not know "${key}"`,
    );
  return [`${path || "the policy"}: ${issue.message}`];
}

/** Of a union's branches, the one that got furthest is the one that was meant. */
function depth(issues: readonly z.core.$ZodIssue[]): number {
  return Math.max(0, ...issues.map((issue) => issue.path.length + (issue.code === "invalid_type" ? 0 : 1)));
}

/** What AWS refuses when such a policy is attached: a role's policy names no principal, the others must. */
export function checkPolicyKind(kind: PolicyKind, statements: readonly Statement[]): string[] {
  return statements.flatMap((part, index) => {
    const place = `Statement.${part.sid ?? index}`;
    const problems: string[] = [];
    if (kind === "identity" && part.principal) problems.push(`${place}: a role's policy cannot name a Principal`);
    if (kind !== "identity" && !part.principal) problems.push(`${place}: needs a Principal`);
    if (kind === "trust" && part.resources) problems.push(`${place}: a trust policy cannot name a Resource`);
    if (kind !== "trust" && !part.resources) problems.push(`${place}: needs a Resource`);
    return problems;
  });
}

const memory = new WeakMap<PolicyDocument, ParsedPolicy>();

/** The same, read once per document: policies are asked for on every request. */
export function readPolicy(policy: PolicyDocument): ParsedPolicy {
  const known = memory.get(policy);
  if (known) return known;
  const parsed = parsePolicy(policy);
  memory.set(policy, parsed);
  return parsed;
}
