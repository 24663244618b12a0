import { type BackendScope, STACKS_PREFIX, stateBucketName } from "./names.ts";
import { getTypePermissions } from "./resource-permissions.ts";
import type { Statement } from "./statement.ts";

/**
 * What Terraform reads to refresh a plan of the stacks. A pull request's workflow runs code that nobody has reviewed:
 * so AWS's ReadOnlyAccess would not do, which also reads people's files, their jobs and the logs. Objects are read in the
 * buckets that the build fills (their hashes are part of the stack) and among the states.
 *
 * Without leave to write a lock, `terraform plan` takes `-lock=false`.
 */
export function listPlanStatements(scope: BackendScope, types: readonly string[]): Statement[] {
  const state = `arn:aws:s3:::${stateBucketName(scope)}`;
  const { accountId, region } = scope;
  const built = ["artifacts", "site"].map((name) => `arn:aws:s3:::darkroom-*-${name}-${accountId}-${region}/*`);
  // Settings, never contents: no message, item, log line or secret. Many of these take no resource but `*`.
  const reads = [...new Set(getTypePermissions(types).flatMap((it) => it.reads ?? []))].sort();
  return [
    { Sid: "ListStates", Effect: "Allow", Action: "s3:ListBucket", Resource: state },
    { Sid: "ReadStates", Effect: "Allow", Action: "s3:GetObject", Resource: `${state}/${STACKS_PREFIX}*` },
    { Sid: "ReadBuiltFiles", Effect: "Allow", Action: ["s3:GetObject", "s3:GetObjectTagging"], Resource: built },
    { Sid: "ReadBuckets", Effect: "Allow", Action: READ_BUCKETS, Resource: `arn:aws:s3:::darkroom-*-${accountId}-*` },
    { Sid: "ReadResources", Effect: "Allow", Action: reads, Resource: "*" },
  ];
}

/** `GetBucket*` covers the settings of a bucket but these three, and no object. */
const READ_BUCKETS = [
  "s3:GetBucket*",
  "s3:GetAccelerateConfiguration",
  "s3:GetEncryptionConfiguration",
  "s3:GetLifecycleConfiguration",
  "s3:GetReplicationConfiguration",
  "s3:ListBucket",
];
