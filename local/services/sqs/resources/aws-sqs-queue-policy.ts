import * as z from "zod";
import { policyText } from "../../../iam/policy-text.ts";
import { defineResource } from "../../../model/resources/resource.ts";
import type { StackRuntime } from "../../../runtime.ts";
import type { SqsService } from "../seam.ts";
import { queueArn } from "./aws-sqs-queue.ts";

const schema = z.strictObject({ queue_url: z.string(), policy: policyText("resource") });

export const awsSqsQueuePolicy = defineResource<StackRuntime & { sqs: SqsService }, z.infer<typeof schema>>({
  type: "aws_sqs_queue_policy",
  schema,
  exports: ["id"],
  async start({ config }, runtime) {
    await runtime.sqs.configureQueue(queueArn(config.queue_url, runtime), { policy: config.policy });
    return { attributes: { id: config.queue_url } };
  },
});
