import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SendMessageCommandInput,
} from "@aws-sdk/client-sqs";
import type { Target } from "../target.ts";
import type { QueueId } from "../world.ts";

/** How long a message may take to come on AWS; where it comes at once, nothing waits. */
const PATIENCE_SECONDS = 20;

/** One queue, in the words of the probes. */
export class Queue {
  readonly url: string;

  constructor(
    readonly target: Target,
    readonly id: QueueId,
  ) {
    this.url = target.queueUrl(id);
  }

  send(MessageBody: string, more: Partial<SendMessageCommandInput> = {}) {
    return this.target.sqs.send(new SendMessageCommand({ QueueUrl: this.url, MessageBody, ...more }));
  }

  /** The next message, hidden for so long; undefined where none comes in time. */
  async receive(
    options: { readonly hiddenSeconds?: number; readonly waitSeconds?: number } = {},
  ): Promise<Message | undefined> {
    const { hiddenSeconds, waitSeconds = PATIENCE_SECONDS } = options;
    const { Messages } = await this.target.sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: this.url,
        WaitTimeSeconds: waitSeconds,
        MessageSystemAttributeNames: ["All"],
        ...(hiddenSeconds !== undefined && { VisibilityTimeout: hiddenSeconds }),
      }),
    );
    return Messages?.[0];
  }

  /** The next message's body; `nothing` where none comes in time. The message is deleted. */
  async take(waitSeconds?: number): Promise<string> {
    const message = await this.receive(waitSeconds === undefined ? {} : { waitSeconds });
    if (!message) return "nothing";
    await this.target.sqs.send(new DeleteMessageCommand({ QueueUrl: this.url, ReceiptHandle: message.ReceiptHandle }));
    return message.Body ?? "";
  }

  /** Hides a received message for so long from now. */
  hide({ ReceiptHandle }: Message, VisibilityTimeout: number) {
    return this.target.sqs.send(
      new ChangeMessageVisibilityCommand({ QueueUrl: this.url, ReceiptHandle, VisibilityTimeout }),
    );
  }
}
