import type { QUEUE_RULES } from "../../../../stacks/policy/rules/queues.ts";
import { type Case, out, putIn, ref, remove, set, state } from "./case.ts";

const QUEUE = "aws_sqs_queue.resize";
const MAPPING = "aws_lambda_event_source_mapping.resize";

export const QUEUE_CASES = {
  "queue-encrypted": [out(QUEUE, set(QUEUE, "sqs_managed_sse_enabled", false))],
  "queue-customer-key": [
    putIn(QUEUE, set(QUEUE, "kms_master_key_id", "arn:aws:kms:eu-central-1:333333333333:key/of-ours")),
  ],
  "queue-dead-letters": [out(QUEUE, set(QUEUE, "redrive_policy", undefined))],
  "queue-redrive-closed": [
    out("aws_sqs_queue.resize_dead_letters", remove("aws_sqs_queue_redrive_allow_policy.resize_dead_letters")),
    out(
      QUEUE,
      set("aws_sqs_queue_redrive_allow_policy.resize", "redrive_allow_policy", '{"redrivePermission":"allowAll"}'),
    ),
  ],
  "queue-consumed": [
    out("aws_sqs_queue.convert_dead_letters", remove("aws_lambda_event_source_mapping.convert_dead_letters")),
  ],
  "queue-visibility": [
    out(MAPPING, set(QUEUE, "visibility_timeout_seconds", 359)),
    out(MAPPING, set("aws_lambda_function.resize", "timeout", 61)),
  ],
  "queue-partial-batch": [out(MAPPING, set(MAPPING, "function_response_types", undefined))],
  "queue-bounded": [out(MAPPING, set(MAPPING, "scaling_config", undefined))],
  "queue-no-recursion": [
    out(
      "aws_s3_bucket_notification.uploads",
      state("aws_iam_role_policy.convert", {
        Effect: "Allow",
        Action: "s3:PutObject",
        Resource: `${ref("aws_s3_bucket.uploads.arn")}/done/*`,
      }),
    ),
  ],
} satisfies Record<keyof typeof QUEUE_RULES, readonly Case[]>;
