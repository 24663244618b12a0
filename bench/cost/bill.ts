import { PRICES } from "./prices.ts";

/** What AWS bills, in units of its price list. */
export type Usage = Readonly<Record<keyof typeof PRICES, number>>;

/** performance.md's planning factor: a vCPU of Lambda on arm64 against a core of the machines that measure. */
const ARM_FACTOR = 2.5;
const GIGABYTE_IN_MB = 1024;

/** As the stack gives it to the functions: stacks/media/functions.ts. */
const RESIZE_MEMORY_MB = 1769;
const API_MEMORY_MB = 1024;

/** A worker waits for S3 and the table: the source, the last rendition, claim and completion; some 25 ms each. */
const WORKER_WAIT_SECONDS = 0.1;
/** presign and status compute for 1 ms and wait for one call to the table. */
const API_CALL_SECONDS = 0.015;
/** The page's own, while a job takes a second and a half: after 0, 0.25, 0.65 and 1.3 s (web/watch-job.ts). */
const STATUS_READS = 4;
/** S3 sends, the poller receives and deletes. */
const QUEUE_REQUESTS = 3;
/** presign writes row and index, the claim changes the one and clears the other; a worker's progress is younger than it. */
const WRITES_BEFORE_COMPLETION = 4;
/** Bytes of a row without renditions, and of one rendition in it. */
const ROW_BYTES = 450;
const RENDITION_BYTES = 170;
const WRITE_UNIT_BYTES = 1024;
const READ_UNIT_BYTES = 4096;
/** Start and report of a call, and our own line (not from status); the API's own line. */
const CALL_LOG_BYTES = 700;
const ACCESS_LOG_BYTES = 350;
/** X-Ray records one call a second, and of the others: */
const TRACED_PART = 0.05;

export interface ImageJob {
  /** Of all that the worker does, on the machine that measures. */
  readonly cpuMs: number;
  readonly renditions: number;
}

/** One picture, from the page's first request to the answer that says COMPLETED. Without storage and delivery. */
export function countImageUpload({ cpuMs, renditions }: ImageJob): Usage {
  const apiCalls = 1 + STATUS_READS;
  const workerSeconds = (cpuMs / 1000) * ARM_FACTOR + WORKER_WAIT_SECONDS;
  const rowBytes = ROW_BYTES + renditions * RENDITION_BYTES;
  const calls = apiCalls + 1;
  return {
    lambdaArmGbSecond:
      (workerSeconds * RESIZE_MEMORY_MB + apiCalls * API_CALL_SECONDS * API_MEMORY_MB) / GIGABYTE_IN_MB,
    lambdaRequest: calls,
    s3Put: 1 + renditions,
    s3Get: 1,
    tableWriteUnit: WRITES_BEFORE_COMPLETION + Math.ceil(rowBytes / WRITE_UNIT_BYTES),
    tableReadUnit: STATUS_READS * Math.ceil(rowBytes / READ_UNIT_BYTES),
    queueRequest: QUEUE_REQUESTS,
    httpApiRequest: apiCalls,
    logGigabyte: (calls * CALL_LOG_BYTES + apiCalls * ACCESS_LOG_BYTES) / 1e9,
    trace: calls * TRACED_PART,
  };
}

const MONTH_MINUTES = 43_800;
/** Lambda keeps five long polls of 20 s open on each queue that it consumes. */
const POLLS_A_MINUTE = 15;
const SETTLE_MEMORY_MB = 512;
const SETTLE_SECONDS = 0.05;

export interface IdleStack {
  /** Queues that a function consumes. */
  readonly consumedQueues: number;
  /** Minutes between two calls of settle. */
  readonly everyMinutes: number;
}

/** A month in which nobody comes. Without the few cents of storage: artifacts, logs, backups of an empty table. */
export function countIdleMonth({ consumedQueues, everyMinutes }: IdleStack): Usage {
  const calls = MONTH_MINUTES / everyMinutes;
  return {
    lambdaArmGbSecond: (calls * SETTLE_SECONDS * SETTLE_MEMORY_MB) / GIGABYTE_IN_MB,
    lambdaRequest: calls,
    s3Put: 0,
    s3Get: 0,
    tableWriteUnit: 0,
    tableReadUnit: calls,
    queueRequest: consumedQueues * POLLS_A_MINUTE * MONTH_MINUTES,
    httpApiRequest: 0,
    logGigabyte: (calls * CALL_LOG_BYTES) / 1e9,
    // Minutes apart, each is the first of its second.
    trace: calls,
  };
}

export function addUp(usage: Usage): number {
  return listCharges(usage).reduce((sum, [, dollars]) => sum + dollars, 0);
}

/** `S3 0.25, Lambda 0.11, …` for as many as are billed, the dearest first. */
export function describeBill(usage: Usage, times = 1): string {
  const services = new Map<string, number>();
  for (const [unit, dollars] of listCharges(usage)) {
    const service = SERVICES[unit];
    services.set(service, (services.get(service) ?? 0) + dollars * times);
  }
  return [...services]
    .sort(([, a], [, b]) => b - a)
    .filter(([, dollars]) => dollars >= 0.001)
    .map(([service, dollars]) => `${service} ${dollars.toFixed(3)}`)
    .join(", ");
}

const SERVICES: Readonly<Record<keyof typeof PRICES, string>> = {
  lambdaArmGbSecond: "Lambda",
  lambdaRequest: "Lambda",
  s3Put: "S3",
  s3Get: "S3",
  tableWriteUnit: "DynamoDB",
  tableReadUnit: "DynamoDB",
  queueRequest: "SQS",
  httpApiRequest: "HTTP API",
  logGigabyte: "logs",
  trace: "X-Ray",
};

function listCharges(usage: Usage): [unit: keyof typeof PRICES, dollars: number][] {
  return (Object.keys(PRICES) as (keyof typeof PRICES)[]).map((unit) => [unit, usage[unit] * PRICES[unit]]);
}
