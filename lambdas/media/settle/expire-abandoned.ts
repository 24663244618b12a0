import type { Clock } from "../../support/clock.ts";
import type { Log } from "../../support/log.ts";
import type { Job, JobTable } from "../jobs/job-table.ts";
import type { JobMetrics } from "../jobs/metrics.ts";
import type { SourceStore } from "../jobs/object-store.ts";

export interface ExpireDependencies {
  readonly jobs: Pick<JobTable, "listAbandoned" | "expire">;
  readonly sources: Pick<SourceStore, "exists">;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: JobMetrics;
}

export interface SweepSummary {
  readonly expired: number;
  /** The object came, its message is still under way. */
  readonly waiting: number;
  /** Could not be looked at now; the next sweep tries again. */
  readonly failed: number;
}

/** Jobs looked at in parallel: enough to hide the latency, few enough for one small function. */
const PAGE = 25;

/**
 * Ends the jobs whose upload never came (threats.md U6), oldest first, page by page, until there are no more or
 * `hasTime` says no. A job whose object stands in the bucket is left alone: its queue is merely slow. One that cannot be
 * looked at does not keep the others.
 */
export async function expireAbandoned(dependencies: ExpireDependencies, hasTime: () => boolean): Promise<SweepSummary> {
  const { jobs, clock, log, metrics } = dependencies;
  const now = clock.now();
  const count = { expired: 0, waiting: 0, failed: 0, ended: 0 };
  let page: readonly Job[] = [];
  do {
    page = await jobs.listAbandoned(now, PAGE, page.at(-1));
    const outcomes = await Promise.all(page.map((job) => expireOne(dependencies, job, now)));
    for (const outcome of outcomes) count[outcome] += 1;
  } while (page.length === PAGE && hasTime());
  const { ended: _, ...summary } = count;
  // Both stand where they should not: an hour or more after their upload was to come.
  metrics.stuck(summary.waiting + summary.failed);
  log.info("The sweep for abandoned uploads is done.", { ...summary, complete: page.length < PAGE });
  return summary;
}

async function expireOne(
  { jobs, sources, log, metrics }: ExpireDependencies,
  { jobId, key }: Job,
  now: Date,
): Promise<"expired" | "waiting" | "failed" | "ended"> {
  try {
    if (await sources.exists(key)) {
      log.warn("The job's file came, and no worker has begun it.", { jobId });
      return "waiting";
    }
    if (!(await jobs.expire(jobId, now))) return "ended";
    metrics.ended({ jobId, outcome: "EXPIRED" });
    log.info("The job expired: its file never came.", { jobId, outcome: "EXPIRED" });
    return "expired";
  } catch (error) {
    log.error("An abandoned upload could not be ended.", { jobId, error });
    return "failed";
  }
}
