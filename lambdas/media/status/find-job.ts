import type { StatusResponse } from "../../../contracts/media/api.ts";
import { ERRORS } from "../../../contracts/media/errors.ts";
import { findSourceKey, isJobId } from "../../../contracts/media/keys.ts";
import type { JobQuery } from "../../../contracts/media/routes/status.ts";
import type { Clock } from "../../support/clock.ts";
import { MediaError } from "../errors.ts";
import type { Job, JobTable, Rendition } from "../jobs/job-table.ts";

export interface FindJobDependencies {
  readonly jobs: Pick<JobTable, "find">;
  readonly clock: Clock;
  /** `https://cdn.example.com`, without a slash at the end. */
  readonly cdnUrl: string;
}

/**
 * What has become of an upload. An id that never was, a key of another scheme and a job whose TTL has passed are one and
 * the same JOB_NOT_FOUND, so that nothing can be learned by asking (threats.md A1).
 *
 * A PENDING job past its time reads as PENDING until the sweep of `settle`, within minutes, has looked for its object and
 * written EXPIRED: its file may have come and stand in the queue, and this function has no business in the bucket (U6).
 */
export async function findJob({ jobs, clock, cdnUrl }: FindJobDependencies, query: JobQuery): Promise<StatusResponse> {
  const jobId = "key" in query ? findSourceKey(query.key)?.jobId : query.jobId;
  const job = jobId !== undefined && isJobId(jobId) ? await jobs.find(jobId) : undefined;
  // DynamoDB deletes expired rows within days, not at once.
  if (!job || job.forgetAt <= clock.now()) throw new MediaError("JOB_NOT_FOUND");
  if ("key" in query && job.key !== query.key) throw new MediaError("JOB_NOT_FOUND");
  return describeJob(job, cdnUrl);
}

function describeJob(job: Job, cdnUrl: string): StatusResponse {
  const { contentType, bytes, width, height, durationSeconds } = job.source;
  return {
    jobId: job.jobId,
    key: job.key,
    fileName: job.fileName,
    createdAt: job.createdAt.toISOString(),
    status: job.status,
    progress: job.progress,
    source: { kind: job.kind, contentType, bytes, width, height, durationSeconds },
    renditions: job.renditions.map((rendition) => describeRendition(rendition, cdnUrl)),
    placeholder: job.placeholder,
    error: job.status === "EXPIRED" ? { code: "UPLOAD_EXPIRED", message: ERRORS.UPLOAD_EXPIRED.message } : job.error,
  };
}

function describeRendition({ name, key, contentType, bytes, width, height }: Rendition, cdnUrl: string) {
  return { name, width, height, contentType, bytes, url: `${cdnUrl}/${key}` };
}
