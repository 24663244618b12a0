import type { TERMINAL_STATUSES } from "./job-status.ts";

/**
 * What functions measure of jobs, and alarms and dashboards read. A namespace for each environment; CloudWatch bills each
 * name with each set of dimensions ($0.30 a month while it is written), so there are few of both. A job's id is no
 * dimension: it stands beside the figures, in the same log line.
 */
export const METRICS = {
  /** 1 for each job that ended: by function and outcome. */
  jobs: "Jobs",
  /** From the file's arrival to COMPLETED, time in the queue included. */
  secondsToFinish: "SecondsToFinish",
  /** Of the source. */
  bytesIn: "BytesIn",
  /** Of all renditions together. */
  bytesOut: "BytesOut",
  /** Jobs whose file came and that no worker began, at each sweep: by function. */
  jobsStuck: "JobsStuck",
} as const;

/** The names of the dimensions: `resize`, and `COMPLETED`. */
export const DIMENSIONS = { service: "service", outcome: "outcome" } as const;

export type Outcome = (typeof TERMINAL_STATUSES)[number];
