import * as z from "zod";
import { blocks } from "../../../model/resources/blocks.ts";
import { defineResource } from "../../../model/resources/resource.ts";
import { stableId } from "../../../model/resources/stable-id.ts";
import type { StackRuntime } from "../../../runtime.ts";
import type { S3Service } from "../seam.ts";

const schema = z.strictObject({
  bucket: z.string(),
  queue: blocks(
    z.strictObject({
      id: z.string().optional(),
      queue_arn: z.string().startsWith("arn:aws:sqs:"),
      events: z.array(z.string().startsWith("s3:")).min(1),
      filter_prefix: z.string().optional(),
      filter_suffix: z.string().optional(),
    }),
  ),
});

/** Queues only. Each queue's policy must let the bucket send: S3 tries it before it accepts the notification. */
export const awsS3BucketNotification = defineResource<StackRuntime & { s3: S3Service }, z.infer<typeof schema>>({
  type: "aws_s3_bucket_notification",
  schema,
  exports: ["id"],
  async start({ address, config }, runtime) {
    const notifications = config.queue.map((queue, index) => ({
      id: queue.id ?? `tf-s3-queue-${stableId(runtime, `${address}.${index}`, 26)}`,
      queueArn: queue.queue_arn,
      events: queue.events,
      ...(queue.filter_prefix !== undefined && { prefix: queue.filter_prefix }),
      ...(queue.filter_suffix !== undefined && { suffix: queue.filter_suffix }),
    }));
    await runtime.s3.configureBucket(config.bucket, { notifications });
    return { attributes: { id: config.bucket } };
  },
});
