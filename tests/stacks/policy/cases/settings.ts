import type { SETTING_RULES } from "../../../../stacks/policy/rules/settings.ts";
import { type Case, type Change, declare, out, set } from "./case.ts";

/** Keeps the state in a bucket, in this way. */
function keepState(settings: Record<string, unknown>): Change {
  return (document) => {
    (document.terraform as Record<string, unknown>).backend = { s3: { bucket: "states", ...settings } };
  };
}

export const SETTING_CASES = {
  "provider-no-keys": [
    out("provider.aws", set("provider.aws", "access_key", "key")),
    out("provider.aws", set("provider.aws", "token", "key")),
  ],
  "provider-one-account": [
    out("provider.aws", set("provider.aws", "allowed_account_ids", undefined)),
    out("provider.aws", set("provider.aws", "allowed_account_ids", ["111111111111", "333333333333"])),
    out("provider.aws", set("provider.aws", "region", undefined)),
  ],
  "state-guarded": [
    out("backend.s3", keepState({ use_lockfile: true })),
    out("backend.s3", keepState({ encrypt: true })),
  ],
  "output-not-secret": [
    out("output.apiUrl", set("output.apiUrl", "sensitive", true)),
    out("output.apiUrl", set("output.apiUrl", "value", "https://user:horse@api.example.com")),
  ],
  "no-secrets": [
    out("output.apiUrl", set("output.apiUrl", "description", `Key: AKIA${"0".repeat(16)}`)),
    out(
      "aws_s3_object.site_config_json",
      set("aws_s3_object.site_config_json", "content", "-----BEGIN RSA PRIVATE KEY-----"),
    ),
    out("aws_dynamodb_table.jobs", set("aws_dynamodb_table.jobs", "master_password", "correct horse")),
  ],
  "fixed-ids": [
    out(
      "aws_sqs_queue.media_resize-queue_queue_8A3F22C1",
      declare("aws_sqs_queue.media_resize-queue_queue_8A3F22C1", {}),
    ),
  ],
} satisfies Record<keyof typeof SETTING_RULES, readonly Case[]>;
