import { matchesArn, matchesPattern } from "../../contracts/iam/pattern.ts";
import type { PolicyAxis, PolicyPrincipals, PolicyStatement } from "../../contracts/iam/policy-document.ts";
import type { AccessDecision, AccessRequest, Authorize, Principal, RuntimeClock } from "../service.ts";
import { findVariableValue, meetsConditions, type RequestContext } from "./conditions.ts";
import type { PolicyDocument } from "./policy.ts";
import { readPolicy } from "./policy-document.ts";
import type { RolePolicies } from "./role-store.ts";

export interface AuthorizeContext {
  readonly accountId: string;
  readonly region: string;
  readonly clock: RuntimeClock;
  readonly roles: RolePolicies;
}

/**
 * IAM within one account: an explicit deny anywhere wins; then a role needs an allow from one of its policies or from
 * the resource's policy, a service and an anonymous caller from the resource's policy, and the administrator needs
 * none. Taking on a role (`sts:AssumeRole`) is decided by the role's trust policy alone. A policy that can't be read
 * denies.
 */
export function createAuthorize(context: AuthorizeContext): Authorize {
  return (request) => decide(request, context);
}

interface Source {
  readonly kind: "identity-based" | "resource-based";
  readonly statements: readonly PolicyStatement[];
}

function decide(request: AccessRequest, context: AuthorizeContext): AccessDecision {
  const { principal, action, resource } = request;
  const resourcePolicy = request.resourcePolicy ?? findTrustPolicy(request, context.roles);
  const policies: [Source["kind"], PolicyDocument][] = [];
  if (principal.type === "role")
    for (const policy of context.roles.listPolicies(principal.arn)) policies.push(["identity-based", policy]);
  if (resourcePolicy) policies.push(["resource-based", resourcePolicy]);

  const sources: Source[] = [];
  for (const [kind, policy] of policies) {
    const { statements, problems } = readPolicy(policy);
    if (problems) return deny(`a ${kind} policy cannot be read: ${problems.join("; ")}`);
    sources.push({ kind, statements });
  }
  const facts = describeRequest(request, context);
  const matching = sources.flatMap(({ kind, statements }) =>
    statements
      .filter((statement) => coversRequest(statement, action, resource, facts))
      .map((statement) => ({ kind, statement, match: matchPrincipal(kind, statement.principals, principal, context) })),
  );
  const denial = matching.find(({ statement, match }) => statement.effect === "Deny" && match !== "none");
  if (denial)
    return deny(`of an explicit deny in ${denial.kind === "identity-based" ? "an" : "a"} ${denial.kind} policy`);
  if (principal.type === "administrator" && action !== "sts:AssumeRole")
    return { allowed: true, reason: "administrator" };
  // An allow for the whole account only hands the decision on to the caller's own policies.
  const allowance = matching.find(({ statement, match }) => statement.effect === "Allow" && match === "direct");
  if (allowance) return { allowed: true, reason: `allowed by a ${allowance.kind} policy` };
  return deny(
    `no ${principal.type === "role" ? "identity-based" : "resource-based"} policy allows the ${action} action`,
  );
}

function deny(reason: string): AccessDecision {
  return { allowed: false, reason };
}

function findTrustPolicy({ action, resource }: AccessRequest, roles: RolePolicies): PolicyDocument | undefined {
  return action === "sts:AssumeRole" ? roles.findTrustPolicy(resource) : undefined;
}

function coversRequest(statement: PolicyStatement, action: string, resource: string, facts: RequestContext): boolean {
  const { actions, resources, conditions } = statement;
  const findVariable = (name: string): string | undefined => findVariableValue(name, facts);
  const isNamed = isOn(actions, (pattern) => matchesPattern(pattern.toLowerCase(), action.toLowerCase()));
  const isTouched = !resources || isOn(resources, (pattern) => matchesArn(pattern, resource, findVariable));
  return isNamed && isTouched && meetsConditions(conditions, facts);
}

function isOn({ isExcept, patterns }: PolicyAxis, matches: (pattern: string) => boolean): boolean {
  return patterns.some(matches) !== isExcept;
}

function matchPrincipal(
  kind: Source["kind"],
  named: PolicyPrincipals | undefined,
  principal: Principal,
  { accountId }: AuthorizeContext,
): "direct" | "account" | "none" {
  // A role's own policies speak of the role; a resource's policy that names nobody speaks of nobody.
  if (kind === "identity-based") return named ? "none" : "direct";
  if (!named) return "none";
  const { AWS = [], Service = [] } = named.byKind;
  if (AWS.includes("*")) return "direct";
  if (principal.type === "service") return Service.includes(principal.service) ? "direct" : "none";
  if (principal.type === "anonymous") return "none";
  if (AWS.includes(principal.arn)) return "direct";
  const account = AWS.some((arn) => arn === accountId || arn === `arn:aws:iam::${accountId}:root`);
  return account ? "account" : "none";
}

/** The condition keys of a request: the caller's, and those that AWS sets on every one. */
function describeRequest(request: AccessRequest, { accountId, region, clock }: AuthorizeContext): RequestContext {
  const { principal } = request;
  const now = clock.now();
  const facts: Record<string, string | readonly string[]> = {
    // Loopback never leaves the machine; on AWS the same requests come over TLS.
    "aws:SecureTransport": "true",
    "aws:SourceIp": "127.0.0.1",
    "aws:RequestedRegion": region,
    "aws:ResourceAccount": accountId,
    "s3:ResourceAccount": accountId,
    "aws:CurrentTime": new Date(now).toISOString(),
    "aws:EpochTime": String(Math.floor(now / 1000)),
    "aws:PrincipalIsAWSService": String(principal.type === "service"),
    "aws:ViaAWSService": "false",
    ...(principal.type === "service" && {
      "aws:SourceArn": principal.sourceArn,
      "aws:SourceAccount": principal.sourceAccount,
      "aws:PrincipalServiceName": principal.service,
    }),
    ...((principal.type === "role" || principal.type === "administrator") && {
      "aws:PrincipalArn": principal.arn,
      "aws:PrincipalAccount": accountId,
      "aws:PrincipalType": principal.type === "role" ? "AssumedRole" : "User",
    }),
    ...(principal.type === "anonymous" && { "aws:PrincipalType": "Anonymous" }),
    ...request.conditions,
  };
  return new Map(Object.entries(facts).map(([key, value]) => [key.toLowerCase(), [value].flat()]));
}
