import { type PolicyStatement, parsePolicyDocument } from "../../contracts/iam/policy-document.ts";
import { findOperator } from "./conditions.ts";
import type { PolicyDocument } from "./policy.ts";

/** identity: of a role. resource: of a bucket, a queue, a function. trust: who may take on a role. */
export type PolicyKind = "identity" | "resource" | "trust";

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
/** Identity providers and canonical users do not exist on a laptop. */
const KNOWN_PRINCIPALS = ["AWS", "Service"];

function isKnownConditionKey(key: string): boolean {
  const name = key.toLowerCase();
  return KNOWN_CONDITION_KEYS.has(name) || KNOWN_CONDITION_KEY_PREFIXES.some((prefix) => name.startsWith(prefix));
}

export type HonouredPolicy =
  | { readonly statements: readonly PolicyStatement[]; readonly problems?: undefined }
  | { readonly statements?: undefined; readonly problems: readonly string[] };

/** Reads a policy whole; what this evaluator would not honour comes back as problems, each by name. */
export function parsePolicy(value: unknown): HonouredPolicy {
  const parsed = parsePolicyDocument(value);
  const { statements = [] } = parsed;
  const problems = [
    ...(hasVariables(value) ? [] : ['Version: must be "2012-10-17"']),
    ...(parsed.problems ?? []),
    ...(parsed.problems || statements.length > 0 ? [] : ["Statement: must not be empty"]),
    ...statements.flatMap((statement, index) =>
      listNotHonoured(statement).map((problem) => `Statement.${statement.sid ?? index}: ${problem}`),
    ),
  ];
  return problems.length > 0 ? { problems } : { statements };
}

/** Policy variables exist only in this version; the older one would take them for text. */
function hasVariables(value: unknown): boolean {
  return typeof value === "object" && value !== null && "Version" in value && value.Version === "2012-10-17";
}

function listNotHonoured({ principals, actions, resources, conditions }: PolicyStatement): string[] {
  const kinds = Object.keys(principals?.byKind ?? {}).filter((kind) => !KNOWN_PRINCIPALS.includes(kind));
  const lists = [
    ...Object.entries(principals?.byKind ?? {}),
    ["Action", actions.patterns] as const,
    ["Resource", resources?.patterns ?? ["*"]] as const,
    ...conditions.map(({ key, values }) => [key, values] as const),
  ];
  return [
    ...(principals?.isExcept ? ['the laptop runtime does not know "NotPrincipal"'] : []),
    ...kinds.map((kind) => `the laptop runtime does not know the principal "${kind}"`),
    ...lists.filter(([, values]) => values.length === 0).map(([name]) => `${name} must not be empty`),
    ...conditions.flatMap(({ operator, key }) => [
      ...(findOperator(operator) ? [] : [`the laptop runtime does not know the operator "${operator}"`]),
      ...(isKnownConditionKey(key) ? [] : [`the laptop runtime never sets the condition key "${key}"`]),
    ]),
  ];
}

/** What AWS refuses when such a policy is attached: a role's policy names no principal, the others must. */
export function checkPolicyKind(kind: PolicyKind, statements: readonly PolicyStatement[]): string[] {
  return statements.flatMap((part, index) => {
    const place = `Statement.${part.sid ?? index}`;
    const problems: string[] = [];
    if (kind === "identity" && part.principals) problems.push(`${place}: a role's policy cannot name a Principal`);
    if (kind !== "identity" && !part.principals) problems.push(`${place}: needs a Principal`);
    if (kind === "trust" && part.resources) problems.push(`${place}: a trust policy cannot name a Resource`);
    if (kind !== "trust" && !part.resources) problems.push(`${place}: needs a Resource`);
    return problems;
  });
}

const memory = new WeakMap<PolicyDocument, HonouredPolicy>();

/** The same, read once per document: policies are asked for on every request. */
export function readPolicy(policy: PolicyDocument): HonouredPolicy {
  const known = memory.get(policy);
  if (known) return known;
  const parsed = parsePolicy(policy);
  memory.set(policy, parsed);
  return parsed;
}
