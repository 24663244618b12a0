import type { IncomingMessage, ServerResponse } from "node:http";
import { AwsError } from "../../protocol/aws-json/aws-error.ts";
import { answerTargeted, type JsonInput } from "../../protocol/aws-json/signed-json.ts";
import type { Principal, ServiceContext } from "../../service.ts";
import { checkBody } from "./message.ts";
import {
  describeReceived,
  MESSAGE_OPERATIONS,
  type QueueCall,
  type ReceiveOptions,
  senderId,
  takeMessages,
} from "./message-operations.ts";
import { listMessageMoveTasks, QUEUE_OPERATIONS, startMessageMoveTask } from "./queue-operations.ts";
import { QueueStore } from "./queue-store.ts";
import { parseReceiptHandle } from "./receipt-handle.ts";
import type { QueueSettings, ReceivedMessage, SqsService } from "./seam.ts";

/** Ten messages of 1 MiB in JSON, where a character may take six bytes, would be more; AWS stops at the batch's 1 MiB. */
const MAX_REQUEST_BYTES = 8 * 1024 * 1024;

export interface SqsContext extends ServiceContext {
  /** What queue URLs begin with: `http://127.0.0.1:4566` */
  readonly endpointUrl: string;
}

/** Standard queues that outlive the process; what a send has acknowledged survives `kill -9`. */
export async function createSqs(context: SqsContext): Promise<SqsService> {
  return new LaptopSqs(context);
}

class LaptopSqs implements SqsService {
  readonly name = "sqs";
  readonly target = "AmazonSQS";
  readonly #context: SqsContext;
  readonly #store: QueueStore;

  constructor(context: SqsContext) {
    this.#context = context;
    this.#store = new QueueStore(context);
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const gone = new AbortController();
    response.once("close", () => gone.abort());
    const { signal } = gone;
    const run = (operation: string, input: JsonInput, principal: Principal) =>
      this.#run(operation, input, { principal, store: this.#store, signal });
    const service = { service: this.name, target: this.target, maxBodyBytes: MAX_REQUEST_BYTES, queryCompatible: true };
    await answerTargeted({ ...service, run }, this.#context, request, response);
  }

  async stop(): Promise<void> {
    this.#store.close();
  }

  async putQueue(name: string, settings: QueueSettings) {
    const queue = this.#store.put(name, settings);
    return { arn: queue.arn, url: this.#urlOf(name) };
  }

  async configureQueue(arn: string, settings: Partial<QueueSettings>): Promise<void> {
    this.#store.configure(this.#store.get(arn), settings);
  }

  async getQueueSettings(principal: Principal, queueArn: string): Promise<QueueSettings> {
    const queue = this.#store.get(queueArn);
    this.#store.authorize(principal, "GetQueueAttributes", queue);
    return queue.settings;
  }

  async send(principal: Principal, queueArn: string, body: string): Promise<void> {
    const queue = this.#store.get(queueArn);
    this.#store.authorize(principal, "SendMessage", queue);
    queue.send({ body: checkBody(body), attributes: {}, system: { SenderId: senderId(principal) } });
  }

  async receive(principal: Principal, queueArn: string, options: ReceiveOptions): Promise<ReceivedMessage[]> {
    const queue = this.#store.get(queueArn);
    this.#store.authorize(principal, "ReceiveMessage", queue);
    const messages = await takeMessages(queue, this.#store, { ...options, heldInside: true });
    return messages.map((message) => {
      const { MessageId, ReceiptHandle, Body, MD5OfBody, Attributes, MessageAttributes } = describeReceived(
        queue,
        message,
      );
      return {
        messageId: MessageId,
        receiptHandle: ReceiptHandle,
        body: Body,
        md5OfBody: MD5OfBody,
        attributes: Attributes,
        messageAttributes: MessageAttributes,
      };
    });
  }

  async delete(principal: Principal, queueArn: string, receiptHandle: string): Promise<void> {
    const queue = this.#store.get(queueArn);
    this.#store.authorize(principal, "DeleteMessage", queue);
    const { id, receipt } = parseReceiptHandle(queue, receiptHandle);
    queue.delete(id, receipt);
  }

  async changeVisibility(
    principal: Principal,
    queueArn: string,
    receiptHandle: string,
    seconds: number,
  ): Promise<void> {
    const queue = this.#store.get(queueArn);
    this.#store.authorize(principal, "ChangeMessageVisibility", queue);
    const { id, receipt } = parseReceiptHandle(queue, receiptHandle);
    queue.changeVisibility(id, receipt, seconds);
  }

  release(queueArn: string, receiptHandle: string): void {
    const queue = this.#store.get(queueArn);
    const { id, receipt } = parseReceiptHandle(queue, receiptHandle);
    queue.release(id, receipt);
  }

  #urlOf(name: string): string {
    return `${this.#context.endpointUrl}/${this.#context.accountId}/${name}`;
  }

  async #run(operation: string, input: JsonInput, call: QueueCall): Promise<unknown> {
    if (operation === "ListQueues") return this.#listQueues(input, call);
    if (operation === "GetQueueUrl") return this.#getQueueUrl(input, call);
    if (operation === "StartMessageMoveTask") return startMessageMoveTask(input, call);
    if (operation === "ListMessageMoveTasks") return listMessageMoveTasks(input, call);
    const onMessages = Object.hasOwn(MESSAGE_OPERATIONS, operation) ? MESSAGE_OPERATIONS[operation] : undefined;
    const onQueue = Object.hasOwn(QUEUE_OPERATIONS, operation) ? QUEUE_OPERATIONS[operation] : undefined;
    if (!onMessages && !onQueue && operation !== "ListDeadLetterSourceQueues") throw notImplemented(operation);
    const queue = this.#store.getByUrl(input.QueueUrl);
    this.#store.authorize(call.principal, onMessages?.action ?? operation, queue);
    if (onMessages) return onMessages.run(queue, input, call);
    return onQueue ? onQueue(queue, input, call) : this.#listSources(queue.arn);
  }

  #listQueues(input: JsonInput, { principal }: QueueCall): object {
    this.#store.authorize(principal, "ListQueues", { arn: this.#store.arnOf("*") });
    const prefix = String(input.QueueNamePrefix ?? "");
    const names = this.#store.list().map((queue) => queue.name);
    const QueueUrls = names.filter((name) => name.startsWith(prefix)).map((name) => this.#urlOf(name));
    return QueueUrls.length > 0 ? { QueueUrls } : {};
  }

  #getQueueUrl(input: JsonInput, { principal }: QueueCall): object {
    const queue = this.#store.getByName(input.QueueName);
    this.#store.authorize(principal, "GetQueueUrl", queue);
    return { QueueUrl: this.#urlOf(queue.name) };
  }

  #listSources(arn: string): object {
    const sources = this.#store.list().filter((queue) => queue.settings.redrivePolicy?.deadLetterTargetArn === arn);
    return { queueUrls: sources.map((queue) => this.#urlOf(queue.name)) };
  }
}

function notImplemented(operation: string): AwsError {
  return new AwsError(
    "UnsupportedOperation",
    `The laptop runtime's SQS does not have ${operation}. Queues are declared in the stack.`,
    { namespace: "com.amazonaws.sqs", queryCode: "AWS.SimpleQueueService.UnsupportedOperation" },
  );
}
