import { randomUUID } from "node:crypto";
import type { SQSBatchResponse } from "aws-lambda";
import { describe, expect, it } from "vitest";
import { MediaError, SourceGoneError } from "../../../../lambdas/media/errors.ts";
import type { JobResult } from "../../../../lambdas/media/jobs/job-table.ts";
import { MemoryJobTable } from "../../../../lambdas/media/jobs/memory/job-table.ts";
import { createBatchHandler } from "../../../../lambdas/media/jobs/process-batch.ts";
import type { Work, WorkRequest } from "../../../../lambdas/media/jobs/work.ts";
import {
  announce,
  makeBatch,
  makeContext,
  recordHidings,
  recordLog,
  recordMetrics,
  someDelivery,
  startClock,
} from "../../support/fakes.ts";
import { makeNewJob } from "./job-table.contract.ts";

const RESULT: JobResult = { source: { contentType: "image/jpeg", bytes: 3 }, renditions: [] };

/** A worker over a table in memory; `work` by default completes, and is counted per job. */
function makeWorker(work: Work = async () => RESULT, options: { deadlineMarginMs?: number } = {}) {
  const jobs = new MemoryJobTable();
  const messages = recordHidings();
  const clock = startClock();
  const log = recordLog();
  const metrics = recordMetrics();
  const worked: string[] = [];
  const handle = createBatchHandler({ jobs, messages, clock, log, metrics, ...options }, async (request) => {
    worked.push(request.job.jobId);
    return work(request);
  });
  return {
    jobs,
    clock,
    log,
    metrics,
    worked,
    receive: (bodies: readonly string[], remainingMs?: number) => handle(makeBatch(bodies), makeContext(remainingMs)),
    createJob: async () => {
      const job = makeNewJob({ createdAt: clock.now() });
      await jobs.create(job);
      return job;
    },
    createJobs: async (count: number) => {
      const made = Array.from({ length: count }, () => makeNewJob());
      for (const job of made) await jobs.create(job);
      return made;
    },
    statusOf: async (jobId: string) => (await jobs.find(jobId))?.status,
  };
}

function failures(response: SQSBatchResponse): string[] {
  return response.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
}

describe("a worker's batch", () => {
  it("completes an announced upload with what the work returns, and acknowledges it", async () => {
    const requests: WorkRequest[] = [];
    const worker = makeWorker(async (request) => {
      requests.push(request);
      return { ...RESULT, placeholder: "hash" };
    });
    const job = await worker.createJob();

    const response = await worker.receive([announce(job.key, { versionId: "v7", eTag: "abc", bytes: 42 })]);

    expect(response).toEqual({ batchItemFailures: [] });
    expect(requests[0]?.upload).toMatchObject({ key: job.key, versionId: "v7", eTag: "abc", bytes: 42 });
    expect(requests[0]?.job).toMatchObject({ jobId: job.jobId, status: "PROCESSING", attempt: 1 });
    expect(await worker.jobs.find(job.jobId)).toMatchObject({
      status: "COMPLETED",
      progress: 100,
      placeholder: "hash",
    });
  });

  it("measures a completed job: seconds since its file came, bytes in, bytes of all renditions together", async () => {
    const rendition = (bytes: number) => ({ name: `w${bytes}`, key: `k${bytes}`, contentType: "image/webp", bytes });
    const worker = makeWorker(async () => {
      worker.clock.pass(4);
      return { ...RESULT, renditions: [rendition(100), rendition(23)] };
    });
    const job = await worker.createJob();
    worker.clock.pass(2.5);

    await worker.receive([announce(job.key, { bytes: 4000 })]);

    const finished = { seconds: 6.5, bytesIn: 4000, bytesOut: 123 };
    expect(worker.metrics.jobs).toEqual([{ jobId: job.jobId, outcome: "COMPLETED", finished }]);
  });

  it("measures a failed job with its code, and counts neither a fault that is tried again nor a second delivery", async () => {
    const faults: Error[] = [new Error("Throttled."), new MediaError("CORRUPT_MEDIA")];
    const worker = makeWorker(async () => {
      throw faults.shift();
    });
    const job = await worker.createJob();

    for (let delivery = 0; delivery < 3; delivery += 1) await worker.receive([announce(job.key)]);

    expect(worker.metrics.jobs).toEqual([{ jobId: job.jobId, outcome: "FAILED", code: "CORRUPT_MEDIA" }]);
  });

  it("names the job in every line that it logs, from its begin to its end, faults too", async () => {
    const outcomes: (() => Promise<JobResult>)[] = [
      () => Promise.reject(new Error("Throttled.")),
      () => Promise.resolve(RESULT),
    ];
    const worker = makeWorker(() => outcomes.shift()?.() ?? Promise.reject(new Error("No more.")));
    const job = await worker.createJob();

    for (let delivery = 0; delivery < 3; delivery += 1) await worker.receive([announce(job.key)]);

    expect(worker.log.lines.map(({ message }) => message)).toEqual([
      "The job is begun.",
      "The upload goes back to the queue.",
      "The job is begun.",
      "The job is complete.",
      "There is nothing to do.",
    ]);
    expect(worker.log.lines.map(({ fields }) => fields.jobId)).toEqual(Array(5).fill(job.jobId));
  });

  it("E1: decodes the form encoding of keys in events", async () => {
    const worker = makeWorker();
    const job = await worker.createJob();

    const response = await worker.receive([announce(job.key.replaceAll("-", "%2D"))]);

    expect(failures(response)).toEqual([]);
    expect(await worker.statusOf(job.jobId)).toBe("COMPLETED");
  });

  it("E1: acknowledges a key that cannot be decoded, and processes its neighbours", async () => {
    const worker = makeWorker();
    const job = await worker.createJob();

    const response = await worker.receive([announce("image/%E0%A4%A"), announce(job.key)]);

    expect(failures(response)).toEqual([]);
    expect(await worker.statusOf(job.jobId)).toBe("COMPLETED");
  });

  it("E2: acknowledges test events, foreign bodies, foreign keys and unknown jobs, without work or an error", async () => {
    const worker = makeWorker();
    const testEvent = JSON.stringify({ Service: "Amazon S3", Event: "s3:TestEvent", Bucket: "uploads" });
    const removed = announce(`image/${randomUUID()}`).replace("ObjectCreated:Post", "ObjectRemoved:Delete");
    const foreign = [
      "",
      "no json",
      "null",
      "[]",
      '{"Records":{}}',
      '{"Records":[null,1]}',
      '{"__proto__":{"Records":[]}}',
    ];
    const keys = ["secret.txt", "image/../../etc/passwd", `image/${randomUUID()}`].map((key) => announce(key));

    const response = await worker.receive([testEvent, removed, ...foreign, ...keys]);

    expect(failures(response)).toEqual([]);
    expect(worker.worked).toEqual([]);
    expect(worker.log.lines.filter(({ level }) => level === "error")).toEqual([]);
  });

  it("E3: works once on a message that is delivered ten times in sequence", async () => {
    const worker = makeWorker();
    const job = await worker.createJob();

    for (let delivery = 0; delivery < 10; delivery += 1) {
      expect(failures(await worker.receive([announce(job.key)]))).toEqual([]);
    }

    expect(worker.worked).toEqual([job.jobId]);
    expect(await worker.jobs.find(job.jobId)).toMatchObject({ status: "COMPLETED", attempt: 1 });
  });

  it("E3: works once on a message that is delivered ten times at once, and sends the nine others back", async () => {
    const worker = makeWorker();
    const job = await worker.createJob();

    const responses = await Promise.all(Array.from({ length: 10 }, () => worker.receive([announce(job.key)])));

    expect(worker.worked).toEqual([job.jobId]);
    expect(responses.flatMap(failures)).toEqual(Array(9).fill("m0"));
  });

  it("E3: counts nothing that a worker brings after another took its job over", async () => {
    const worker = makeWorker(async ({ job }) => {
      worker.clock.pass(1000);
      await worker.jobs.claim(job.jobId, worker.clock.now(), 60, someDelivery());
      return RESULT;
    });
    const job = await worker.createJob();

    const response = await worker.receive([announce(job.key)]);

    expect(failures(response)).toEqual(["m0"]);
    expect(await worker.jobs.find(job.jobId)).toMatchObject({ status: "PROCESSING", attempt: 2 });
  });

  it("E6: returns exactly the messages that met a fault, for every one of the 1024 patterns of a batch of ten", async () => {
    for (let pattern = 0; pattern < 1024; pattern += 1) {
      const faulty = new Set<string>();
      const worker = makeWorker(async ({ job }) => {
        if (faulty.has(job.jobId)) throw new Error("The network is down.");
        return RESULT;
      });
      const jobs = await worker.createJobs(10);
      const failing = jobs.map((_job, index) => index).filter((index) => pattern & (1 << index));
      for (const index of failing) faulty.add(jobs[index]?.jobId ?? "");

      const response = await worker.receive(jobs.map((job) => announce(job.key)));

      expect(failures(response)).toEqual(failing.map((index) => `m${index}`));
      for (const [index, job] of jobs.entries()) {
        expect(await worker.statusOf(job.jobId)).toBe(failing.includes(index) ? "PROCESSING" : "COMPLETED");
      }
    }
  });

  it("E6: fails the job of a bad file with its code and text, and acknowledges it", async () => {
    const worker = makeWorker(async () => {
      throw new MediaError("CORRUPT_MEDIA", "The picture ends in the middle.");
    });
    const job = await worker.createJob();

    const response = await worker.receive([announce(job.key)]);

    expect(failures(response)).toEqual([]);
    expect(await worker.jobs.find(job.jobId)).toMatchObject({
      status: "FAILED",
      error: { code: "CORRUPT_MEDIA", message: "The picture ends in the middle." },
    });
  });

  it("E6: sends a retryable error back and frees the job, so that the next delivery can take it at once", async () => {
    let broken = true;
    const worker = makeWorker(async () => {
      if (broken) throw new MediaError("OUT_OF_DISK");
      return RESULT;
    });
    const job = await worker.createJob();

    const first = await worker.receive([announce(job.key)]);
    broken = false;
    const second = await worker.receive([announce(job.key)]);

    expect(failures(first)).toEqual(["m0"]);
    expect(failures(second)).toEqual([]);
    expect(await worker.jobs.find(job.jobId)).toMatchObject({ status: "COMPLETED", attempt: 2 });
  });

  it("E6: returns every message while the table is down, and logs the cause", async () => {
    const worker = makeWorker();
    const jobs = await worker.createJobs(3);
    const cause = new Error("DynamoDB is down.");
    worker.jobs.claim = () => Promise.reject(cause);

    const response = await worker.receive(jobs.map((job) => announce(job.key)));

    expect(failures(response)).toEqual(["m0", "m1", "m2"]);
    expect(worker.log.lines.map(({ fields }) => fields.error)).toEqual([cause, cause, cause]);
  });

  it("E5: leaves the job to the newer version's own event when the announced one was replaced", async () => {
    const worker = makeWorker(async ({ upload }) => {
      if (upload.versionId === "old") throw new SourceGoneError("gone", { replaced: true });
      return RESULT;
    });
    const job = await worker.createJob();

    const old = await worker.receive([announce(job.key, { versionId: "old" })]);
    const afterOld = await worker.statusOf(job.jobId);
    const newer = await worker.receive([announce(job.key, { versionId: "new" })]);

    expect([failures(old), failures(newer)]).toEqual([[], []]);
    expect(afterOld).toBe("PROCESSING");
    expect(await worker.statusOf(job.jobId)).toBe("COMPLETED");
  });

  it("E5: ends the job as FAILED SOURCE_GONE when the object was deleted, because no event will ever end it", async () => {
    const worker = makeWorker(async () => {
      throw new SourceGoneError("gone");
    });
    const job = await worker.createJob();

    const response = await worker.receive([announce(job.key)]);

    expect(failures(response)).toEqual([]);
    expect(await worker.jobs.find(job.jobId)).toMatchObject({ status: "FAILED", error: { code: "SOURCE_GONE" } });
  });

  it("E7: works last on what was begun before and never ended, so that its neighbours finish first", async () => {
    const worker = makeWorker();
    const [poison, one, two] = await worker.createJobs(3);
    if (!poison || !one || !two) throw new Error("Expected three jobs.");
    await worker.jobs.claim(poison.jobId, worker.clock.now(), 60, someDelivery());
    worker.clock.pass(600);

    const response = await worker.receive([poison, one, two].map((job) => announce(job.key)));

    expect(failures(response)).toEqual([]);
    expect(worker.worked).toEqual([one.jobId, two.jobId, poison.jobId]);
  });

  it("E7: gives back a suspect for which no time is left, without beginning it", async () => {
    const worker = makeWorker(({ signal }) => rejectOnAbort(signal), { deadlineMarginMs: 200 });
    const [suspect, slow] = await worker.createJobs(2);
    if (!suspect || !slow) throw new Error("Expected two jobs.");
    await worker.jobs.claim(suspect.jobId, worker.clock.now(), 60, someDelivery());
    worker.clock.pass(600);

    const response = await worker.receive(
      [suspect, slow].map((job) => announce(job.key)),
      400,
    );

    expect(failures(response)).toEqual(["m0"]);
    expect(worker.worked).toEqual([slow.jobId]);
    expect((await worker.jobs.claim(suspect.jobId, worker.clock.now(), 60, someDelivery())).outcome).toBe("claimed");
  });

  it("E8: claims a job for as long as the invocation can live, and no longer", async () => {
    const worker = makeWorker(async ({ job }) => {
      const lease = (job.leaseExpiresAt?.getTime() ?? 0) - worker.clock.now().getTime();
      expect(lease).toBeGreaterThanOrEqual(60_000);
      expect(lease).toBeLessThanOrEqual(62_000);
      return RESULT;
    });
    const job = await worker.createJob();

    expect(failures(await worker.receive([announce(job.key)], 60_000))).toEqual([]);
  });

  it("E8: aborts work before Lambda would kill it, and ends the job as FAILED TIMEOUT", async () => {
    const worker = makeWorker(({ signal }) => rejectOnAbort(signal), { deadlineMarginMs: 300 });
    const job = await worker.createJob();
    const context = makeContext(600);

    const response = await worker.receive([announce(job.key)], context.getRemainingTimeInMillis());

    expect(failures(response)).toEqual([]);
    expect(context.getRemainingTimeInMillis()).toBeGreaterThan(0);
    expect(await worker.jobs.find(job.jobId)).toMatchObject({ status: "FAILED", error: { code: "TIMEOUT" } });
  });

  it("E8: does not wait for work that ignores its abortion", async () => {
    const worker = makeWorker(() => new Promise(() => {}), { deadlineMarginMs: 200 });
    const job = await worker.createJob();

    const response = await worker.receive([announce(job.key)], 400);

    expect(failures(response)).toEqual([]);
    expect(await worker.jobs.find(job.jobId)).toMatchObject({ status: "FAILED", error: { code: "TIMEOUT" } });
  });

  it("E8: sends back what ran out of time only because its neighbours used it, and what it never began", async () => {
    const worker = makeWorker(
      async ({ job, signal }) => (job.jobId === first?.jobId ? RESULT : rejectOnAbort(signal)),
      { deadlineMarginMs: 200 },
    );
    const [first, second, third] = await worker.createJobs(3);
    if (!first || !second || !third) throw new Error("Expected three jobs.");

    const response = await worker.receive(
      [first, second, third].map((job) => announce(job.key)),
      400,
    );

    expect(failures(response)).toEqual(["m1", "m2"]);
    expect(await worker.statusOf(first.jobId)).toBe("COMPLETED");
    expect((await worker.jobs.claim(second.jobId, worker.clock.now(), 60, someDelivery())).outcome).toBe("claimed");
    expect(await worker.statusOf(third.jobId)).toBe("PENDING");
  });

  it("writes progress at most once a second, rising, and never 100", async () => {
    const written: number[] = [];
    const worker = makeWorker(async ({ reportProgress }) => {
      for (const percent of [1, 20, 10, 50, 5, 70, 120, 100]) {
        reportProgress(percent);
        worker.clock.pass(0.5);
      }
      return RESULT;
    });
    const job = await worker.createJob();
    const report = worker.jobs.reportProgress.bind(worker.jobs);
    worker.jobs.reportProgress = (jobId, attempt, progress) => {
      written.push(progress);
      return report(jobId, attempt, progress);
    };

    await worker.receive([announce(job.key)]);

    expect(written).toEqual([10, 70, 99]);
  });

  it("finishes a job whose progress could not be written", async () => {
    const worker = makeWorker(async ({ reportProgress }) => {
      worker.clock.pass(2);
      reportProgress(50);
      return RESULT;
    });
    const job = await worker.createJob();
    worker.jobs.reportProgress = () => Promise.reject(new Error("Throttled."));

    const response = await worker.receive([announce(job.key)]);

    expect(failures(response)).toEqual([]);
    expect(await worker.statusOf(job.jobId)).toBe("COMPLETED");
  });

  it("E3: aborts work whose claim turns out to be lost, and does not touch the job", async () => {
    const worker = makeWorker(async ({ job, signal, reportProgress }) => {
      await worker.jobs.giveUp(job.jobId, { code: "WORKER_CRASHED", message: "Given up." }, worker.clock.now());
      worker.clock.pass(2);
      reportProgress(50);
      return rejectOnAbort(signal);
    });
    const job = await worker.createJob();

    const response = await worker.receive([announce(job.key)]);
    const redelivered = await worker.receive([announce(job.key)]);

    expect(failures(response)).toEqual(["m0"]);
    expect(failures(redelivered)).toEqual([]);
    expect(await worker.jobs.find(job.jobId)).toMatchObject({ error: { code: "WORKER_CRASHED" } });
  });

  it("logs a fault with its job, its request and the error itself", async () => {
    const fault = new Error("The network is down.");
    const worker = makeWorker(() => Promise.reject(fault));
    const job = await worker.createJob();

    await worker.receive([announce(job.key)]);

    const line = worker.log.lines.find(({ level }) => level === "error");
    expect(line?.fields).toMatchObject({ requestId: "request-1", key: job.key, messageId: "m0", error: fault });
  });
});

function rejectOnAbort(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(new Error("ffmpeg was killed.")));
  });
}
