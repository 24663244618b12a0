import { setTimeout as sleep } from "node:timers/promises";
import type { Log, Principal } from "../../service.ts";
import { DISK_FULL, isDiskFull } from "../../state/disk-full.ts";
import type { ReceivedMessage, SqsService } from "../sqs/seam.ts";
import { findFailedIds } from "./batch-response.ts";
import type { DeclaredFunction, FunctionRegistry } from "./function-registry.ts";
import type { LambdaService } from "./seam.ts";

export type MappingSettings = Parameters<LambdaService["startEventSourceMapping"]>[0];

/** Lambda begins with five batches at once and grows to hundreds; a laptop stays with the five where nothing else is said. */
const DEFAULT_CONCURRENCY = 5;
const WAIT_SECONDS = 20;
const MAX_RECEIVE = 10;
const FIRST_BACKOFF_MS = 100;
const MAX_BACKOFF_MS = 5000;
/** How long a stop waits for batches under way; what is not finished then is delivered again. */
const STOP_GRACE_MS = 3000;

export interface MappingContext {
  readonly sqs: Pick<SqsService, "receive" | "delete" | "release" | "getQueueSettings">;
  readonly registry: FunctionRegistry;
  readonly region: string;
  readonly log: Log;
}

/** Polls a queue as the function's role and calls the function with batches, until stopped. */
export class EventSourceMapping {
  readonly #settings: MappingSettings;
  readonly #context: MappingContext;
  readonly #stopping = new AbortController();
  readonly #aborted = new Promise((resolve) => this.#stopping.signal.addEventListener("abort", resolve));
  readonly #running = new Set<Promise<void>>();
  readonly #polling: Promise<void>;

  constructor(settings: MappingSettings, context: MappingContext) {
    this.#settings = settings;
    this.#context = context;
    this.#polling = this.#poll();
  }

  /** Takes no more messages, and gives the batches under way a moment to end. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    const finished = Promise.all([this.#polling, ...this.#running]);
    await Promise.race([finished, sleep(STOP_GRACE_MS, undefined, { ref: false })]);
  }

  get #declared(): DeclaredFunction {
    return this.#context.registry.get(this.#settings.functionArn);
  }

  get #principal(): Principal {
    return { type: "role", arn: this.#declared.settings.roleArn };
  }

  async #poll(): Promise<void> {
    const { signal } = this.#stopping;
    const most =
      this.#settings.maximumConcurrency ?? this.#declared.settings.reservedConcurrency ?? DEFAULT_CONCURRENCY;
    let backoffMs = FIRST_BACKOFF_MS;
    while (!signal.aborted) {
      if (this.#running.size >= Math.max(1, most)) {
        await Promise.race([...this.#running, this.#aborted]);
        continue;
      }
      try {
        const batch = await this.#gather();
        if (batch.length > 0) this.#begin(batch);
        backoffMs = FIRST_BACKOFF_MS;
      } catch (error) {
        if (signal.aborted) return;
        this.#warn(`cannot read from the queue: ${describe(error)}`);
        await sleep(backoffMs, undefined, { signal }).catch(() => {});
        backoffMs = Math.min(backoffMs * 2, MAX_BACKOFF_MS);
      }
    }
  }

  /** One batch: at once what is there or, with a batching window, as much as comes within it. */
  async #gather(): Promise<ReceivedMessage[]> {
    const { batchSize, maximumBatchingWindowSeconds: windowSeconds, queueArn } = this.#settings;
    const { signal } = this.#stopping;
    await this.#context.sqs.getQueueSettings(this.#principal, queueArn);
    const receive = (waitSeconds: number, have: number) => {
      const maxMessages = Math.min(MAX_RECEIVE, batchSize - have);
      return this.#context.sqs.receive(this.#principal, queueArn, { maxMessages, waitSeconds, signal });
    };
    const batch = await receive(WAIT_SECONDS, 0);
    const closesAt = performance.now() + windowSeconds * 1000;
    while (batch.length > 0 && batch.length < batchSize && !signal.aborted) {
      const leftSeconds = Math.max(0, closesAt - performance.now()) / 1000;
      const more = await receive(leftSeconds, batch.length);
      batch.push(...more);
      if (more.length === 0) break;
    }
    return batch;
  }

  #begin(batch: readonly ReceivedMessage[]): void {
    const running = this.#process(batch).catch((error) => {
      // Nothing is lost: what was not deleted becomes visible again.
      this.#warn(`a batch was not finished: ${describe(error)}`);
    });
    this.#running.add(running);
    void running.then(() => this.#running.delete(running));
  }

  async #process(batch: readonly ReceivedMessage[]): Promise<void> {
    const end = await this.#invoke(batch);
    if (end?.outcome !== "ok") return;
    const ids = batch.map((message) => message.messageId);
    const failed = this.#settings.reportBatchItemFailures ? findFailedIds(JSON.parse(end.payload), ids) : [];
    const { sqs } = this.#context;
    const { queueArn } = this.#settings;
    for (const { messageId, receiptHandle } of batch) {
      // The function is alive and has chosen when this one comes back. What died with its worker comes back at the next start.
      if (failed.includes(messageId)) sqs.release(queueArn, receiptHandle);
      else await sqs.delete(this.#principal, queueArn, receiptHandle);
    }
  }

  /** Tries again while the function is throttled, for as long as the messages stay hidden from others. */
  async #invoke(batch: readonly ReceivedMessage[]) {
    const { registry, sqs, region } = this.#context;
    const { queueArn } = this.#settings;
    const payload = JSON.stringify({ Records: batch.map((message) => toRecord(message, queueArn, region)) });
    const { visibilityTimeoutSeconds } = await sqs.getQueueSettings(this.#principal, queueArn);
    const givesUpAt = performance.now() + visibilityTimeoutSeconds * 1000;
    for (let backoffMs = FIRST_BACKOFF_MS; ; backoffMs = Math.min(backoffMs * 2, MAX_BACKOFF_MS)) {
      const end = await registry.tryRun(this.#declared, payload);
      if (end || performance.now() + backoffMs > givesUpAt || this.#stopping.signal.aborted) return end;
      await sleep(backoffMs, undefined, { signal: this.#stopping.signal }).catch(() => {});
    }
  }

  #warn(message: string): void {
    const { name } = this.#declared.settings;
    this.#context.log({ level: "warn", source: "lambda", message: `${name}: the event source mapping ${message}` });
  }
}

function describe(error: unknown): string {
  if (isDiskFull(error)) return DISK_FULL;
  return error instanceof Error ? error.message : String(error);
}

/** A message as Lambda hands it over: https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html */
function toRecord(message: ReceivedMessage, queueArn: string, region: string) {
  const attributes = Object.entries(message.messageAttributes as Record<string, MessageAttribute>);
  return {
    messageId: message.messageId,
    receiptHandle: message.receiptHandle,
    body: message.body,
    attributes: message.attributes,
    messageAttributes: Object.fromEntries(attributes.map(([name, attribute]) => [name, toAttribute(attribute)])),
    md5OfBody: message.md5OfBody,
    eventSource: "aws:sqs",
    eventSourceARN: queueArn,
    awsRegion: region,
  };
}

interface MessageAttribute {
  readonly DataType: string;
  readonly StringValue?: string;
  readonly BinaryValue?: string;
}

function toAttribute({ DataType, StringValue, BinaryValue }: MessageAttribute) {
  return {
    ...(StringValue !== undefined && { stringValue: StringValue }),
    ...(BinaryValue !== undefined && { binaryValue: BinaryValue }),
    stringListValues: [],
    binaryListValues: [],
    dataType: DataType,
  };
}
