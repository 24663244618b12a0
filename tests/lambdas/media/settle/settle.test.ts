import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { MemoryJobTable } from "../../../../lambdas/media/jobs/memory/job-table.ts";
import { MemorySourceStore } from "../../../../lambdas/media/jobs/memory/source-store.ts";
import { expireAbandoned } from "../../../../lambdas/media/settle/expire-abandoned.ts";
import { createSettleHandler, type SettleEvent } from "../../../../lambdas/media/settle/route.ts";
import {
  announce,
  makeBatch,
  makeContext,
  recordLog,
  recordMetrics,
  someDelivery,
  startClock,
} from "../../support/fakes.ts";
import { idOf, makeNewJob } from "../jobs/job-table.contract.ts";

/** Any will do. */
const SHARD = 5;
const SCHEDULED = { source: "aws.events", "detail-type": "Scheduled Event", detail: {} } as SettleEvent;

function makeSettle() {
  const jobs = new MemoryJobTable();
  const sources = new MemorySourceStore();
  const clock = startClock();
  const log = recordLog();
  const metrics = recordMetrics();
  const handle = createSettleHandler({ jobs, sources, clock, log, metrics });
  async function createJob(shard?: number) {
    const jobId = shard === undefined ? randomUUID() : idOf(shard);
    const job = makeNewJob({ jobId, createdAt: clock.now(), abandonedAt: new Date(clock.now().getTime() + 3_600_000) });
    await jobs.create(job);
    return job;
  }
  return {
    jobs,
    sources,
    clock,
    log,
    metrics,
    createJob,
    /** Files that came, and that no worker has begun; all in one shard. */
    createBacklog: async (count: number) => {
      for (let made = 0; made < count; made += 1) {
        sources.upload((await createJob(SHARD)).key, Buffer.from("abc"));
      }
    },
    statusOf: async (jobId: string) => (await jobs.find(jobId))?.status,
    receiveDead: (bodies: readonly string[]) => handle(makeBatch(bodies), makeContext()),
    sweep: (remainingMs?: number) => handle(SCHEDULED, makeContext(remainingMs)),
    /** With time for so many jobs. */
    sweepFor: (jobCount: number) => {
      let left = jobCount;
      return expireAbandoned({ jobs, sources, clock, log, metrics }, () => left-- > 0);
    },
    handle,
  };
}

describe("settle, given dead letters", () => {
  it("E7: ends each one's job as FAILED WORKER_CRASHED, begun or not, and acknowledges it", async () => {
    const settle = makeSettle();
    const pending = await settle.createJob();
    const begun = await settle.createJob();
    await settle.jobs.claim(begun.jobId, settle.clock.now(), 60, someDelivery());

    const response = await settle.receiveDead([announce(pending.key), announce(begun.key)]);

    expect(response).toEqual({ batchItemFailures: [] });
    for (const { jobId } of [pending, begun]) {
      expect(await settle.jobs.find(jobId)).toMatchObject({ status: "FAILED", error: { code: "WORKER_CRASHED" } });
      expect(settle.metrics.jobs).toContainEqual({ jobId, outcome: "FAILED", code: "WORKER_CRASHED" });
    }
  });

  it("E3: leaves a job alone that has ended, and acknowledges what names no job", async () => {
    const settle = makeSettle();
    const done = await settle.createJob();
    await settle.jobs.claim(done.jobId, settle.clock.now(), 60, someDelivery());
    await settle.jobs.complete(done.jobId, 1, { source: done.source, renditions: [] }, settle.clock.now());

    const response = await settle.receiveDead([
      announce(done.key),
      announce(`image/${randomUUID()}`),
      announce("foreign.txt"),
      "no json",
      "",
    ]);

    expect(response).toEqual({ batchItemFailures: [] });
    expect(await settle.statusOf(done.jobId)).toBe("COMPLETED");
    expect(settle.metrics.jobs).toEqual([]);
  });

  it("E6: keeps exactly the letters whose jobs could not be ended", async () => {
    const settle = makeSettle();
    const [one, two, three] = [await settle.createJob(), await settle.createJob(), await settle.createJob()];
    const giveUp = settle.jobs.giveUp.bind(settle.jobs);
    settle.jobs.giveUp = (jobId, error, now) =>
      jobId === two.jobId ? Promise.reject(new Error("Throttled.")) : giveUp(jobId, error, now);

    const response = await settle.receiveDead([one, two, three].map(({ key }) => announce(key)));

    expect(response).toEqual({ batchItemFailures: [{ itemIdentifier: "m1" }] });
    expect(await settle.statusOf(one.jobId)).toBe("FAILED");
    expect(await settle.statusOf(two.jobId)).toBe("PENDING");
    expect(await settle.statusOf(three.jobId)).toBe("FAILED");
  });
});

describe("settle, on its schedule", () => {
  it("U6: expires a job whose upload never came, and none before its time", async () => {
    const settle = makeSettle();
    const job = await settle.createJob();

    await settle.sweep();
    const before = await settle.statusOf(job.jobId);
    settle.clock.pass(3601);
    const summary = await settle.sweep();

    expect(before).toBe("PENDING");
    expect(summary).toEqual({ expired: 1, waiting: 0, failed: 0 });
    expect(await settle.statusOf(job.jobId)).toBe("EXPIRED");
    expect(settle.metrics.jobs).toEqual([{ jobId: job.jobId, outcome: "EXPIRED" }]);
    expect(settle.metrics.sweeps).toEqual([0, 0]);
  });

  it("U6: leaves a job alone whose file has come, because its queue is merely slow", async () => {
    const settle = makeSettle();
    const job = await settle.createJob();
    settle.sources.upload(job.key, Buffer.from("abc"));
    settle.clock.pass(3601);

    const summary = await settle.sweep();

    expect(summary).toEqual({ expired: 0, waiting: 1, failed: 0 });
    expect(await settle.statusOf(job.jobId)).toBe("PENDING");
    expect(settle.metrics.sweeps).toEqual([1]);
    expect(settle.log.lines).toContainEqual(
      expect.objectContaining({ level: "warn", fields: expect.objectContaining({ jobId: job.jobId }) }),
    );
  });

  it("U6: gets past a full page of files that came to the ones that did not", async () => {
    const settle = makeSettle();
    await settle.createBacklog(60);
    settle.clock.pass(10);
    const late = await settle.createJob(SHARD);
    settle.clock.pass(4000);

    const summary = await settle.sweep();

    expect(summary).toEqual({ expired: 1, waiting: 60, failed: 0 });
    expect(await settle.statusOf(late.jobId)).toBe("EXPIRED");
  });

  it("U6: puts files that came behind the others, so that a backlog longer than a sweep keeps no job from its end", async () => {
    const settle = makeSettle();
    await settle.createBacklog(60);
    settle.clock.pass(10);
    const late = await settle.createJob(SHARD);
    settle.clock.pass(4000);

    await settle.sweepFor(60);
    const between = await settle.statusOf(late.jobId);
    settle.clock.pass(300);
    await settle.sweepFor(5);

    expect(between).toBe("PENDING");
    expect(await settle.statusOf(late.jobId)).toBe("EXPIRED");
    expect(settle.metrics.sweeps[1]).toBeGreaterThan(0);
  });

  it("U6: ends a thousand abandoned jobs of all shards in one sweep, fifty at once and no more", async () => {
    const settle = makeSettle();
    for (let count = 0; count < 1000; count += 1) await settle.createJob();
    settle.clock.pass(4000);
    const exists = settle.sources.exists.bind(settle.sources);
    let [open, most] = [0, 0];
    settle.sources.exists = async (key) => {
      most = Math.max(most, ++open);
      await new Promise((resolve) => setImmediate(resolve));
      open -= 1;
      return exists(key);
    };

    const summary = await settle.sweep();

    expect(summary).toEqual({ expired: 1000, waiting: 0, failed: 0 });
    expect(most).toBe(50);
  });

  it("begins no further job when its time runs out, and says that more may be left", async () => {
    const settle = makeSettle();
    for (let count = 0; count < 60; count += 1) await settle.createJob();
    settle.clock.pass(4000);

    const summary = await settle.sweepFor(20);

    expect(summary).toEqual({ expired: 20, waiting: 0, failed: 0 });
    expect(settle.log.lines.at(-1)?.fields).toMatchObject({ complete: false });
  });

  it("begins nothing with less left than a job may take", async () => {
    const settle = makeSettle();
    await settle.createJob();
    settle.clock.pass(4000);

    expect(await settle.sweep(4000)).toEqual({ expired: 0, waiting: 0, failed: 0 });
  });

  it("sweeps the other shards when one cannot be read, and fails in the end, so that somebody is told", async () => {
    const settle = makeSettle();
    const [one, two] = [await settle.createJob(SHARD), await settle.createJob(SHARD + 1)];
    settle.clock.pass(4000);
    const list = settle.jobs.listAbandoned.bind(settle.jobs);
    settle.jobs.listAbandoned = (query) =>
      query.shard === SHARD ? Promise.reject(new Error("Throttled.")) : list(query);

    await expect(settle.sweep()).rejects.toThrow("1 shards of the index could not be read");

    expect(await settle.statusOf(one.jobId)).toBe("PENDING");
    expect(await settle.statusOf(two.jobId)).toBe("EXPIRED");
  });

  it("expires the others when one of them cannot be looked at", async () => {
    const settle = makeSettle();
    const [one, two] = [await settle.createJob(), await settle.createJob()];
    settle.clock.pass(4000);
    const exists = settle.sources.exists.bind(settle.sources);
    settle.sources.exists = (key) => (key === one.key ? Promise.reject(new Error("AccessDenied")) : exists(key));

    const summary = await settle.sweep();

    expect(summary).toEqual({ expired: 1, waiting: 0, failed: 1 });
    expect(settle.metrics.sweeps).toEqual([1]);
    expect(await settle.statusOf(one.jobId)).toBe("PENDING");
    expect(await settle.statusOf(two.jobId)).toBe("EXPIRED");
  });

  it("refuses an event that is neither, because it was wired wrongly", async () => {
    const settle = makeSettle();

    const handling = settle.handle(
      { "detail-type": "EC2 Instance Terminated" } as unknown as SettleEvent,
      makeContext(),
    );

    await expect(handling).rejects.toThrow("this event is neither");
  });
});
