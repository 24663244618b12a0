import type { ErrorCode } from "../../../contracts/media/errors.ts";
import type { JobStatus } from "../../../contracts/media/job-status.ts";
import type { Conversion, MediaKind } from "../../../contracts/media/media.ts";

/** What is known of the source once the worker has read it. Pixels (upright), seconds. */
export interface SourceFacts {
  readonly contentType: string;
  readonly bytes: number;
  readonly width?: number;
  readonly height?: number;
  readonly durationSeconds?: number;
}

/** A finished file in the renditions bucket. */
export interface Rendition {
  readonly name: string;
  readonly key: string;
  readonly contentType: string;
  readonly bytes: number;
  readonly width?: number;
  readonly height?: number;
}

export interface JobError {
  readonly code: ErrorCode;
  readonly message: string;
}

export interface Job {
  readonly jobId: string;
  readonly key: string;
  readonly kind: MediaKind;
  readonly status: JobStatus;
  /** Whole percent. */
  readonly progress: number;
  readonly fileName: string;
  /** As declared at presign, until the worker has read the file. */
  readonly source: SourceFacts;
  readonly convertTo?: Conversion;
  readonly createdAt: Date;
  /** The upload's address works until then. */
  readonly uploadExpiresAt: Date;
  /** A job still PENDING, without an object, after this is EXPIRED. Kept to the second, rounded up. */
  readonly abandonedAt: Date;
  /** DynamoDB's TTL: from then on the job is unknown, deleted or not. Kept to the second, rounded up. */
  readonly forgetAt: Date;
  /** How often a worker has claimed it: the fencing token of the claim. */
  readonly attempt: number;
  /** Until then the claim of a PROCESSING job holds. */
  readonly leaseExpiresAt?: Date;
  readonly renditions: readonly Rendition[];
  readonly placeholder?: string;
  readonly error?: JobError;
  readonly finishedAt?: Date;
}

export type NewJob = Pick<
  Job,
  | "jobId"
  | "key"
  | "kind"
  | "fileName"
  | "source"
  | "convertTo"
  | "createdAt"
  | "uploadExpiresAt"
  | "abandonedAt"
  | "forgetAt"
>;

export interface JobResult {
  readonly source: SourceFacts;
  readonly renditions: readonly Rendition[];
  readonly placeholder?: string;
}

/** One receive of one message: what a claim is made for. */
export interface Delivery {
  readonly messageId: string;
  /** SQS's `ApproximateReceiveCount`: 1 the first time. */
  readonly receiveCount: number;
}

/**
 * - `claimed`: this worker alone may process the job, until `leaseExpiresAt`, and names `attempt` when it writes.
 * - `finished`: the job is COMPLETED, FAILED or EXPIRED; there is nothing to do.
 * - `busy`: another worker's claim holds, until `leaseExpiresAt`; deliver the message again then. It is absent where that
 *   worker gave the claim back in the very moment.
 * - `unknown`: there is no such job (or it was forgotten); there is nothing to do.
 */
export type Claim =
  | { readonly outcome: "claimed"; readonly job: Job }
  | { readonly outcome: "busy"; readonly leaseExpiresAt: Date | undefined }
  | { readonly outcome: "finished" | "unknown" };

/** Jobs, one record each. Every write is conditional, so that duplicates and late workers change nothing (threats.md E3). */
export interface JobTable {
  /** Throws where the id exists. */
  create(job: NewJob): Promise<void>;
  find(jobId: string): Promise<Job | undefined>;
  /**
   * A later delivery of the very message that the holder works on takes the claim from it, lease or not: SQS shows a message
   * again when its receiver's time is over, or when somebody who knows that the receiver is dead has said so.
   */
  claim(jobId: string, now: Date, leaseSeconds: number, delivery: Delivery): Promise<Claim>;
  /** False when the claim no longer holds: stop working. Never lowers `progress`. */
  reportProgress(jobId: string, attempt: number, progress: number): Promise<boolean>;
  /** False when the claim no longer holds: another worker owns the job now. */
  complete(jobId: string, attempt: number, result: JobResult, now: Date): Promise<boolean>;
  fail(jobId: string, attempt: number, error: JobError, now: Date): Promise<boolean>;
  /** Gives the claim back, so that a redelivery can take it at once. */
  release(jobId: string, attempt: number): Promise<boolean>;
  /** Fails a job that is not terminal, whoever holds it; false when it is terminal or unknown. For dead letters. */
  giveUp(jobId: string, error: JobError, now: Date): Promise<boolean>;
  /** PENDING → EXPIRED; false when it is no longer PENDING. */
  expire(jobId: string, now: Date): Promise<boolean>;
  /** Takes a PENDING job's `abandonedAt` on, so that others are looked at first; false when it is no longer PENDING. */
  postpone(jobId: string, abandonedAt: Date): Promise<boolean>;
  /**
   * PENDING jobs of one shard (contracts/media/abandoned-shards.ts) whose `abandonedAt` has passed, oldest first, at most `limit`;
   * fewer only where there are no more. The index may lag: every write that follows is conditional anyway.
   */
  listAbandoned(query: AbandonedQuery): Promise<AbandonedJob[]>;
}

export interface AbandonedQuery {
  readonly shard: number;
  readonly now: Date;
  readonly limit: number;
  /** The last job of the page before. */
  readonly after?: AbandonedJob | undefined;
}

/** What the index tells of a job. */
export type AbandonedJob = Pick<Job, "jobId" | "key" | "abandonedAt">;
