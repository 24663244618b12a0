import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { ABANDONED_SHARDS, findShard } from "../../../../contracts/media/abandoned-shards.ts";
import type { Claim, Job, JobResult, JobTable, NewJob } from "../../../../lambdas/media/jobs/job-table.ts";
import { someDelivery } from "../../support/fakes.ts";

const START = new Date("2026-11-01T12:00:00.250Z");

export function at(seconds: number): Date {
  return new Date(START.getTime() + seconds * 1000);
}

export function makeNewJob(change: Partial<NewJob> = {}): NewJob {
  const jobId = change.jobId ?? randomUUID();
  return {
    jobId,
    key: `image/${jobId}`,
    kind: "image",
    fileName: "Straße am Meer 🌊.jpg",
    source: { contentType: "image/jpeg", bytes: 12_345 },
    createdAt: START,
    uploadExpiresAt: at(300),
    abandonedAt: at(3600),
    forgetAt: at(86_400),
    ...change,
  };
}

/** An id that falls into this shard. */
export function idOf(shard: number): string {
  for (;;) {
    const jobId = randomUUID();
    if (findShard(jobId) === shard) return jobId;
  }
}

/** Ids of every shard, up to a hundred each. */
export async function listAllAbandoned(table: Pick<JobTable, "listAbandoned">, now: Date): Promise<string[]> {
  const shards = Array.from({ length: ABANDONED_SHARDS }, (_, shard) => shard);
  const pages = await Promise.all(shards.map((shard) => table.listAbandoned({ shard, now, limit: 100 })));
  return pages.flat().map((job) => job.jobId);
}

const RESULT: JobResult = {
  source: { contentType: "image/png", bytes: 12_345, width: 640, height: 480, durationSeconds: 1.25 },
  renditions: [
    { name: "w320", key: "v1/x/w320.webp", contentType: "image/webp", bytes: 99, width: 320, height: 240 },
    { name: "audio", key: "v1/x/audio.m4a", contentType: "audio/mp4", bytes: 5 },
  ],
  placeholder: "3OcRJYB4d3h/iIeHeEh3eIhw+j2w",
};
const ERROR = { code: "CORRUPT_MEDIA", message: "The file is damaged." } as const;
const GIVEN_UP = { code: "WORKER_CRASHED", message: "Given up." } as const;

/** What every job table promises; run on each adapter. */
export function describeJobTable(name: string, connect: () => JobTable): void {
  describe(`a job table ${name}`, () => {
    async function createJob(change: Partial<NewJob> = {}): Promise<{ table: JobTable; job: NewJob }> {
      const table = connect();
      const job = makeNewJob(change);
      await table.create(job);
      return { table, job };
    }

    async function createClaimed(change: Partial<NewJob> = {}) {
      const { table, job } = await createJob(change);
      const claimed = expectClaimed(await table.claim(job.jobId, at(10), 60, someDelivery()));
      return { table, jobId: job.jobId, claimed };
    }

    it("finds a new job as it was created, PENDING and unclaimed", async () => {
      const { table, job } = await createJob({ convertTo: "webp" });

      const found = await table.find(job.jobId);

      expect(found).toEqual({
        ...job,
        // Kept to the second, rounded up.
        abandonedAt: new Date("2026-11-01T13:00:01Z"),
        forgetAt: new Date("2026-11-02T12:00:01Z"),
        status: "PENDING",
        progress: 0,
        attempt: 0,
        renditions: [],
      });
    });

    it("finds nothing for an id that was never given", async () => {
      expect(await connect().find(randomUUID())).toBeUndefined();
    });

    it("refuses to create the same id twice, and leaves the first job as it was", async () => {
      const { table, job } = await createJob();

      await expect(table.create({ ...job, fileName: "other.jpg" })).rejects.toThrow();

      expect((await table.find(job.jobId))?.fileName).toBe(job.fileName);
    });

    it("lets a worker claim a PENDING job until its lease ends", async () => {
      const { table, job } = await createJob();

      const claimed = expectClaimed(await table.claim(job.jobId, at(10), 60, someDelivery()));

      expect(claimed).toMatchObject({ jobId: job.jobId, status: "PROCESSING", attempt: 1, leaseExpiresAt: at(70) });
      expect(await table.find(job.jobId)).toEqual(claimed);
    });

    it("E3: keeps a second worker out while the lease holds, and lets it in afterwards with a new attempt", async () => {
      const { table, jobId } = await createClaimed();

      const early = await table.claim(jobId, at(69), 60, someDelivery());
      const late = await table.claim(jobId, at(70), 60, someDelivery());

      expect(early).toEqual({ outcome: "busy", leaseExpiresAt: at(70) });
      expect(expectClaimed(late).attempt).toBe(2);
    });

    it("E8: gives a later delivery of the holder's own message the claim at once, though the lease holds", async () => {
      const { table, job } = await createJob();
      const delivery = someDelivery();
      await table.claim(job.jobId, at(10), 900, delivery);

      const again = await table.claim(job.jobId, at(11), 900, { ...delivery, receiveCount: 2 });

      expect(expectClaimed(again)).toMatchObject({ attempt: 2, leaseExpiresAt: at(911) });
      expect(await table.reportProgress(job.jobId, 1, 50)).toBe(false);
      expect(await table.reportProgress(job.jobId, 2, 50)).toBe(true);
    });

    it("E3: gives the same or an earlier delivery of the holder's message, and other messages, nothing", async () => {
      const { table, job } = await createJob();
      const holder = { ...someDelivery(), receiveCount: 3 };
      await table.claim(job.jobId, at(10), 900, holder);

      const others = [holder, { ...holder, receiveCount: 2 }, { ...someDelivery(), receiveCount: 4 }];
      const claims = await Promise.all(others.map((delivery) => table.claim(job.jobId, at(11), 900, delivery)));

      expect(claims.map(({ outcome }) => outcome)).toEqual(["busy", "busy", "busy"]);
    });

    it("E3: gives ten workers at once exactly one claim", async () => {
      const { table, job } = await createJob();

      const claims = await Promise.all(
        Array.from({ length: 10 }, () => table.claim(job.jobId, at(10), 60, someDelivery())),
      );

      const outcomes = claims.map((claim) => claim.outcome).sort();
      expect(outcomes).toEqual([...Array(9).fill("busy"), "claimed"]);
    });

    it("says unknown for a job that never was, or that is past its TTL though not yet deleted", async () => {
      const { table, job } = await createJob({ forgetAt: at(60) });

      expect(await table.claim(randomUUID(), at(10), 60, someDelivery())).toEqual({ outcome: "unknown" });
      expect(await table.claim(job.jobId, at(61), 60, someDelivery())).toEqual({ outcome: "unknown" });
    });

    it("completes a claimed job with what the worker found and made", async () => {
      const { table, jobId } = await createClaimed();

      const completed = await table.complete(jobId, 1, RESULT, at(20));

      expect(completed).toBe(true);
      expect(await table.find(jobId)).toMatchObject({
        ...RESULT,
        status: "COMPLETED",
        progress: 100,
        finishedAt: at(20),
      });
    });

    it("completes a job without a placeholder", async () => {
      const { table, jobId } = await createClaimed();

      const completed = await table.complete(jobId, 1, { source: RESULT.source, renditions: [] }, at(20));

      expect(completed).toBe(true);
      expect((await table.find(jobId))?.placeholder).toBeUndefined();
    });

    it("fails a claimed job with its error", async () => {
      const { table, jobId } = await createClaimed();

      const failed = await table.fail(jobId, 1, ERROR, at(20));

      expect(failed).toBe(true);
      expect(await table.find(jobId)).toMatchObject({ status: "FAILED", error: ERROR, finishedAt: at(20) });
    });

    it("E3: takes nothing from a worker whose claim went to another", async () => {
      const { table, jobId } = await createClaimed();
      await table.claim(jobId, at(100), 60, someDelivery());
      const before = await table.find(jobId);

      expect(await table.complete(jobId, 1, RESULT, at(101))).toBe(false);
      expect(await table.fail(jobId, 1, ERROR, at(101))).toBe(false);
      expect(await table.reportProgress(jobId, 1, 50)).toBe(false);
      expect(await table.release(jobId, 1)).toBe(false);

      expect(await table.find(jobId)).toEqual(before);
    });

    it("takes nothing from a worker that gave its claim back", async () => {
      const { table, jobId } = await createClaimed();
      await table.release(jobId, 1);

      expect(await table.complete(jobId, 1, RESULT, at(20))).toBe(false);
      expect(await table.fail(jobId, 1, ERROR, at(20))).toBe(false);
      expect(await table.reportProgress(jobId, 1, 50)).toBe(false);
    });

    it("lets the next worker claim a released job at once", async () => {
      const { table, jobId } = await createClaimed();

      expect(await table.release(jobId, 1)).toBe(true);

      expect(expectClaimed(await table.claim(jobId, at(11), 60, someDelivery())).attempt).toBe(2);
    });

    it("E3: changes nothing of a job that has ended, whatever comes", async () => {
      for (const end of ["complete", "fail", "giveUp", "expire"] as const) {
        const { table, jobId } = await createEnded(end);
        const before = await table.find(jobId);

        expect(await table.claim(jobId, at(1000), 60, someDelivery())).toEqual({ outcome: "finished" });
        expect(await table.complete(jobId, 1, RESULT, at(1000))).toBe(false);
        expect(await table.fail(jobId, 1, ERROR, at(1000))).toBe(false);
        expect(await table.release(jobId, 1)).toBe(false);
        expect(await table.reportProgress(jobId, 1, 99)).toBe(false);
        expect(await table.giveUp(jobId, GIVEN_UP, at(1000))).toBe(false);
        expect(await table.expire(jobId, at(1000))).toBe(false);

        expect(await table.find(jobId)).toEqual(before);
      }
    });

    async function createEnded(end: "complete" | "fail" | "giveUp" | "expire") {
      if (end === "expire") {
        const { table, job } = await createJob();
        await table.expire(job.jobId, at(20));
        return { table, jobId: job.jobId };
      }
      const { table, jobId } = await createClaimed();
      if (end === "complete") await table.complete(jobId, 1, RESULT, at(20));
      if (end === "fail") await table.fail(jobId, 1, ERROR, at(20));
      if (end === "giveUp") await table.giveUp(jobId, GIVEN_UP, at(20));
      return { table, jobId };
    }

    it("raises progress and never lowers it, though a later worker begins anew", async () => {
      const { table, jobId } = await createClaimed();
      await table.reportProgress(jobId, 1, 60);
      await table.claim(jobId, at(100), 60, someDelivery());

      const held = await table.reportProgress(jobId, 2, 20);

      expect(held).toBe(true);
      expect((await table.find(jobId))?.progress).toBe(60);
    });

    it("E7: gives up a job whoever holds it, so that its worker's late result counts for nothing", async () => {
      const { table, jobId } = await createClaimed();

      expect(await table.giveUp(jobId, GIVEN_UP, at(20))).toBe(true);

      expect(await table.complete(jobId, 1, RESULT, at(21))).toBe(false);
      expect(await table.find(jobId)).toMatchObject({ status: "FAILED", error: GIVEN_UP, finishedAt: at(20) });
    });

    it("gives up a job that no worker ever claimed, and no job that never was", async () => {
      const { table, job } = await createJob();

      expect(await table.giveUp(job.jobId, GIVEN_UP, at(20))).toBe(true);
      expect(await table.giveUp(randomUUID(), GIVEN_UP, at(20))).toBe(false);
    });

    it("U6: expires a PENDING job, and none that a worker has begun", async () => {
      const pending = await createJob();
      const begun = await createClaimed();

      expect(await pending.table.expire(pending.job.jobId, at(4000))).toBe(true);
      expect(await begun.table.expire(begun.jobId, at(4000))).toBe(false);
      expect(await begun.table.expire(randomUUID(), at(4000))).toBe(false);

      expect(await pending.table.find(pending.job.jobId)).toMatchObject({
        status: "EXPIRED",
        finishedAt: at(4000),
      });
    });

    it("U6: lists a shard's abandoned PENDING jobs, oldest first, page by page, and no other", async () => {
      const table = connect();
      const [first, second, third] = [100, 200, 300].map((seconds) =>
        makeNewJob({ jobId: idOf(7), abandonedAt: at(seconds) }),
      );
      for (const job of [second, third, first]) if (job) await table.create(job);
      await table.create(makeNewJob({ jobId: idOf(7), abandonedAt: at(5000) }));
      await table.create(makeNewJob({ jobId: idOf(8), abandonedAt: at(50) }));
      await createAndClaim(table);
      await createAndExpire(table);
      const query = { shard: 7, now: at(1000), limit: 2 };

      const page = await table.listAbandoned(query);
      const rest = await table.listAbandoned({ ...query, after: page.at(-1) });
      const none = await table.listAbandoned({ ...query, after: rest.at(-1) });

      expect(page.map((job) => job.jobId)).toEqual([first?.jobId, second?.jobId]);
      expect(page[0]).toEqual({ jobId: first?.jobId, key: first?.key, abandonedAt: new Date("2026-11-01T12:01:41Z") });
      expect(rest.map((job) => job.jobId)).toEqual([third?.jobId]);
      expect(none).toEqual([]);
    });

    it("U6: has every abandoned job in exactly one shard", async () => {
      const table = connect();
      const jobs = Array.from({ length: 100 }, () => makeNewJob({ abandonedAt: at(100) }));
      for (const job of jobs) await table.create(job);

      const listed = await listAllAbandoned(table, at(1000));

      expect(listed.sort()).toEqual(jobs.map((job) => job.jobId).sort());
    });

    it("takes a PENDING job behind those that were abandoned before, and changes nothing of one that is not PENDING", async () => {
      const table = connect();
      const [first, second] = [100, 200].map((seconds) => makeNewJob({ jobId: idOf(3), abandonedAt: at(seconds) }));
      for (const job of [first, second]) if (job) await table.create(job);
      const { jobId: claimed } = await createClaimed();

      expect(await table.postpone(first?.jobId ?? "", at(500))).toBe(true);
      expect(await table.postpone(claimed, at(500))).toBe(false);
      expect(await table.postpone(randomUUID(), at(500))).toBe(false);

      const listed = await table.listAbandoned({ shard: 3, now: at(1000), limit: 10 });
      expect(listed.map((job) => job.jobId)).toEqual([second?.jobId, first?.jobId]);
      expect(await table.listAbandoned({ shard: 3, now: at(499), limit: 10 })).toHaveLength(1);
    });

    it("E3: keeps a released job out of the list of the abandoned, because its upload came", async () => {
      const { table, jobId } = await createClaimed({ abandonedAt: at(20) });
      await table.release(jobId, 1);

      expect(await listAllAbandoned(table, at(1000))).not.toContain(jobId);
    });

    async function createAndClaim(table: JobTable): Promise<void> {
      const job = makeNewJob({ jobId: idOf(7), abandonedAt: at(50) });
      await table.create(job);
      await table.claim(job.jobId, at(10), 60, someDelivery());
    }

    async function createAndExpire(table: JobTable): Promise<void> {
      const job = makeNewJob({ jobId: idOf(7), abandonedAt: at(50) });
      await table.create(job);
      await table.expire(job.jobId, at(60));
    }
  });
}

function expectClaimed(claim: Claim): Job {
  if (claim.outcome !== "claimed") throw new Error(`Expected a claim, got ${claim.outcome}.`);
  return claim.job;
}
