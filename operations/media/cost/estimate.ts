import { ABANDONED_SHARDS } from "../../../contracts/media/abandoned-shards.ts";
import { charge, countCalls, GIGABYTE } from "../../cost/calls.ts";
import type { Charge } from "../../cost/charges.ts";
import { countIdle, countScheduledCalls } from "../../cost/idle.ts";
import { getFunction, type PricedStack } from "../../cost/stack.ts";
import {
  API_CALL_SECONDS,
  type JobWork,
  type MeasuredImage,
  planFilmWork,
  planImageWork,
  VIEW_BYTES,
} from "./job-work.ts";

/** What people do in a month. */
export interface Workload {
  /** Pictures of 12 MP. */
  readonly images: number;
  /** Films of ten seconds that are encoded. */
  readonly films: number;
  /** Renditions that the CDN hands out. */
  readonly views: number;
}

const MONTH_DAYS = 30.4;
/** One that finds nothing, and may be a moment behind. */
const READ_UNITS_PER_QUERY = 0.5;
/**
 * S3 sends, the poller receives and deletes, the worker hides what it holds. Counted for a message that comes alone: a batch
 * shares all but the sending. A worker speaks once more for what fails, which is not counted.
 */
const QUEUE_REQUESTS = 4;
/** A worker's begin, end and metrics, besides what every call writes; the API's own line. */
const WORKER_LOG_BYTES = 2000;
const ACCESS_LOG_BYTES = 350;
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
  const { memory_size: memoryMb, environment } = getFunction(stack, "resize");
  return countJobs(stack, "resize", times, planImageWork({ memoryMb, variables: environment.variables, measured }));
}

function countFilms(stack: PricedStack, times: number): Charge[] {
  return countJobs(stack, "convert", times, planFilmWork({ memoryMb: getFunction(stack, "convert").memory_size }));
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

function countRows(stack: PricedStack, times: number, job: JobWork): Charge[] {
  const rowDays = Number(getFunction(stack, "presign").environment.variables.JOB_RETENTION_DAYS);
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
  return [
    ...countIdle(stack),
    charge(JOBS_TABLE, "tableReadUnit", countScheduledCalls(stack) * ABANDONED_SHARDS * READ_UNITS_PER_QUERY),
    charge("metrics", "metric", SETTLE_METRICS),
  ];
}
