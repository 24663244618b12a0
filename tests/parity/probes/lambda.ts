import { SendMessageBatchCommand } from "@aws-sdk/client-sqs";
import { judge, type Probe } from "../probe.ts";
import { Queue } from "./queue.ts";

export const LAMBDA_PROBES: readonly Probe[] = [
  {
    id: "batch-item-failures",
    service: "Lambda",
    behaviour:
      "Of a batch, only the messages that the function names in batchItemFailures come again; the others are done.",
    source: "https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html",
    async run(target) {
      if (target.withoutFunctions) return { absent: target.withoutFunctions };
      const queue = new Queue(target, "consumed");
      const Entries = ["good", "bad", "fine"].map((MessageBody) => ({ Id: MessageBody, MessageBody }));
      await target.sqs.send(new SendMessageBatchCommand({ QueueUrl: queue.url, Entries }));
      const dead = new Queue(target, "consumedDead");
      return judge(
        ["the dead letter", await dead.take(), "bad"],
        ["another one", await dead.take(1), "nothing"],
        ["what is left in the queue", await queue.take(1), "nothing"],
      );
    },
  },
];
