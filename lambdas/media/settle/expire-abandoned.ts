import pLimit from "p-limit";
import { ABANDONED_SHARDS } from "../../../contracts/media/abandoned-shards.ts";
import type { Clock } from "../../support/clock.ts";
import type { Log } from "../../support/log.ts";
import type { AbandonedJob, JobTable } from "../jobs/job-table.ts";
import type { JobMetrics } from "../jobs/metrics.ts";
import type { SourceStore } from "../jobs/object-store.ts";

export interface ExpireDependencies {
  readonly jobs: Pick<JobTable, "listAbandoned" | "expire" | "postpone">;
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

/** As many as a client of the SDK has sockets; the shards take turns. */
const LOOKED_AT_ONCE = 50;
/** Of one shard: all shards' pages together are enough for half a minute's work of one vCPU, and few enough for its memory. */
const PAGE = 50;

type Outcome = "expired" | "waiting" | "failed" | "ended" | "unseen";
type Count = Record<Outcome, number>;

/**
 * Ends the jobs whose upload never came (threats.md U6), all shards side by side and each oldest first, until there are no more
 * or `hasTime` says no. A job whose object stands in the bucket is left alone, since its queue is merely slow, and goes behind
 * all others of its shard: a backlog never stands between the sweep and what was abandoned. One that cannot be looked at does not
 * keep the others, nor does a shard.
 */
export async function expireAbandoned(dependencies: ExpireDependencies, hasTime: () => boolean): Promise<SweepSummary> {
  const { log, metrics } = dependencies;
  const count: Count = { expired: 0, waiting: 0, failed: 0, ended: 0, unseen: 0 };
  const sweepShard = createShardSweep(dependencies, hasTime, count);
  const shards = await Promise.allSettled(Array.from({ length: ABANDONED_SHARDS }, (_, shard) => sweepShard(shard)));
  const { ended: _, unseen, ...summary } = count;
  // Both stand where they should not: an hour or more after their upload was to come.
  metrics.stuck(summary.waiting + summary.failed);
  const isComplete = unseen === 0 && shards.every((it) => it.status === "fulfilled" && it.value);
  log.info("The sweep for abandoned uploads is done.", { ...summary, complete: isComplete });
  const broken = shards.flatMap((it) => (it.status === "rejected" ? [it.reason] : []));
  if (broken.length > 0) throw new AggregateError(broken, `${broken.length} shards of the index could not be read.`);
  return summary;
}

/** Page by page; false where time ran out before the last. */
function createShardSweep(dependencies: ExpireDependencies, hasTime: () => boolean, count: Count) {
  const takeTurns = pLimit(LOOKED_AT_ONCE);
  const now = dependencies.clock.now();
  return async (shard: number): Promise<boolean> => {
    let page: readonly AbandonedJob[] = [];
    do {
      page = await dependencies.jobs.listAbandoned({ shard, now, limit: PAGE, after: page.at(-1) });
      const looks = page.map((job) =>
        takeTurns(async () => {
          count[hasTime() ? await expireOne(dependencies, job, now) : "unseen"] += 1;
        }),
      );
      await Promise.all(looks);
    } while (page.length === PAGE && hasTime());
    return page.length < PAGE;
  };
}

async function expireOne(
  { jobs, sources, log, metrics }: ExpireDependencies,
  { jobId, key }: AbandonedJob,
  now: Date,
): Promise<Outcome> {
  try {
    if (await sources.exists(key)) {
      // Past now: this very sweep does not meet it again.
      if (!(await jobs.postpone(jobId, new Date(now.getTime() + 1000)))) return "ended";
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
