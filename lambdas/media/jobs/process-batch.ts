import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import { findSourceKey } from "../../../contracts/media/keys.ts";
import { parseUploadsArrived, type UploadArrived } from "../../../contracts/media/messages.ts";
import type { Clock } from "../../support/clock.ts";
import type { Log } from "../../support/log.ts";
import type { MessageVisibility } from "../../support/message-visibility.ts";
import { MediaError, SourceGoneError } from "../errors.ts";
import { ClaimWatch, LostClaimError, OutOfTimeError } from "./claim-watch.ts";
import type { Delivery, Job, JobError, JobResult, JobTable } from "./job-table.ts";
import type { JobMetrics } from "./metrics.ts";
import { Redelivery } from "./redelivery.ts";
import type { Work } from "./work.ts";

export interface BatchDependencies {
  readonly jobs: JobTable;
  readonly messages: MessageVisibility;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: JobMetrics;
  /** From 0 to 1: spreads messages that failed together. @default Math.random */
  readonly random?: () => number;
  /**
   * Work is aborted this long before Lambda's own timeout, so that the job's end is still written (threats.md E8); half
   * of it is the work's to clean up in.
   * @default 5000
   */
  readonly deadlineMarginMs?: number;
}

export type BatchHandler = (event: SQSEvent, context: Context) => Promise<SQSBatchResponse>;

/** One upload of one message, claimed. */
interface Claimed {
  readonly message: SQSRecord;
  readonly job: Job;
  readonly upload: UploadArrived;
}

/**
 * The edge of every worker: announced uploads in, the ids of exactly those messages out that SQS should deliver again
 * (threats.md E6). Everything that a file or its owner caused is written on the job and acknowledged.
 *
 * Jobs run one after another, because a worker's memory is sized for one. A job that was claimed before and never ended
 * may be what kills the worker: such jobs run last, so that their neighbours finish first (E7).
 *
 * The claim's lease is the time that this invocation has left, and the messages are hidden for a little longer: it cannot
 * run out under a living worker, and has run out when SQS shows a dead worker's message again. So no heartbeat is needed.
 * Where somebody knows sooner that a worker is dead and shows its message (the laptop, after a restart), the message's new
 * delivery takes the claim of the old one.
 * What goes back waits as `redelivery.ts` says; what finds its job in another's hands, until that lease ends.
 *
 * Not powertools' batch processor: it isolates records too, but knows neither claims, order nor deadlines, and what
 * would be left for it is one try/catch.
 */
export function createBatchHandler(dependencies: BatchDependencies, work: Work): BatchHandler {
  return async (event, context) => {
    const log = dependencies.log.with({ requestId: context.awsRequestId });
    return new Batch({ ...dependencies, log }, context, work).run(event.Records);
  };
}

class Batch {
  private readonly redelivery: Redelivery;
  private readonly suspects: Claimed[] = [];
  private readonly marginMs: number;
  private worked = 0;

  constructor(
    private readonly dependencies: BatchDependencies,
    private readonly context: Context,
    private readonly work: Work,
  ) {
    this.marginMs = dependencies.deadlineMarginMs ?? 5000;
    this.redelivery = new Redelivery(dependencies.messages, dependencies.log, dependencies.random);
  }

  async run(records: readonly SQSRecord[]): Promise<SQSBatchResponse> {
    this.redelivery.hold(records, this.context.getRemainingTimeInMillis());
    for (const record of records) {
      for (const upload of parseUploadsArrived(record.body)) {
        await this.attempt(record, upload.key, () => this.begin(record, upload));
      }
    }
    for (const suspect of this.suspects) {
      await this.attempt(suspect.message, suspect.upload.key, () => this.process(suspect));
    }
    return { batchItemFailures: await this.redelivery.giveBack() };
  }

  /** Whatever goes wrong with one upload sends its own message back, and no other. */
  private async attempt(message: SQSRecord, key: string, step: () => Promise<void>): Promise<void> {
    try {
      await step();
    } catch (error) {
      const retrySeconds = this.redelivery.plan(message, error, this.now());
      const level = error instanceof LostClaimError || error instanceof OutOfTimeError ? "warn" : "error";
      const fields = { jobId: findSourceKey(key)?.jobId, key, messageId: message.messageId, retrySeconds, error };
      this.dependencies.log[level]("The upload goes back to the queue.", fields);
    }
  }

  private async begin(message: SQSRecord, upload: UploadArrived): Promise<void> {
    const { jobs, clock, log } = this.dependencies;
    const jobId = findSourceKey(upload.key)?.jobId;
    if (jobId === undefined) return log.warn("An object that no job made was ignored.", { key: upload.key });
    if (!this.hasTime()) throw new OutOfTimeError("There was no time left to begin.");

    const claim = await jobs.claim(jobId, clock.now(), this.leaseSeconds(), toDelivery(message));
    if (claim.outcome === "busy") throw new LostClaimError("Another worker holds the job.", claim.leaseExpiresAt);
    if (claim.outcome !== "claimed") return log.info("There is nothing to do.", { jobId, outcome: claim.outcome });

    const claimed = { message, job: claim.job, upload };
    if (claim.job.attempt > 1) this.suspects.push(claimed);
    else await this.process(claimed);
  }

  private async process({ job, upload, message }: Claimed): Promise<void> {
    const log = this.dependencies.log.with({ jobId: job.jobId, attempt: job.attempt });
    if (!this.hasTime()) return this.endOrRelease(job, new OutOfTimeError("There was no time left to begin."), log);
    log.info("The job is begun.", { kind: job.kind, bytes: upload.bytes, waitedSeconds: this.secondsSince(message) });
    const watch = new ClaimWatch(this.dependencies, job, this.remainingMs(), this.marginMs / 2, this.worked++ === 0);
    try {
      const result = await watch.run((signal, reportProgress) => this.work({ job, upload, signal, reportProgress }));
      const completed = await this.dependencies.jobs.complete(job.jobId, job.attempt, result, this.now());
      if (!completed) throw new LostClaimError("The job was taken over before it was complete.");
      this.reportComplete({ job, upload, message }, result, log);
    } catch (error) {
      await this.endOrRelease(job, error, log);
    }
  }

  private reportComplete({ job, upload, message }: Claimed, { renditions }: JobResult, log: Log): void {
    const bytesOut = renditions.reduce((sum, { bytes }) => sum + bytes, 0);
    const finished = { seconds: this.secondsSince(message), bytesIn: upload.bytes, bytesOut };
    this.dependencies.metrics.ended({ jobId: job.jobId, outcome: "COMPLETED", finished });
    log.info("The job is complete.", { outcome: "COMPLETED", renditions: renditions.length, ...finished });
  }

  /** Ends the job, or gives it back and throws so that its message is delivered again. */
  private async endOrRelease(job: Job, error: unknown, log: Log): Promise<void> {
    const failure = findFailure(error);
    if (failure !== undefined) {
      const failed = await this.dependencies.jobs.fail(job.jobId, job.attempt, failure, this.now());
      if (!failed) throw new LostClaimError("The job was taken over before its failure was written.");
      this.dependencies.metrics.ended({ jobId: job.jobId, outcome: "FAILED", code: failure.code });
      return log.warn("The job failed.", { outcome: "FAILED", code: failure.code, error });
    }
    await this.release(job, log);
    if (!(error instanceof SourceGoneError)) throw error;
    log.info("The announced version was replaced; the newer one's own event speaks for it.");
  }

  private async release(job: Job, log: Log): Promise<void> {
    try {
      await this.dependencies.jobs.release(job.jobId, job.attempt);
    } catch (error) {
      log.warn("The claim could not be given back; it runs out by itself.", { error });
    }
  }

  private now(): Date {
    return this.dependencies.clock.now();
  }

  /** Since the file's arrival: a message keeps its time when it is delivered again. Clocks of two machines may differ. */
  private secondsSince({ attributes }: SQSRecord): number {
    return Math.max(0, this.now().getTime() - Number(attributes.SentTimestamp)) / 1000;
  }

  private remainingMs(): number {
    return this.context.getRemainingTimeInMillis() - this.marginMs;
  }

  /** Work that would be aborted at once is better not begun. */
  private hasTime(): boolean {
    return this.remainingMs() >= this.marginMs / 2;
  }

  private leaseSeconds(): number {
    return Math.ceil(this.context.getRemainingTimeInMillis() / 1000) + 1;
  }
}

function toDelivery({ messageId, attributes }: SQSRecord): Delivery {
  return { messageId, receiveCount: Number(attributes.ApproximateReceiveCount) };
}

/** What is to be written on the job; undefined for what another try, or another event, may cure. */
function findFailure(error: unknown): JobError | undefined {
  if (error instanceof MediaError && !error.retryable) return { code: error.code, message: error.message };
  if (error instanceof SourceGoneError && !error.replaced) {
    const { code, message } = new MediaError("SOURCE_GONE");
    return { code, message };
  }
  return undefined;
}
