import type { ResourceChange } from "../model/change.ts";
import { valueAt } from "../model/value.ts";

/** What a companion resource belongs to: its attribute, and the owner's type and attribute. */
const OWNERS: readonly (readonly [companion: RegExp, attribute: string, owner: string, ownerAttribute: string])[] = [
  [/^aws_s3_bucket_/, "bucket", "aws_s3_bucket", "bucket"],
  [/^aws_sqs_queue_/, "queue_url", "aws_sqs_queue", "id"],
  [/^aws_iam_role_policy/, "role", "aws_iam_role", "name"],
];

/** Whether what a resource protects or configures is destroyed in the same plan: then nothing is left unprotected. */
export function isGoneToo({ type, before }: ResourceChange, changes: readonly ResourceChange[]): boolean {
  return OWNERS.some(([companion, attribute, owner, ownerAttribute]) => {
    const name = valueAt(before, attribute);
    return (
      companion.test(type) &&
      typeof name === "string" &&
      changes.some(
        (other) => other.type === owner && other.kind === "destroy" && valueAt(other.before, ownerAttribute) === name,
      )
    );
  });
}
