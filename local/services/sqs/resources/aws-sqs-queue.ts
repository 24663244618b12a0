import * as z from "zod";
import { policyText } from "../../../iam/policy-text.ts";
import { tags } from "../../../model/resources/blocks.ts";
import { defineResource } from "../../../model/resources/resource.ts";
import type { StackRuntime } from "../../../runtime.ts";
import { parseQueueAttributes } from "../queue-attributes.ts";
import type { SqsService } from "../seam.ts";

type Runtime = StackRuntime & { sqs: SqsService };

const schema = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,80}$/, "must be 1 to 80 letters, digits, hyphens or underscores (no FIFO queue)"),
  visibility_timeout_seconds: z.int().min(0).max(43_200).default(30),
  message_retention_seconds: z.int().min(60).max(1_209_600).default(345_600),
  delay_seconds: z.int().min(0).max(900).default(0),
  max_message_size: z.int().min(1024).max(1_048_576).default(262_144),
  receive_wait_time_seconds: z.int().min(0).max(20).default(0),
  redrive_policy: z.string().optional(),
  policy: policyText("resource").optional(),
  // Messages lie in the state folder, as readable as everything else of its owner's.
  sqs_managed_sse_enabled: z.boolean().optional(),
  tags,
});

/** Messages of an earlier run are still in it. */
export const awsSqsQueue = defineResource<Runtime, z.infer<typeof schema>>({
  type: "aws_sqs_queue",
  uniqueBy: "name",
  schema,
  exports: ["arn", "id", "name", "url"],
  async start({ config }, { sqs }) {
    const { redrive_policy: redrive, policy } = config;
    const { redrivePolicy } = redrive === undefined ? {} : parseQueueAttributes({ RedrivePolicy: redrive });
    const { arn, url } = await sqs.putQueue(config.name, {
      visibilityTimeoutSeconds: config.visibility_timeout_seconds,
      messageRetentionSeconds: config.message_retention_seconds,
      delaySeconds: config.delay_seconds,
      maxMessageSize: config.max_message_size,
      receiveWaitTimeSeconds: config.receive_wait_time_seconds,
      ...(redrivePolicy && { redrivePolicy }),
      ...(policy && { policy }),
    });
    return { attributes: { id: url, url, arn, name: config.name } };
  },
});

/** The ARN of the queue that a `queue_url` names. */
export function queueArn(queueUrl: string, { region, accountId }: Pick<Runtime, "region" | "accountId">): string {
  return `arn:aws:sqs:${region}:${accountId}:${queueUrl.split("/").at(-1)}`;
}
