import type { Job, JobResult } from "./job-table.ts";
import type { ObjectVersion } from "./object-store.ts";

/** What a worker is handed for one claimed job. */
export interface WorkRequest {
  readonly job: Job;
  readonly upload: ObjectVersion & { readonly bytes: number };
  /** Whole percent, 0–99; cheap to call often, it writes at most about once a second. */
  readonly reportProgress: (percent: number) => void;
  /** Aborted when the claim is lost or the function's own deadline is near. */
  readonly signal: AbortSignal;
}

/**
 * The core of a worker: reads the source, writes every rendition, and only then returns (threats.md E8). Throws
 * MediaError for what the file or its owner caused, SourceGoneError when the version is gone, anything else for a
 * fault that is worth another try. `process-batch.ts` does the rest: claim, lease, record, acknowledge.
 */
export type Work = (request: WorkRequest) => Promise<JobResult>;
