import type { PolicyCondition } from "../../../contracts/iam/policy-document.ts";
import type { PolicyDocument } from "../../iam/policy.ts";
import { readPolicy } from "../../iam/policy-document.ts";

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
  return (readPolicy(policy).statements ?? []).some(
    ({ effect, principals, conditions }) =>
      effect === "Allow" && principals?.byKind.AWS?.includes("*") === true && !conditions.some(isNarrowing),
  );
}

function isNarrowing({ key, values }: PolicyCondition): boolean {
  return NARROWING.includes(key.toLowerCase()) && !values.some((value) => value.includes("*"));
}
