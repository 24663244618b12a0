import type { STORE_RULES } from "../../../../stacks/policy/rules/stores.ts";
import { type Case, out, putIn, set } from "./case.ts";

const TABLE = "aws_dynamodb_table.jobs";
const LOG = "aws_cloudwatch_log_group.resize";
const KEY = "arn:aws:kms:eu-central-1:333333333333:key/of-ours";

export const STORE_CASES = {
  "table-restorable": [out(TABLE, set(TABLE, "point_in_time_recovery.enabled", false))],
  "table-customer-key": [putIn(TABLE, set(TABLE, "server_side_encryption.kms_key_arn", KEY))],
  "table-encrypted": [out(TABLE, set(TABLE, "server_side_encryption", undefined))],
  "table-scales": [out(TABLE, set(TABLE, "billing_mode", "PROVISIONED"))],
  "table-forgets": [out(TABLE, set(TABLE, "ttl.enabled", false))],
  "table-kept": [
    out(TABLE, set(TABLE, "deletion_protection_enabled", false)),
    out(TABLE, set(TABLE, "lifecycle", undefined)),
  ],
  "log-retention": [out(LOG, set(LOG, "retention_in_days", undefined)), out(LOG, set(LOG, "retention_in_days", 0))],
  "log-year": [putIn(LOG, set(LOG, "retention_in_days", 365))],
  "log-customer-key": [putIn(LOG, set(LOG, "kms_key_id", KEY))],
} satisfies Record<keyof typeof STORE_RULES, readonly Case[]>;
