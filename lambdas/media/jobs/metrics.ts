import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";
import type { ErrorCode } from "../../../contracts/media/errors.ts";
import { DIMENSIONS, METRICS, type Outcome } from "../../../contracts/media/metrics.ts";

/** A job that has reached one of its ends. */
export interface EndedJob {
  readonly jobId: string;
  readonly outcome: Outcome;
  /** Why it failed. */
  readonly code?: ErrorCode;
  /** What it took, where it was completed. */
  readonly finished?: {
    /** From the file's arrival on. */
    readonly seconds: number;
    readonly bytesIn: number;
    readonly bytesOut: number;
  };
}

/** What is measured of jobs: one line of the function's own log each, which CloudWatch reads figures from. */
export interface JobMetrics {
  ended(job: EndedJob): void;
  /** Jobs whose file came and that no worker began; 0 is a figure too, and says that somebody looked. */
  stuck(count: number): void;
}

/**
 * The metrics of one function, written to the standard output in CloudWatch's embedded format: no call, no permission, and
 * no time between a job's end and its figure. Each line is whole, so that parallel jobs share no figures.
 */
export function createMetrics(service: string, namespace: string): JobMetrics {
  const metrics = new Metrics({ serviceName: service, namespace });
  return {
    ended({ jobId, outcome, code, finished }) {
      metrics.addDimension(DIMENSIONS.outcome, outcome).addMetric(METRICS.jobs, MetricUnit.Count, 1);
      if (finished) {
        metrics.addMetric(METRICS.secondsToFinish, MetricUnit.Seconds, finished.seconds);
        metrics.addMetric(METRICS.bytesIn, MetricUnit.Bytes, finished.bytesIn);
        metrics.addMetric(METRICS.bytesOut, MetricUnit.Bytes, finished.bytesOut);
      }
      metrics.addMetadata("jobId", jobId);
      if (code !== undefined) metrics.addMetadata("code", code);
      metrics.publishStoredMetrics();
    },
    stuck(count) {
      metrics.addMetric(METRICS.jobsStuck, MetricUnit.Count, count).publishStoredMetrics();
    },
  };
}
