import type { Clock } from "../../support/clock.ts";
import type { Log } from "../../support/log.ts";
import { MediaError } from "../errors.ts";
import type { Job, JobResult, JobTable } from "./job-table.ts";

/** Another worker holds the job, or it has ended: whatever this one still does counts for nothing. */
export class LostClaimError extends Error {
  override readonly name = "LostClaimError";

  constructor(
    message: string,
    /** When the other's lease ends, where that is known. */
    readonly heldUntil?: Date,
  ) {
    super(message);
  }
}

/** The invocation's time is used up by other jobs; this one has a fair try at the next delivery. */
export class OutOfTimeError extends Error {
  override readonly name = "OutOfTimeError";
}

/** A status read shows no more than this, and each write costs money. */
const PROGRESS_INTERVAL_MS = 1000;

type WatchedWork = (signal: AbortSignal, reportProgress: (percent: number) => void) => Promise<JobResult>;

/**
 * Runs one piece of work under its claim: writes its progress, and aborts it when the claim is lost or the invocation's
 * deadline is near. Work that does not stop by itself is left behind after `graceMs`; what it may still write are
 * objects under deterministic keys, and the job's record no longer listens to it.
 */
export class ClaimWatch {
  private readonly controller = new AbortController();
  private lastProgress = 0;
  private lastWriteAt: number;
  private writing: Promise<void> = Promise.resolve();

  constructor(
    private readonly dependencies: { readonly jobs: JobTable; readonly clock: Clock; readonly log: Log },
    private readonly job: Job,
    private readonly remainingMs: number,
    private readonly graceMs: number,
    private readonly hadWholeInvocation: boolean,
  ) {
    this.lastWriteAt = dependencies.clock.now().getTime();
  }

  async run(work: WatchedWork): Promise<JobResult> {
    const { signal } = this.controller;
    const timer = setTimeout(() => this.controller.abort(this.deadlineError()), Math.max(0, this.remainingMs));
    try {
      const working = work(signal, (percent) => this.reportProgress(percent));
      return await Promise.race([working, this.rejectAfterGrace(working)]);
    } catch (error) {
      // What an aborted worker throws is an echo (a killed ffmpeg "failed"); why it was aborted is the cause.
      throw signal.aborted ? signal.reason : error;
    } finally {
      clearTimeout(timer);
      await this.writing;
    }
  }

  /** A job that had the whole invocation would take as long the next time; one that came late had less. */
  private deadlineError(): Error {
    return this.hadWholeInvocation
      ? new MediaError("TIMEOUT")
      : new OutOfTimeError("Earlier jobs of the batch used the time.");
  }

  /** Rejects when the work was aborted and did not end within its grace; never settles otherwise. */
  private rejectAfterGrace(working: Promise<unknown>): Promise<never> {
    return new Promise((_resolve, reject) => {
      this.controller.signal.addEventListener("abort", () => {
        const timer = setTimeout(() => reject(this.controller.signal.reason), this.graceMs);
        const stop = () => clearTimeout(timer);
        working.then(stop, stop);
      });
    });
  }

  private reportProgress(percent: number): void {
    const progress = Math.min(99, Math.max(0, Math.floor(percent)));
    const now = this.dependencies.clock.now().getTime();
    if (progress <= this.lastProgress || now - this.lastWriteAt < PROGRESS_INTERVAL_MS) return;
    this.lastProgress = progress;
    this.lastWriteAt = now;
    this.writing = this.writing.then(() => this.writeProgress(progress));
  }

  private async writeProgress(progress: number): Promise<void> {
    try {
      const held = await this.dependencies.jobs.reportProgress(this.job.jobId, this.job.attempt, progress);
      if (!held) this.controller.abort(new LostClaimError("The job was taken over while it was worked on."));
    } catch (error) {
      this.dependencies.log.warn("Progress could not be written.", { jobId: this.job.jobId, error });
    }
  }
}
