import type { Context, SQSEvent } from "aws-lambda";
import { describe, expect, it } from "vitest";
import { MediaError } from "../../../../lambdas/media/errors.ts";
import type { JobResult } from "../../../../lambdas/media/jobs/job-table.ts";
import { MemoryJobTable } from "../../../../lambdas/media/jobs/memory/job-table.ts";
import { createBatchHandler } from "../../../../lambdas/media/jobs/process-batch.ts";
import { planRetryDelay } from "../../../../lambdas/media/jobs/redelivery.ts";
import type { Hiding, MessageVisibility } from "../../../../lambdas/support/message-visibility.ts";
import { MemoryMessageQueue } from "../../../support/message-queue.ts";
import { announce, recordLog, recordMetrics, someDelivery, startClock } from "../../support/fakes.ts";
import { makeNewJob } from "./job-table.contract.ts";

const TIMEOUT_SECONDS = 60;
/** A killed worker's message is hidden for the invocation's time and this. */
const MARGIN_SECONDS = 5;
const QUEUE_SECONDS = 6 * TIMEOUT_SECONDS;

const succeed = async (): Promise<JobResult> => ({
  source: { contentType: "image/jpeg", bytes: 3 },
  renditions: [],
});
const fault = () => Promise.reject(new Error("S3 is down."));
/** As far as its queue can tell, a worker that never returns was killed. */
const die = () => new Promise<never>(() => {});

/** A worker that consumes a queue as an event source mapping does, by a clock that the test moves. */
class Stage {
  readonly clock = startClock();
  readonly jobs = new MemoryJobTable();
  readonly queue = new MemoryMessageQueue(this.clock, QUEUE_SECONDS);
  readonly log = recordLog();
  readonly worked: string[] = [];
  /** What becomes of a job; may be another at each delivery. */
  work: (jobId: string) => Promise<JobResult> = succeed;
  messages: MessageVisibility = this.queue;

  async announceJob(messages = 1) {
    const job = makeNewJob({ createdAt: this.clock.now() });
    await this.jobs.create(job);
    for (let sent = 0; sent < messages; sent += 1) this.queue.send(announce(job.key));
    return job;
  }

  /** Hands what can be seen to the worker and deletes what it does not name; `m0 2` is the second receive of m0. */
  async deliver(max?: number): Promise<string[]> {
    const taken = this.queue.receive(max);
    const deadline = this.clock.now().getTime() + TIMEOUT_SECONDS * 1000;
    const getRemainingTimeInMillis = () => deadline - this.clock.now().getTime();
    const { jobs, messages, clock, log } = this;
    const dependencies = { jobs, messages, clock, log, metrics: recordMetrics(), random: () => 0.5 };
    const handle = createBatchHandler(dependencies, ({ job }) => {
      this.worked.push(job.jobId);
      return this.work(job.jobId);
    });
    const response = await handle(toEvent(taken), { awsRequestId: "r", getRemainingTimeInMillis } as Context);
    const failed = response.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
    for (const { messageId } of taken) if (!failed.includes(messageId)) this.queue.delete(messageId);
    return taken.map(({ messageId, receiveCount }) => `${messageId} ${receiveCount}`);
  }

  /** The same with a worker that is killed in mid-work. */
  async deliverAndKill(max?: number): Promise<void> {
    this.work = die;
    void this.deliver(max);
    await new Promise((resolve) => setImmediate(resolve));
    this.work = succeed;
  }

  async statusOf(jobId: string) {
    return (await this.jobs.find(jobId))?.status;
  }
}

function toEvent(taken: ReturnType<MemoryMessageQueue["receive"]>): SQSEvent {
  const Records = taken.map(({ receiveCount, ...message }) => ({
    ...message,
    attributes: { ApproximateReceiveCount: String(receiveCount) },
  }));
  return { Records } as unknown as SQSEvent;
}

describe("a killed worker's message", () => {
  it("E8: comes back once the invocation would have ended, and its job can be claimed at that moment", async () => {
    const stage = new Stage();
    const job = await stage.announceJob();
    await stage.deliverAndKill();

    stage.clock.pass(TIMEOUT_SECONDS + MARGIN_SECONDS - 0.1);
    const early = await stage.deliver();
    stage.clock.pass(0.1);
    const back = await stage.deliver();

    expect([early, back]).toEqual([[], ["m0 2"]]);
    expect(await stage.jobs.find(job.jobId)).toMatchObject({ status: "COMPLETED", attempt: 2 });
  });

  it("E8: comes back with those of its batch that were not begun, and each job can be claimed", async () => {
    const stage = new Stage();
    const jobs = [await stage.announceJob(), await stage.announceJob(), await stage.announceJob()];
    const [, second] = jobs;
    stage.work = (jobId) => {
      if (jobId === second?.jobId) return die();
      // The second one is claimed late, for the rest of the time.
      stage.clock.pass(40.7);
      return succeed();
    };
    void stage.deliver();
    await new Promise((resolve) => setImmediate(resolve));
    stage.work = succeed;

    stage.clock.pass(TIMEOUT_SECONDS + MARGIN_SECONDS - 40.7);
    await stage.deliver();

    const ended = await Promise.all(jobs.map(({ jobId }) => stage.statusOf(jobId)));
    expect(ended).toEqual(["COMPLETED", "COMPLETED", "COMPLETED"]);
    expect(stage.worked).toHaveLength(4);
  });
});

describe("a message that met a fault", () => {
  it("E6: comes back after 10 s, 1 min, 6 min and 15 min, and no sooner", async () => {
    const stage = new Stage();
    const job = await stage.announceJob();
    stage.work = fault;
    const receives: string[][] = [await stage.deliver()];

    for (const seconds of [10, 60, 360, 900]) {
      stage.clock.pass(seconds - 0.1);
      expect(await stage.deliver()).toEqual([]);
      stage.clock.pass(0.1);
      receives.push(await stage.deliver());
    }

    expect(receives.flat()).toEqual(["m0 1", "m0 2", "m0 3", "m0 4", "m0 5"]);
    expect(stage.worked).toEqual(Array(5).fill(job.jobId));
    const told = stage.log.lines.filter(({ level }) => level === "error").map(({ fields }) => fields.retrySeconds);
    expect(told).toEqual([10, 60, 360, 900, 900]);
  });

  it("E6: leaves the times of its neighbours alone", async () => {
    const stage = new Stage();
    const [good, bad] = [await stage.announceJob(), await stage.announceJob()];
    stage.work = (jobId) => (jobId === bad.jobId ? fault() : succeed());

    await stage.deliver();
    stage.work = succeed;
    stage.clock.pass(10);

    expect(await stage.deliver()).toEqual(["m1 2"]);
    expect([await stage.statusOf(good.jobId), await stage.statusOf(bad.jobId)]).toEqual(["COMPLETED", "COMPLETED"]);
  });

  it("waits as long as the one of its uploads that must wait longest", async () => {
    const stage = new Stage();
    const [held, faulty] = [makeNewJob(), makeNewJob()];
    for (const job of [held, faulty]) await stage.jobs.create(job);
    await stage.jobs.claim(held.jobId, stage.clock.now(), 200, someDelivery());
    const records = [held, faulty].flatMap(({ key }) => JSON.parse(announce(key)).Records);
    stage.queue.send(JSON.stringify({ Records: records }));
    stage.work = fault;

    await stage.deliver();

    stage.clock.pass(200);
    expect(await stage.deliver()).toEqual([]);
    stage.clock.pass(1);
    expect(await stage.deliver()).toEqual(["m0 2"]);
  });

  it("and whose neighbours merely used up the time comes back soon, however often it was received", async () => {
    const stage = new Stage();
    await stage.announceJob();
    stage.work = fault;
    await stage.deliver();
    stage.clock.pass(10);
    const slow = await stage.announceJob();
    // What is left when the first is done is too little to begin the second.
    stage.work = async () => {
      stage.clock.pass(TIMEOUT_SECONDS - 6);
      return succeed();
    };

    const batch = await stage.deliver();
    stage.clock.pass(10);

    expect([batch, await stage.deliver()]).toEqual([["m0 2", "m1 1"], ["m0 3"]]);
    expect(await stage.statusOf(slow.jobId)).toBe("COMPLETED");
  });

  it.each([
    [1, 0, 8],
    [1, 0.5, 10],
    [1, 1, 13],
    [2, 0.5, 60],
    [3, 0.5, 360],
    [4, 0, 675],
    [4, 1, 1125],
    [1000, 0.5, 900],
  ])("and was received %d times waits, with %d by lot, %d s", (receiveCount, random, seconds) => {
    expect(planRetryDelay(receiveCount, random)).toBe(seconds);
  });

  it("is spread by a quarter either way, so that what failed together does not come back together", () => {
    const delays = new Set(Array.from({ length: 200 }, () => planRetryDelay(3, Math.random())));

    expect(Math.min(...delays)).toBeGreaterThanOrEqual(270);
    expect(Math.max(...delays)).toBeLessThanOrEqual(450);
    expect(delays.size).toBeGreaterThan(50);
  });
});

describe("a message whose job another worker holds", () => {
  it("E3: costs one receive, however long the other is dead, and takes the job over when the lease ends", async () => {
    const stage = new Stage();
    const job = await stage.announceJob(2);
    await stage.deliverAndKill(1);
    stage.clock.pass(10);

    const busy = await stage.deliver();
    stage.clock.pass(51);
    const early = await stage.deliver();
    stage.clock.pass(1);
    const taken = await stage.deliver();

    expect([busy, early, taken]).toEqual([["m1 1"], [], ["m1 2"]]);
    expect(await stage.jobs.find(job.jobId)).toMatchObject({ status: "COMPLETED", attempt: 2 });
  });

  it("comes back soon when the other gave the job back in that very moment", async () => {
    const stage = new Stage();
    await stage.announceJob();
    stage.jobs.claim = async () => ({ outcome: "busy", leaseExpiresAt: undefined });

    await stage.deliver();
    stage.clock.pass(10);

    expect(await stage.deliver()).toEqual(["m0 2"]);
  });
});

describe("a worker whose queue does not listen", () => {
  it("E8: completes its jobs, sends back what met a fault after the queue's own timeout, and logs why", async () => {
    const stage = new Stage();
    const [good, bad] = [await stage.announceJob(), await stage.announceJob()];
    const error = new Error("SQS is down.");
    stage.messages = { hide: () => Promise.reject(error) };
    stage.work = (jobId) => (jobId === bad.jobId ? Promise.reject(new MediaError("OUT_OF_DISK")) : succeed());

    await stage.deliver();
    stage.clock.pass(QUEUE_SECONDS - 1);
    const early = await stage.deliver();
    stage.clock.pass(1);

    expect(await stage.statusOf(good.jobId)).toBe("COMPLETED");
    expect([early, await stage.deliver()]).toEqual([[], ["m1 2"]]);
    const warned = stage.log.lines.filter(({ level }) => level === "warn");
    expect(warned[0]?.message).toContain("the queue's own timeout holds");
    expect(warned[0]?.fields.error).toBe(error);
  });

  it("does not wait for the queue before it works, and lets no late answer undo what it planned", async () => {
    const stage = new Stage();
    await stage.announceJob();
    let answer = () => {};
    const working = new Promise<void>((resolve) => {
      answer = resolve;
    });
    let calls = 0;
    const hideLate = async (messages: readonly Hiding[]) => {
      calls += 1;
      if (calls === 1) await working;
      await stage.queue.hide(messages);
    };
    stage.messages = { hide: hideLate };
    stage.work = () => {
      setTimeout(answer, 20);
      return fault();
    };

    await stage.deliver();
    await working;
    await new Promise((resolve) => setImmediate(resolve));
    stage.clock.pass(10);

    expect(await stage.deliver()).toEqual(["m0 2"]);
  });
});
