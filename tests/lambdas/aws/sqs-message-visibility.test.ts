import { ReceiveMessageCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterEach, describe, expect, it } from "vitest";
import { SqsMessageVisibility } from "../../../lambdas/aws/sqs-message-visibility.ts";
import { createSqs } from "../../../local/services/sqs/sqs-service.ts";
import { createAuthorize, roleNamed, SignedEndpoint } from "../../local/protocol/aws-json/signed-endpoint.ts";
import { describeMessageVisibility, type MessageQueue, QUEUE_SECONDS } from "./message-visibility.contract.ts";

const opened: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0)) await close();
});

/** The laptop's SQS, where the worker may do exactly this, and the queue's owner everything. */
async function connect(workerMay = "sqs:ChangeMessageVisibility"): Promise<MessageQueue> {
  const endpoint = await SignedEndpoint.open();
  const { authorize } = createAuthorize(({ action }) => action === workerMay);
  const sqs = endpoint.serve(await createSqs(endpoint.context(authorize)));
  const times = { visibilityTimeoutSeconds: QUEUE_SECONDS, messageRetentionSeconds: 345_600, delaySeconds: 0 };
  const { url } = await sqs.putQueue("work", { ...times, maxMessageSize: 262_144, receiveWaitTimeSeconds: 0 });
  const owner = new SQSClient(endpoint.clientOptions());
  const worker = new SQSClient(endpoint.clientOptions(roleNamed("worker")));
  opened.push(async () => {
    owner.destroy();
    worker.destroy();
    await endpoint.close();
  });
  return {
    visibility: new SqsMessageVisibility(worker, url),
    send: async (MessageBody) => void (await owner.send(new SendMessageCommand({ QueueUrl: url, MessageBody }))),
    receive: async () => {
      const { Messages = [] } = await owner.send(new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: 10 }));
      return Messages.map(({ Body = "", ReceiptHandle = "" }) => ({ body: Body, receiptHandle: ReceiptHandle }));
    },
    pass: (seconds) => {
      endpoint.aheadMs += seconds * 1000;
    },
  };
}

describeMessageVisibility("in SQS, with a worker's rights", () => connect());

describe("the visibility of messages in SQS", () => {
  it("P1: passes a denial on, and says of what", async () => {
    const queue = await connect("sqs:ReceiveMessage");
    await queue.send("a");
    const [{ receiptHandle } = { receiptHandle: "" }] = await queue.receive();

    await expect(queue.visibility.hide([{ receiptHandle, seconds: 5 }])).rejects.toThrow("sqs:ChangeMessageVisibility");
  });

  it("names SQS's own reason where a message was not hidden", async () => {
    const queue = await connect();
    await queue.send("a");
    const [{ receiptHandle } = { receiptHandle: "" }] = await queue.receive();
    queue.pass(QUEUE_SECONDS + 1);

    await expect(queue.visibility.hide([{ receiptHandle, seconds: 5 }])).rejects.toThrow("MessageNotInflight");
  });
});
