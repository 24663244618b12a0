import { ChangeMessageVisibilityBatchCommand, type SQSClient } from "@aws-sdk/client-sqs";
import type { Hiding, MessageVisibility } from "../support/message-visibility.ts";

/** The visibility of one queue's messages. Needs sqs:ChangeMessageVisibility on the queue. */
export class SqsMessageVisibility implements MessageVisibility {
  constructor(
    private readonly client: SQSClient,
    private readonly queueUrl: string,
  ) {}

  async hide(messages: readonly Hiding[]): Promise<void> {
    if (messages.length === 0) return;
    const Entries = messages.map(({ receiptHandle, seconds }, index) => ({
      Id: String(index),
      ReceiptHandle: receiptHandle,
      VisibilityTimeout: seconds,
    }));
    const { Failed = [] } = await this.client.send(
      new ChangeMessageVisibilityBatchCommand({ QueueUrl: this.queueUrl, Entries }),
    );
    if (Failed.length === 0) return;
    const reasons = Failed.map(({ Code, Message }) => `${Code}: ${Message}`);
    throw new Error(`SQS did not hide ${Failed.length} of ${messages.length} messages: ${reasons.join("; ")}`);
  }
}
