import type { PolicyDocument } from "../../services.ts";

/** Conditions that tie a statement with Principal "*" to somebody known; AWS then does not call the policy public. */
const NARROWING = [
  "aws:sourcearn",
  "aws:sourceaccount",
  "aws:principalarn",
  "aws:principalaccount",
  "aws:principalorgid",
  "aws:sourcevpc",
  "aws:sourcevpce",
  "aws:userid",
  "aws:sourceip",
];

/**
 * Whether a bucket policy lets anybody in, as Block Public Access sees it:
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
 */
export function isPublicPolicy(policy: PolicyDocument): boolean {
  return [policy.Statement].flat().some((statement) => isPublicStatement(statement));
}

function isPublicStatement(statement: unknown): boolean {
  if (typeof statement !== "object" || statement === null) return false;
  const { Effect, Principal, Condition } = statement as Record<string, unknown>;
  return Effect === "Allow" && namesEverybody(Principal) && !isNarrowed(Condition);
}

function namesEverybody(principal: unknown): boolean {
  if (typeof principal !== "object" || principal === null) return principal === "*";
  const aws = (principal as Record<string, unknown>).AWS;
  return aws === "*" || (Array.isArray(aws) && aws.includes("*"));
}

function isNarrowed(condition: unknown): boolean {
  if (typeof condition !== "object" || condition === null) return false;
  return Object.values(condition).some(
    (test: unknown) =>
      typeof test === "object" &&
      test !== null &&
      Object.entries(test).some(
        ([key, value]) => NARROWING.includes(key.toLowerCase()) && !JSON.stringify(value).includes("*"),
      ),
  );
}
