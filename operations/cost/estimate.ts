import type { FunctionName } from "../../contracts/media/environment.ts";
import type { Charge } from "./charges.ts";
import {
  API_CALL_SECONDS,
  type JobWork,
  type MeasuredImage,
  planFilmWork,
  planImageWork,
  VIEW_BYTES,
} from "./job-work.ts";
import type { PricedStack } from "./stack.ts";

/** What people do in a month. */
export interface Workload {
  /** Pictures of 12 MP. */
  readonly images: number;
  /** Films of ten seconds that are encoded. */
  readonly films: number;
  /** Renditions that the CDN hands out. */
  readonly views: number;
}

const GIGABYTE = 1e9;
const GIGABYTE_IN_MB = 1024;
/** Of /tmp, in every function. */
const FREE_SCRATCH_MB = 512;
const MONTH_DAYS = 30.4;
const MONTH_MINUTES = 43_800;
const SETTLE_SECONDS = 0.05;
/**
 * S3 sends, the poller receives and deletes, the worker hides what it holds. Counted for a message that comes alone: a batch
 * shares all but the sending. A worker speaks once more for what fails, which is not counted.
 */
const QUEUE_REQUESTS = 4;
/** Lambda keeps five long polls of 20 s open on each queue that it consumes. */
const POLLS_A_MINUTE = 15;
/** Start and report of a call, and a line of our own; a worker's begin, end and metrics; the API's own line. */
const CALL_LOG_BYTES = 700;
const WORKER_LOG_BYTES = 2000;
const ACCESS_LOG_BYTES = 350;
/** X-Ray records one call a second, and of the others: */
const TRACED_PART = 0.05;
/** Jobs by COMPLETED and FAILED, seconds, bytes in and out: contracts/media/metrics.ts, for each worker that has work. */
const METRICS_PER_WORKER = 5;
/** JobsStuck, at every sweep. */
const SETTLE_METRICS = 1;
/** What the jobs of a month cost, besides what costs while nobody comes. */
export function countWork(stack: PricedStack, workload: Workload, measured?: MeasuredImage): Charge[] {
  return [
    ...countImages(stack, workload.images, measured),
    ...countFilms(stack, workload.films),
    ...countViews(workload.views),
  ];
}

function countImages(stack: PricedStack, times: number, measured?: MeasuredImage): Charge[] {
  const { memory_size: memoryMb, environment } = stack.functions.resize;
  return countJobs(stack, "resize", times, planImageWork({ memoryMb, variables: environment.variables, measured }));
}

function countFilms(stack: PricedStack, times: number): Charge[] {
  return countJobs(stack, "convert", times, planFilmWork({ memoryMb: stack.functions.convert.memory_size }));
}

/** From a page's first request to the answer that says COMPLETED, and as long as its files are kept. */
function countJobs(stack: PricedStack, worker: "resize" | "convert", times: number, job: JobWork): Charge[] {
  if (times === 0) return [];
  const { seconds, statusReads: reads } = job;
  return [
    ...countCalls(stack, "presign", times, API_CALL_SECONDS),
    ...countCalls(stack, "status", times * reads, API_CALL_SECONDS),
    ...countCalls(stack, worker, times, seconds, WORKER_LOG_BYTES),
    charge("aws_apigatewayv2_api.api", "httpApiRequest", times * (1 + reads)),
    charge("aws_cloudwatch_log_group.api", "logGigabyte", (times * (1 + reads) * ACCESS_LOG_BYTES) / GIGABYTE),
    charge(`aws_sqs_queue.${worker}`, "queueRequest", times * QUEUE_REQUESTS),
    ...countRows(stack, times, job),
    ...countFiles(stack, times, job),
    charge("metrics", "metric", METRICS_PER_WORKER),
  ];
}

function countCalls(
  stack: PricedStack,
  name: FunctionName,
  calls: number,
  seconds: number,
  logBytes = CALL_LOG_BYTES,
): Charge[] {
  const resource = `aws_lambda_function.${name}`;
  const { memory_size: memoryMb, tracing_config: tracing, ephemeral_storage: scratch } = stack.functions[name];
  const scratchMb = Math.max(0, (scratch?.size ?? 0) - FREE_SCRATCH_MB);
  return [
    charge(resource, "lambdaArmGbSecond", (calls * seconds * memoryMb) / GIGABYTE_IN_MB),
    charge(resource, "lambdaScratchGbSecond", (calls * seconds * scratchMb) / GIGABYTE_IN_MB),
    charge(resource, "lambdaRequest", calls),
    charge(`aws_cloudwatch_log_group.${name}`, "logGigabyte", (calls * logBytes) / GIGABYTE),
    charge(resource, "trace", tracing?.mode === "Active" ? calls * TRACED_PART : 0),
  ];
}

function countRows(stack: PricedStack, times: number, job: JobWork): Charge[] {
  const rowDays = Number(stack.functions.presign.environment.variables.JOB_RETENTION_DAYS);
  const stored = (times * job.rowBytes * (rowDays / MONTH_DAYS)) / GIGABYTE;
  return [
    charge(JOBS_TABLE, "tableWriteUnit", times * (job.rowWriteUnits + job.indexWriteUnits)),
    charge(JOBS_TABLE, "tableReadUnit", times * job.statusReads * job.readUnitsPerRead),
    charge(JOBS_TABLE, "tableGbMonth", stored),
    charge(JOBS_TABLE, "tableBackupGbMonth", stored),
  ];
}

const JOBS_TABLE = "aws_dynamodb_table.jobs";

function countFiles(stack: PricedStack, times: number, job: JobWork): Charge[] {
  return [
    charge("aws_s3_bucket.uploads", "s3Put", times),
    charge("aws_s3_bucket.uploads", "s3Get", times),
    charge("aws_s3_bucket.uploads", "s3GbMonth", (times * job.sourceBytes * keepMonths(stack, "uploads")) / GIGABYTE),
    charge("aws_s3_bucket.renditions", "s3Put", times * job.renditions),
    charge(
      "aws_s3_bucket.renditions",
      "s3GbMonth",
      (times * job.renditionBytes * keepMonths(stack, "renditions")) / GIGABYTE,
    ),
  ];
}

/** What never goes is counted for its first month; it costs as much again in each that follows. */
function keepMonths({ keepDays }: PricedStack, bucket: string): number {
  const days = keepDays[bucket];
  return days === undefined ? 1 : days / MONTH_DAYS;
}

/** Every view is counted as the first in its place, which asks the bucket: the dearest case. */
function countViews(views: number): Charge[] {
  return [
    charge("aws_cloudfront_distribution.cdn", "cdnRequest", views),
    charge("aws_cloudfront_distribution.cdn", "cdnGigabyte", (views * VIEW_BYTES) / GIGABYTE),
    charge("aws_s3_bucket.renditions", "s3Get", views),
  ];
}

/** A month in which nobody comes. Without the few cents of storage: artifacts, logs, backups of an empty table. */
export function countIdleMonth(stack: PricedStack): Charge[] {
  const sweeps = stack.scheduleMinutes.reduce((sum, minutes) => sum + MONTH_MINUTES / minutes, 0);
  const settle = "aws_lambda_function.settle";
  return [
    ...stack.consumedQueues.map((queue) =>
      charge(`aws_sqs_queue.${queue}`, "queueRequest", POLLS_A_MINUTE * MONTH_MINUTES),
    ),
    ...countCalls(stack, "settle", sweeps, SETTLE_SECONDS).filter(({ unit }) => unit !== "trace"),
    // Minutes apart, each is the first of its second.
    charge(settle, "trace", stack.functions.settle.tracing_config?.mode === "Active" ? sweeps : 0),
    charge(JOBS_TABLE, "tableReadUnit", sweeps),
    ...Object.entries(stack.alarms).map(([alarm, metrics]) =>
      charge(`aws_cloudwatch_metric_alarm.${alarm}`, "alarm", metrics),
    ),
    ...stack.dashboards.map((dashboard) => charge(`aws_cloudwatch_dashboard.${dashboard}`, "dashboard", 1)),
    charge("metrics", "metric", SETTLE_METRICS),
  ];
}

function charge(resource: string, unit: Charge["unit"], quantity: number): Charge {
  return { resource, unit, quantity };
}
