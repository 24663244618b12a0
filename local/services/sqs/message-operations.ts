import { AwsError } from "../../protocol/aws-json/aws-error.ts";
import type { JsonInput } from "../../protocol/aws-json/signed-json.ts";
import type { Principal } from "../../service.ts";
import { batchTooLong, parseEntries, runEntries } from "./batch.ts";
import {
  checkBody,
  invalidParameter,
  type MessageAttributes,
  md5,
  md5OfAttributes,
  messageBytes,
  parseMessageAttributes,
  type StoredMessage,
} from "./message.ts";
import type { Queue } from "./queue.ts";
import type { QueueStore } from "./queue-store.ts";
import { makeReceiptHandle, parseReceiptHandle } from "./receipt-handle.ts";

/** A batch's bodies and attributes together, whatever the queue's own limit: 1 MiB since August 2025. */
const MAX_BATCH_BYTES = 1_048_576;

/** An operation on one queue, named by QueueUrl; who calls is already allowed to. */
export type QueueOperation = (queue: Queue, input: JsonInput, call: QueueCall) => unknown;

export interface QueueCall {
  readonly principal: Principal;
  readonly store: QueueStore;
  /** Aborted when the client has gone. */
  readonly signal: AbortSignal;
}

/** The id of who sent a message, as far as a laptop has one: the name of the role or service. */
export function senderId(principal: Principal): string {
  if (principal.type === "service") return principal.service;
  return principal.type === "anonymous" ? "anonymous" : (principal.arn.split("/").at(-1) ?? principal.arn);
}

function wholeNumber(input: JsonInput, name: string, min: number, max: number): number | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (Number.isInteger(value) && Number(value) >= min && Number(value) <= max) return Number(value);
  throw invalidParameter(
    `Value ${String(value)} for parameter ${name} is invalid. Reason: Must be >= ${min} and <= ${max}, if provided.`,
  );
}

function sendOne(queue: Queue, input: JsonInput, principal: Principal) {
  if (input.MessageDeduplicationId !== undefined || input.MessageGroupId !== undefined)
    throw invalidParameter(
      "MessageGroupId and MessageDeduplicationId: the laptop's queues are standard queues without fair groups.",
    );
  const body = checkBody(input.MessageBody);
  const attributes = parseMessageAttributes(input.MessageAttributes);
  const traceHeader = parseMessageAttributes(input.MessageSystemAttributes, ["AWSTraceHeader"]);
  if (messageBytes(body, attributes) > queue.settings.maxMessageSize)
    throw invalidParameter(
      `One or more parameters are invalid. Reason: Message must be shorter than ${queue.settings.maxMessageSize} bytes.`,
    );
  const trace = traceHeader.AWSTraceHeader?.StringValue;
  const system = { SenderId: senderId(principal), ...(trace !== undefined && { AWSTraceHeader: trace }) };
  const delaySeconds = wholeNumber(input, "DelaySeconds", 0, 900);
  const sent = queue.send({ body, attributes, system, ...(delaySeconds !== undefined && { delaySeconds }) });
  return {
    MessageId: sent.id,
    MD5OfMessageBody: md5(body),
    MD5OfMessageAttributes: md5OfAttributes(attributes),
    MD5OfMessageSystemAttributes: md5OfAttributes(traceHeader),
  };
}

function sendBatch(queue: Queue, input: JsonInput, principal: Principal) {
  const entries = parseEntries(input);
  const bytes = entries
    .map(({ MessageBody, MessageAttributes: attributes }) => estimateBytes(MessageBody, attributes))
    .reduce((sum, size) => sum + size, 0);
  if (bytes > MAX_BATCH_BYTES) throw batchTooLong(bytes, MAX_BATCH_BYTES);
  return runEntries(entries, (entry) => sendOne(queue, entry, principal));
}

function estimateBytes(body: unknown, attributes: unknown): number {
  const text = typeof body === "string" ? body : "";
  return messageBytes(text, (attributes ?? {}) as MessageAttributes);
}

/** What a receive answers with, before it is cut down to what was asked for. */
export function describeReceived(queue: Queue, message: StoredMessage) {
  return {
    MessageId: message.id,
    ReceiptHandle: makeReceiptHandle(queue, message.id, message.receipt ?? ""),
    Body: message.body,
    MD5OfBody: md5(message.body),
    Attributes: {
      ...message.system,
      SentTimestamp: String(message.sentAt),
      ApproximateReceiveCount: String(message.receiveCount),
      ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt ?? message.sentAt),
    } as Record<string, string>,
    MessageAttributes: message.attributes,
  };
}

export interface ReceiveOptions {
  readonly maxMessages: number;
  readonly waitSeconds: number;
  readonly visibilitySeconds?: number;
  readonly signal?: AbortSignal;
  /** The receiver lives in this process, and dies with it. @default false */
  readonly heldInside?: boolean;
}

/** Takes messages at once or waits for the first, up to `waitSeconds` or until the signal aborts or the store closes. */
export async function takeMessages(queue: Queue, store: QueueStore, options: ReceiveOptions): Promise<StoredMessage[]> {
  const { maxMessages, waitSeconds, signal } = options;
  const deadline = performance.now() + waitSeconds * 1000;
  for (;;) {
    if (signal?.aborted || store.closed) return [];
    const seconds = options.visibilitySeconds ?? queue.settings.visibilityTimeoutSeconds;
    const hide = { seconds, heldInside: options.heldInside ?? false };
    const taken = queue.take(maxMessages, hide, (message) => store.moveToDeadLetters(queue, message));
    const left = deadline - performance.now();
    if (taken.length > 0 || left <= 0) return taken;
    await queue.wait(left, signal);
  }
}

async function receive(queue: Queue, input: JsonInput, { store, signal }: QueueCall): Promise<unknown> {
  const maxMessages = wholeNumber(input, "MaxNumberOfMessages", 1, 10) ?? 1;
  const waitSeconds = wholeNumber(input, "WaitTimeSeconds", 0, 20) ?? queue.settings.receiveWaitTimeSeconds;
  const visibilitySeconds = wholeNumber(input, "VisibilityTimeout", 0, 43_200);
  const names = [...list(input.MessageSystemAttributeNames), ...list(input.AttributeNames)];
  const attributeNames = list(input.MessageAttributeNames);
  const options = { maxMessages, waitSeconds, signal, ...(visibilitySeconds !== undefined && { visibilitySeconds }) };
  const messages = await takeMessages(queue, store, options);
  if (messages.length === 0) return {};
  return { Messages: messages.map((message) => present(queue, message, names, attributeNames)) };
}

function present(queue: Queue, message: StoredMessage, names: readonly string[], attributeNames: readonly string[]) {
  const { Attributes, MessageAttributes: all, ...rest } = describeReceived(queue, message);
  const system = pick(Attributes, (name) => names.includes("All") || names.includes(name));
  const attributes = pick(all, (name) => attributeNames.some((pattern) => matchesName(pattern, name)));
  const md5OfThese = md5OfAttributes(attributes);
  return {
    ...rest,
    ...(Object.keys(system).length > 0 && { Attributes: system }),
    ...(md5OfThese !== undefined && { MessageAttributes: attributes, MD5OfMessageAttributes: md5OfThese }),
  };
}

/** `All`, `.*`, a name, or the beginning of one: `foo.*`. */
function matchesName(pattern: string, name: string): boolean {
  if (pattern === "All" || pattern === ".*") return true;
  return pattern.endsWith(".*") ? name.startsWith(pattern.slice(0, -1)) : pattern === name;
}

function pick<T>(record: Readonly<Record<string, T>>, wanted: (name: string) => boolean): Record<string, T> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => wanted(name)));
}

function list(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function deleteOne(queue: Queue, input: JsonInput): object {
  const { id, receipt } = parseReceiptHandle(queue, input.ReceiptHandle);
  queue.delete(id, receipt);
  return {};
}

function hideOne(queue: Queue, input: JsonInput): object {
  const { id, receipt } = parseReceiptHandle(queue, input.ReceiptHandle);
  const seconds = wholeNumber(input, "VisibilityTimeout", 0, 43_200);
  if (seconds === undefined)
    throw new AwsError(
      "MissingRequiredParameterException",
      "The request must contain the parameter VisibilityTimeout.",
      {
        queryCode: "MissingParameter",
      },
    );
  queue.changeVisibility(id, receipt, seconds);
  return {};
}

/** Operations on messages, with the IAM action that each needs. */
export const MESSAGE_OPERATIONS: Readonly<Record<string, { readonly action: string; readonly run: QueueOperation }>> = {
  SendMessage: { action: "SendMessage", run: (queue, input, { principal }) => sendOne(queue, input, principal) },
  SendMessageBatch: { action: "SendMessage", run: (queue, input, { principal }) => sendBatch(queue, input, principal) },
  ReceiveMessage: { action: "ReceiveMessage", run: receive },
  DeleteMessage: { action: "DeleteMessage", run: deleteOne },
  DeleteMessageBatch: {
    action: "DeleteMessage",
    run: (queue, input) => runEntries(parseEntries(input), (entry) => deleteOne(queue, entry)),
  },
  ChangeMessageVisibility: { action: "ChangeMessageVisibility", run: hideOne },
  ChangeMessageVisibilityBatch: {
    action: "ChangeMessageVisibility",
    run: (queue, input) => runEntries(parseEntries(input), (entry) => hideOne(queue, entry)),
  },
};
