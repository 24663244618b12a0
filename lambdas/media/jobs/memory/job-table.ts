import { findShard } from "../../../../contracts/media/abandoned-shards.ts";
import { isTerminal } from "../../../../contracts/media/job-status.ts";
import type {
  AbandonedJob,
  AbandonedQuery,
  Claim,
  Delivery,
  Job,
  JobError,
  JobResult,
  JobTable,
  NewJob,
} from "../job-table.ts";

/** The job table in memory: the same promises as DynamoDB's, kept by the same contract suite. */
export class MemoryJobTable implements JobTable {
  private readonly jobs = new Map<string, Job>();
  /** What the last claim of a job was made for. */
  private readonly deliveries = new Map<string, Delivery>();

  async create(job: NewJob): Promise<void> {
    if (this.jobs.has(job.jobId)) throw new Error(`The job ${job.jobId} exists already.`);
    this.jobs.set(job.jobId, {
      ...structuredClone(job),
      abandonedAt: toWholeSecond(job.abandonedAt),
      forgetAt: toWholeSecond(job.forgetAt),
      status: "PENDING",
      progress: 0,
      attempt: 0,
      renditions: [],
    });
  }

  async find(jobId: string): Promise<Job | undefined> {
    const job = this.jobs.get(jobId);
    return job && structuredClone(job);
  }

  async claim(jobId: string, now: Date, leaseSeconds: number, delivery: Delivery): Promise<Claim> {
    const job = this.jobs.get(jobId);
    if (!job || job.forgetAt <= now) return { outcome: "unknown" };
    if (isTerminal(job.status)) return { outcome: "finished" };
    const { leaseExpiresAt: heldUntil } = job;
    if (heldUntil && heldUntil > now && !this.outranks(delivery, jobId))
      return { outcome: "busy", leaseExpiresAt: heldUntil };
    this.deliveries.set(jobId, delivery);
    const leaseExpiresAt = new Date(now.getTime() + leaseSeconds * 1000);
    const claimed = this.write(job, { status: "PROCESSING", attempt: job.attempt + 1, leaseExpiresAt });
    return { outcome: "claimed", job: structuredClone(claimed) };
  }

  async reportProgress(jobId: string, attempt: number, progress: number): Promise<boolean> {
    const job = this.findHeld(jobId, attempt);
    if (job && progress > job.progress) this.write(job, { progress });
    return job !== undefined;
  }

  async complete(jobId: string, attempt: number, result: JobResult, now: Date): Promise<boolean> {
    const job = this.findHeld(jobId, attempt);
    if (!job) return false;
    this.finish(job, { ...structuredClone(result), status: "COMPLETED", progress: 100, finishedAt: now });
    return true;
  }

  async fail(jobId: string, attempt: number, error: JobError, now: Date): Promise<boolean> {
    const job = this.findHeld(jobId, attempt);
    if (!job) return false;
    this.finish(job, { status: "FAILED", error, finishedAt: now });
    return true;
  }

  async release(jobId: string, attempt: number): Promise<boolean> {
    const job = this.findHeld(jobId, attempt);
    if (!job) return false;
    this.finish(job, {});
    return true;
  }

  async giveUp(jobId: string, error: JobError, now: Date): Promise<boolean> {
    const job = this.jobs.get(jobId);
    if (!job || isTerminal(job.status)) return false;
    this.finish(job, { status: "FAILED", error, finishedAt: now });
    return true;
  }

  async expire(jobId: string, now: Date): Promise<boolean> {
    const job = this.jobs.get(jobId);
    if (job?.status !== "PENDING") return false;
    this.finish(job, { status: "EXPIRED", finishedAt: now });
    return true;
  }

  async postpone(jobId: string, abandonedAt: Date): Promise<boolean> {
    const job = this.jobs.get(jobId);
    if (job?.status !== "PENDING") return false;
    this.write(job, { abandonedAt: toWholeSecond(abandonedAt) });
    return true;
  }

  async listAbandoned({ shard, now, limit, after }: AbandonedQuery): Promise<AbandonedJob[]> {
    return [...this.jobs.values()]
      .filter((job) => job.status === "PENDING" && job.abandonedAt <= now && findShard(job.jobId) === shard)
      .sort(byAbandonment)
      .filter((job) => !after || byAbandonment(after, job) < 0)
      .slice(0, limit)
      .map(({ jobId, key, abandonedAt }) => ({ jobId, key, abandonedAt: new Date(abandonedAt) }));
  }

  private outranks({ messageId, receiveCount }: Delivery, jobId: string): boolean {
    const holder = this.deliveries.get(jobId);
    return holder?.messageId === messageId && holder.receiveCount < receiveCount;
  }

  private findHeld(jobId: string, attempt: number): Job | undefined {
    const job = this.jobs.get(jobId);
    const held = job?.status === "PROCESSING" && job.attempt === attempt && job.leaseExpiresAt !== undefined;
    return held ? job : undefined;
  }

  /** Writes the change and gives up the lease. */
  private finish(job: Job, change: Partial<Job>): void {
    const { leaseExpiresAt: _, ...rest } = job;
    this.write(rest, change);
  }

  private write(job: Job, change: Partial<Job>): Job {
    const written = { ...job, ...change };
    this.jobs.set(job.jobId, written);
    return written;
  }
}

function toWholeSecond(date: Date): Date {
  return new Date(Math.ceil(date.getTime() / 1000) * 1000);
}

function byAbandonment(a: Omit<AbandonedJob, "key">, b: Omit<AbandonedJob, "key">): number {
  return a.abandonedAt.getTime() - b.abandonedAt.getTime() || (a.jobId < b.jobId ? -1 : Number(a.jobId > b.jobId));
}
