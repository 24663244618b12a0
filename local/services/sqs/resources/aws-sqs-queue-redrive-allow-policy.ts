import * as z from "zod";
import { defineResource } from "../../../model/resources/resource.ts";
import type { StackRuntime } from "../../../runtime.ts";
import { parseQueueAttributes } from "../queue-attributes.ts";
import type { SqsService } from "../seam.ts";
import { queueArn } from "./aws-sqs-queue.ts";

const schema = z.strictObject({ queue_url: z.string(), redrive_allow_policy: z.string() });

export const awsSqsQueueRedriveAllowPolicy = defineResource<StackRuntime & { sqs: SqsService }, z.infer<typeof schema>>(
  {
    type: "aws_sqs_queue_redrive_allow_policy",
    schema,
    exports: ["id"],
    async start({ config }, runtime) {
      const settings = parseQueueAttributes({ RedriveAllowPolicy: config.redrive_allow_policy });
      await runtime.sqs.configureQueue(queueArn(config.queue_url, runtime), settings);
      return { attributes: { id: config.queue_url } };
    },
  },
);
