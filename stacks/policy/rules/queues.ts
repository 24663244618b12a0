import { refersTo, textsOf, valueAt } from "../policy-stack.ts";
import { type Rule, unless } from "../rule.ts";
import { listAllowed } from "../statements.ts";

/** AWS's own advice: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html */
const VISIBILITY_PER_TIMEOUT = 6;

export const QUEUE_RULES = {
  "queue-encrypted": {
    threats: [],
    scannerIds: ["CKV_AWS_27", "AWS-0096"],
    resourceTypes: ["aws_sqs_queue"],
    promise: "Every queue is encrypted at rest.",
    why: "Messages name people's files.",
    check: ({ body }) =>
      unless(body.sqs_managed_sse_enabled === true || body.kms_master_key_id !== undefined, "is not encrypted"),
  },
  "queue-customer-key": {
    threats: [],
    scannerIds: ["CKV2_AWS_73", "AWS-0135"],
    resourceTypes: ["aws_sqs_queue"],
    promise: "Every queue is encrypted with a key of ours.",
    why: "Whoever may read the queue would need the key too, and its use would be logged.",
    check: ({ body }) =>
      unless(
        ![undefined, "alias/aws/sqs"].includes(body.kms_master_key_id as string | undefined),
        "is not encrypted with a key of ours",
      ),
  },
  "queue-dead-letters": {
    threats: ["E7"],
    scannerIds: [],
    resourceTypes: ["aws_sqs_queue"],
    promise: "Every queue gives a message up to a queue of dead letters, or is one.",
    why: "A file that kills its worker would kill it again until the message is too old, and nobody would hear of it.",
    check: (queue, stack) => {
      const isDeadLetters = stack.list("aws_sqs_queue").some(({ body }) => refersTo(body.redrive_policy, queue));
      return unless(
        isDeadLetters || stack.findReferred(queue.body.redrive_policy) !== undefined,
        "has no dead letters",
      );
    },
  },
  "queue-redrive-closed": {
    threats: ["E7"],
    scannerIds: [],
    resourceTypes: ["aws_sqs_queue"],
    promise: "Every queue says which queues may leave dead letters in it.",
    why: "By default any queue of the account may, and its messages would be taken for ours.",
    check: (queue, stack) => {
      const policies = stack
        .listAttached(queue, "aws_sqs_queue_redrive_allow_policy", "queue_url")
        .map(({ body }) => String(body.redrive_allow_policy));
      return unless(
        policies.some((policy) => /"redrivePermission":\s*"(byQueue|denyAll)"/.test(policy)),
        "takes dead letters of any queue",
      );
    },
  },
  "queue-consumed": {
    threats: ["E7"],
    scannerIds: [],
    resourceTypes: ["aws_sqs_queue"],
    promise: "Every queue has its consumer, dead letters too.",
    why: "A job whose worker died would be PROCESSING for ever.",
    check: (queue, stack) =>
      unless(
        stack.listAttached(queue, "aws_lambda_event_source_mapping", "event_source_arn").length > 0,
        "is consumed by nobody",
      ),
  },
  "queue-visibility": {
    threats: ["E8"],
    scannerIds: [],
    resourceTypes: ["aws_lambda_event_source_mapping"],
    promise: `A message is hidden for at least ${VISIBILITY_PER_TIMEOUT} times its consumer's timeout.`,
    why: "It would reappear while it is still worked on, and be done twice.",
    check: ({ body }, stack) => {
      const hidden = Number(stack.findReferred(body.event_source_arn)?.body.visibility_timeout_seconds);
      const timeout = Number(stack.findReferred(body.function_name)?.body.timeout);
      return unless(
        hidden >= VISIBILITY_PER_TIMEOUT * timeout,
        `hides a message for ${hidden} s, its consumer takes up to ${timeout} s`,
      );
    },
  },
  "queue-partial-batch": {
    threats: ["E6"],
    scannerIds: [],
    resourceTypes: ["aws_lambda_event_source_mapping"],
    promise: "Of a batch, only the messages that failed come back.",
    why: "One bad file would have its neighbours done again, and given up with it.",
    check: ({ body }) =>
      unless(
        textsOf(body.function_response_types).includes("ReportBatchItemFailures"),
        "does not report failures one by one",
      ),
  },
  "queue-bounded": {
    threats: ["U5"],
    scannerIds: [],
    resourceTypes: ["aws_lambda_event_source_mapping"],
    promise: "Every consumer has a highest number of calls at once.",
    why: "One flood of uploads would take every place of the account, the API's too.",
    check: ({ body }) =>
      unless(Number(valueAt(body, "scaling_config.maximum_concurrency")) >= 2, "has no maximum_concurrency"),
  },
  "queue-no-recursion": {
    threats: ["E9"],
    scannerIds: [],
    resourceTypes: ["aws_s3_bucket_notification"],
    promise: "Whatever consumes a bucket's events may not write to that bucket.",
    why: "Every rendition would start the next job, until the bill stops it.",
    check: ({ body }, stack) => {
      const bucket = stack.findReferred(body.bucket);
      const consumers = stack
        .list("aws_lambda_event_source_mapping")
        .filter((mapping) => {
          const queue = stack.findReferred(mapping.body.event_source_arn);
          return queue !== undefined && refersTo(body.queue, queue);
        })
        .map((mapping) => stack.findReferred(mapping.body.function_name))
        .filter((consumer) => consumer !== undefined);
      return consumers.flatMap((consumer) => {
        const role = stack.findReferred(consumer.body.role);
        const policies = role ? stack.listAttached(role, "aws_iam_role_policy", "role") : [];
        const canWrite = policies
          .flatMap(listAllowed)
          .some(
            ({ actions, resources }) =>
              actions.some((action) => /^(s3:(Put|Delete|Restore|Replicate|\*)|\*)/.test(action)) &&
              (resources.includes("*") || (bucket !== undefined && refersTo(resources, bucket))),
          );
        return unless(!canWrite, `is consumed by ${consumer.address}, which may write to the same bucket`);
      });
    },
  },
} as const satisfies Record<string, Rule>;
