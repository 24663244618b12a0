import { valueAt } from "../policy-stack.ts";
import { type Rule, unless } from "../rule.ts";

const YEAR_DAYS = 365;

/** The table and the logs. */
export const STORE_RULES = {
  "table-restorable": {
    threats: ["P4"],
    scannerIds: ["CKV_AWS_28", "AWS-0024"],
    resourceTypes: ["aws_dynamodb_table"],
    promise: "Every table can be restored to any second of the last 35 days.",
    why: "A bad deployment could write over every record.",
    check: ({ body }) =>
      unless(valueAt(body, "point_in_time_recovery.enabled") === true, "has no point-in-time recovery"),
  },
  "table-customer-key": {
    threats: [],
    scannerIds: ["CKV_AWS_119", "AWS-0025"],
    resourceTypes: ["aws_dynamodb_table"],
    promise: "Every table is encrypted with a key of ours.",
    why: "Whoever may read the table would need the key too, and its policy would be ours.",
    check: ({ body }) =>
      unless(valueAt(body, "server_side_encryption.kms_key_arn") !== undefined, "is not encrypted with a key of ours"),
  },
  "table-encrypted": {
    threats: [],
    scannerIds: [],
    resourceTypes: ["aws_dynamodb_table"],
    promise: "Every table is encrypted with a KMS key whose use is logged.",
    why: "DynamoDB's default key leaves no trace in CloudTrail.",
    check: ({ body }) =>
      unless(valueAt(body, "server_side_encryption.enabled") === true, "is encrypted by default only"),
  },
  "table-scales": {
    threats: ["U5"],
    scannerIds: ["CKV2_AWS_16"],
    resourceTypes: ["aws_dynamodb_table"],
    promise: "Every table follows its load.",
    why: "A busy day would be answered with errors.",
    check: ({ body }) => unless(body.billing_mode === "PAY_PER_REQUEST", "has a fixed capacity"),
  },
  "table-forgets": {
    threats: ["P4"],
    scannerIds: [],
    resourceTypes: ["aws_dynamodb_table"],
    promise: "Every table forgets rows in time.",
    why: "The names of people's files would be kept for ever.",
    check: ({ body }) => unless(valueAt(body, "ttl.enabled") === true, "forgets nothing"),
  },
  "table-kept": {
    threats: ["P4", "P6"],
    scannerIds: [],
    resourceTypes: ["aws_dynamodb_table"],
    promise: "No table can be destroyed, by Terraform or otherwise.",
    why: "A renamed construct would take every job with it.",
    check: ({ body }) => [
      ...unless(body.deletion_protection_enabled === true, "has no deletion protection"),
      ...unless(valueAt(body, "lifecycle.prevent_destroy") === true, "has no prevent_destroy"),
    ],
  },
  "log-retention": {
    threats: ["P4"],
    scannerIds: ["CKV_AWS_66"],
    resourceTypes: ["aws_cloudwatch_log_group"],
    promise: "Every log ends.",
    why: "CloudWatch keeps logs, and takes money for them, for ever.",
    check: ({ body }) => unless(Number(body.retention_in_days) > 0, "keeps logs for ever"),
  },
  "log-year": {
    threats: [],
    scannerIds: ["CKV_AWS_338"],
    resourceTypes: ["aws_cloudwatch_log_group"],
    promise: "Every log is kept for a year.",
    why: "An intrusion is often found months later.",
    check: ({ body }) =>
      unless(Number(body.retention_in_days) >= YEAR_DAYS, `keeps logs for ${body.retention_in_days} days`),
  },
  "log-customer-key": {
    threats: [],
    scannerIds: ["CKV_AWS_158", "AWS-0017"],
    resourceTypes: ["aws_cloudwatch_log_group"],
    promise: "Every log is encrypted with a key of ours.",
    why: "Whoever may read the log would need the key too.",
    check: ({ body }) => unless(body.kms_key_id !== undefined, "is not encrypted with a key of ours"),
  },
} as const satisfies Record<string, Rule>;
