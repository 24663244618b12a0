import { blocksAt, type PolicyStack, type Resource, textsOf, valueAt } from "../policy-stack.ts";
import { type Rule, unless } from "../rule.ts";

const PUBLIC_ACCESS_FLAGS = [
  "block_public_acls",
  "block_public_policy",
  "ignore_public_acls",
  "restrict_public_buckets",
] as const;

const LIFECYCLE = "aws_s3_bucket_lifecycle_configuration";

/** What a companion resource says of a bucket; undefined where there is none. */
function settingOf(bucket: Resource, stack: PolicyStack, type: string, path: string): unknown {
  const [companion] = stack.listAttached(bucket, type, "bucket");
  return companion && valueAt(companion.body, path);
}

function isVersioned(bucket: Resource, stack: PolicyStack): boolean {
  return settingOf(bucket, stack, "aws_s3_bucket_versioning", "versioning_configuration.status") === "Enabled";
}

function listLifecycleRules(bucket: Resource, stack: PolicyStack): readonly unknown[] {
  return stack
    .listAttached(bucket, LIFECYCLE, "bucket")
    .flatMap(({ body }) => blocksAt(body, "rule"))
    .filter(({ status }) => status === "Enabled");
}

function algorithmOf(bucket: Resource, stack: PolicyStack): unknown {
  const type = "aws_s3_bucket_server_side_encryption_configuration";
  return settingOf(bucket, stack, type, "rule.apply_server_side_encryption_by_default.sse_algorithm");
}

export const BUCKET_RULES = {
  "bucket-public-access": {
    threats: ["P3"],
    scannerIds: [
      "CKV2_AWS_6",
      "CKV_AWS_53",
      "CKV_AWS_54",
      "CKV_AWS_55",
      "CKV_AWS_56",
      "AWS-0086",
      "AWS-0087",
      "AWS-0091",
      "AWS-0093",
      "AWS-0094",
    ],
    resourceTypes: ["aws_s3_bucket"],
    promise: "Every bucket blocks public access in all four ways.",
    why: "One wrong policy or ACL would otherwise publish everybody's files.",
    check: (bucket, stack) =>
      PUBLIC_ACCESS_FLAGS.flatMap((flag) =>
        unless(
          settingOf(bucket, stack, "aws_s3_bucket_public_access_block", flag) === true,
          `has no public access block with ${flag}`,
        ),
      ),
  },
  "bucket-no-acl": {
    threats: ["P3"],
    scannerIds: ["CKV2_AWS_65", "CKV2_AWS_43", "CKV_AWS_20", "CKV_AWS_57", "CKV_AWS_375", "AWS-0092"],
    resourceTypes: ["aws_s3_bucket", "aws_s3_bucket_acl"],
    promise: "Every object belongs to the bucket's owner, and no ACL opens anything.",
    why: "ACLs are a second way to give access, which no policy shows.",
    check: (resource, stack) => {
      if (resource.type === "aws_s3_bucket_acl") return ["is an ACL; say it in the bucket's policy"];
      const ownership = settingOf(resource, stack, "aws_s3_bucket_ownership_controls", "rule.object_ownership");
      return [
        ...unless(ownership === "BucketOwnerEnforced", "has no ownership controls with BucketOwnerEnforced"),
        ...unless(resource.body.acl === undefined, "has an ACL"),
      ];
    },
  },
  "bucket-encrypted": {
    threats: ["P3"],
    scannerIds: ["CKV_AWS_19", "AWS-0088"],
    resourceTypes: ["aws_s3_bucket"],
    promise: "Every bucket says how it is encrypted at rest.",
    why: "What is not said can be changed by a default.",
    check: (bucket, stack) =>
      unless(["AES256", "aws:kms"].includes(String(algorithmOf(bucket, stack))), "has no default encryption"),
  },
  "bucket-customer-key": {
    threats: ["P3"],
    scannerIds: ["CKV_AWS_145", "AWS-0132"],
    resourceTypes: ["aws_s3_bucket"],
    promise: "Every bucket is encrypted with a key of ours.",
    why: "Whoever may read the bucket would need the key too, and its use would be logged.",
    check: (bucket, stack) => unless(algorithmOf(bucket, stack) === "aws:kms", "is not encrypted with a KMS key"),
  },
  "object-customer-key": {
    threats: [],
    scannerIds: ["CKV_AWS_186"],
    resourceTypes: ["aws_s3_object"],
    promise: "Every file that Terraform puts into a bucket is encrypted with a key of ours.",
    why: "Whoever may read the bucket would need the key too.",
    check: ({ body }) => unless(body.kms_key_id !== undefined, "is not encrypted with a KMS key"),
  },
  "bucket-versioned": {
    threats: ["P3"],
    scannerIds: ["CKV_AWS_21", "AWS-0090"],
    resourceTypes: ["aws_s3_bucket"],
    promise: "Every bucket keeps the versions that were replaced or deleted.",
    why: "A worker would read a mix of what was announced and what came after, and a mistake could not be undone.",
    check: (bucket, stack) => unless(isVersioned(bucket, stack), "is not versioned"),
  },
  "bucket-mfa-delete": {
    threats: ["P3"],
    scannerIds: ["AWS-0170"],
    resourceTypes: ["aws_s3_bucket_versioning"],
    promise: "Old versions are deleted only with a second factor.",
    why: "Stolen credentials could delete what versioning keeps.",
    check: ({ body }) =>
      unless(valueAt(body, "versioning_configuration.mfa_delete") === "Enabled", "does not ask for a second factor"),
  },
  "bucket-lifecycle": {
    threats: ["P3"],
    scannerIds: ["CKV2_AWS_61", "CKV_AWS_300"],
    resourceTypes: ["aws_s3_bucket"],
    promise: "Every bucket forgets the parts of unfinished uploads, within a week.",
    why: "They are paid for, and no listing shows them.",
    check: (bucket, stack) => {
      const days = listLifecycleRules(bucket, stack).map((rule) =>
        Number(valueAt(rule, "abort_incomplete_multipart_upload.days_after_initiation")),
      );
      return unless(
        days.some((it) => it <= 7),
        "has no lifecycle rule that aborts unfinished uploads",
      );
    },
  },
  "bucket-forgets-versions": {
    threats: ["P3"],
    scannerIds: [],
    resourceTypes: ["aws_s3_bucket"],
    promise: "A versioned bucket forgets old versions in time.",
    why: "A file that a person had deleted would be kept, and paid for, for ever.",
    check: (bucket, stack) => {
      const forgets = listLifecycleRules(bucket, stack).some(
        (rule) => Number(valueAt(rule, "noncurrent_version_expiration.noncurrent_days")) > 0,
      );
      return unless(forgets || !isVersioned(bucket, stack), "keeps old versions for ever");
    },
  },
  "bucket-access-log": {
    threats: ["P3"],
    scannerIds: ["CKV_AWS_18", "AWS-0089", "AWS-0171", "AWS-0172"],
    resourceTypes: ["aws_s3_bucket"],
    promise: "Every bucket writes down who read what.",
    why: "After a leak nobody could say what was taken.",
    check: (bucket, stack) =>
      unless(stack.listAttached(bucket, "aws_s3_bucket_logging", "bucket").length > 0, "has no access log"),
  },
  "bucket-replicated": {
    threats: ["P4"],
    scannerIds: ["CKV_AWS_144"],
    resourceTypes: ["aws_s3_bucket"],
    promise: "Every bucket is copied to another region.",
    why: "A lost region would be lost data.",
    check: (bucket, stack) =>
      unless(
        stack.listAttached(bucket, "aws_s3_bucket_replication_configuration", "bucket").length > 0,
        "is not copied to another region",
      ),
  },
  "bucket-events": {
    threats: [],
    scannerIds: ["CKV2_AWS_62"],
    resourceTypes: ["aws_s3_bucket"],
    promise: "Every bucket announces what changes in it.",
    why: "An upload that nobody is told of is never processed.",
    check: (bucket, stack) =>
      unless(stack.listAttached(bucket, "aws_s3_bucket_notification", "bucket").length > 0, "announces nothing"),
  },
  "bucket-object-lock": {
    threats: ["P6"],
    scannerIds: ["CKV_AWS_143"],
    resourceTypes: ["aws_s3_bucket"],
    promise: "An object lock that is declared is switched on.",
    why: "A lock that does not lock is worse than none: somebody relies on it.",
    check: ({ body }) => {
      const lock = valueAt(body, "object_lock_configuration");
      const state = valueAt(lock, "object_lock_enabled");
      return unless(lock === undefined || state === "Enabled", "declares an object lock that is not enabled");
    },
  },
  "bucket-name": {
    threats: ["P3"],
    scannerIds: ["AWS-0320"],
    resourceTypes: ["aws_s3_bucket"],
    promise: "Every bucket's name can stand in a host name with a certificate.",
    why: "A name with dots matches no certificate of S3, so that TLS would fail or be switched off.",
    check: ({ body }) =>
      unless(/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/.test(String(body.bucket)), `is named "${body.bucket}"`),
  },
  "bucket-kept": {
    threats: ["P6"],
    scannerIds: [],
    resourceTypes: ["aws_s3_bucket"],
    promise: "No bucket can be destroyed by Terraform, or emptied in order to be.",
    why: "A renamed construct would take people's files with it.",
    check: ({ body }) => [
      ...unless(valueAt(body, "lifecycle.prevent_destroy") === true, "has no prevent_destroy"),
      ...unless(body.force_destroy !== true, "has force_destroy"),
    ],
  },
  "bucket-cors-methods": {
    threats: ["A5"],
    scannerIds: [],
    resourceTypes: ["aws_s3_bucket_cors_configuration"],
    promise: "A page may send to a bucket and read, but not delete.",
    why: "CORS is the last word on what a foreign page may try with a signed address.",
    check: ({ body }) =>
      blocksAt(body, "cors_rule")
        .flatMap((rule) => [...textsOf(rule.allowed_methods), ...textsOf(rule.allowed_headers)])
        .filter((word) => word === "DELETE" || word === "*")
        .map((word) => `lets pages send "${word}"`),
  },
} as const satisfies Record<string, Rule>;
