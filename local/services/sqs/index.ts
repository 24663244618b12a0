import { defineService } from "../../service.ts";
import { awsSqsQueue } from "./resources/aws-sqs-queue.ts";
import { awsSqsQueuePolicy } from "./resources/aws-sqs-queue-policy.ts";
import { awsSqsQueueRedriveAllowPolicy } from "./resources/aws-sqs-queue-redrive-allow-policy.ts";
import { createSqs } from "./sqs-service.ts";

/** SQS, standard queues. */
export const sqs = defineService({
  name: "sqs",
  create: createSqs,
  stateFiles: /\.journal$/,
  resources: [awsSqsQueuePolicy, awsSqsQueueRedriveAllowPolicy, awsSqsQueue],
});
