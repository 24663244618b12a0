import { randomUUID } from "node:crypto";
import type { Context, SQSEvent } from "aws-lambda";
import type { Delivery } from "../../../lambdas/media/jobs/job-table.ts";
import type { EndedJob, JobMetrics } from "../../../lambdas/media/jobs/metrics.ts";
import type { Clock } from "../../../lambdas/support/clock.ts";
import type { Log, LogFields } from "../../../lambdas/support/log.ts";
import type { Hiding, MessageVisibility } from "../../../lambdas/support/message-visibility.ts";

export interface TestClock extends Clock {
  pass(seconds: number): void;
}

export function startClock(start = "2026-11-01T12:00:00.000Z"): TestClock {
  let now = new Date(start).getTime();
  return {
    now: () => new Date(now),
    pass: (seconds) => {
      now += seconds * 1000;
    },
  };
}

/** The first delivery of a message that nobody has seen before. */
export function someDelivery(): Delivery {
  return { messageId: randomUUID(), receiveCount: 1 };
}

export interface LogLine {
  readonly level: "info" | "warn" | "error";
  readonly message: string;
  readonly fields: LogFields;
}

/** A log that keeps its lines. */
export function recordLog(lines: LogLine[] = [], common: LogFields = {}): Log & { readonly lines: LogLine[] } {
  const write =
    (level: LogLine["level"]) =>
    (message: string, fields: LogFields = {}) => {
      lines.push({ level, message, fields: { ...common, ...fields } });
    };
  return {
    lines,
    info: write("info"),
    warn: write("warn"),
    error: write("error"),
    with: (fields) => recordLog(lines, { ...common, ...fields }),
  };
}

/** Metrics that are kept. */
export function recordMetrics(): JobMetrics & { readonly jobs: EndedJob[]; readonly sweeps: number[] } {
  const jobs: EndedJob[] = [];
  const sweeps: number[] = [];
  return { jobs, sweeps, ended: (job) => void jobs.push(job), stuck: (count) => void sweeps.push(count) };
}

/** A queue that takes every time it is told, and keeps them, call by call. */
export function recordHidings(): MessageVisibility & { readonly calls: (readonly Hiding[])[] } {
  const calls: (readonly Hiding[])[] = [];
  return { calls, hide: async (messages) => void calls.push(messages) };
}

/** An invocation with this much time left, by the real clock. */
export function makeContext(remainingMs = 60_000): Context {
  const deadline = Date.now() + remainingMs;
  const context: Partial<Context> = {
    awsRequestId: "request-1",
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
  return context as Context;
}

/** The message that S3 sends for one new object; `key` as S3 encodes it. */
export function announce(key: string, object: { versionId?: string; eTag?: string; bytes?: number } = {}): string {
  const record = {
    eventVersion: "2.1",
    eventSource: "aws:s3",
    awsRegion: "eu-central-1",
    eventName: "ObjectCreated:Post",
    s3: {
      bucket: { name: "uploads", arn: "arn:aws:s3:::uploads" },
      object: {
        key,
        size: object.bytes ?? 3,
        eTag: object.eTag ?? "e",
        sequencer: "0055AED6DCD90281E5",
        ...(object.versionId ? { versionId: object.versionId } : {}),
      },
    },
  };
  return JSON.stringify({ Records: [record] });
}

/** A batch of messages with the ids m0, m1 …, sent when `startClock` begins and received for the first time. */
export function makeBatch(bodies: readonly string[]): SQSEvent {
  const attributes = { SentTimestamp: String(startClock().now().getTime()), ApproximateReceiveCount: "1" };
  const Records = bodies.map((body, index) => ({
    messageId: `m${index}`,
    receiptHandle: `r${index}`,
    body,
    attributes,
  }));
  return { Records } as SQSEvent;
}
