import type { PresignRequest, PresignResponse } from "../../../contracts/media/api.ts";
import { sourceKey } from "../../../contracts/media/keys.ts";
import type { MediaKind } from "../../../contracts/media/media.ts";
import type { Clock } from "../../support/clock.ts";
import type { UploadSigner } from "../../support/upload-signer.ts";
import type { JobTable, NewJob } from "../jobs/job-table.ts";
import { normalizeFileName } from "./file-name.ts";
import { requireConversion, requireFormat, requireSize } from "./upload-rules.ts";

export interface UploadRules {
  /** Bytes, per kind. */
  readonly maxBytes: Readonly<Record<MediaKind, number>>;
  /** The longest film or recording; only the worker can tell how long one is. */
  readonly maxDurationSeconds: Readonly<Record<"video" | "audio", number>>;
  /** How long the signed address works. */
  readonly urlSeconds: number;
  /** How long after its creation a job without an object counts as abandoned. */
  readonly abandonedAfterSeconds: number;
  readonly retentionDays: number;
  /** Whether HEIC is read. */
  readonly heic: boolean;
}

export interface CreateUploadDependencies {
  readonly jobs: Pick<JobTable, "create">;
  readonly signer: UploadSigner;
  readonly clock: Clock;
  /** A new UUID, version 4: 122 bits of chance (threats.md A1). */
  readonly newJobId: () => string;
  readonly rules: UploadRules;
}

/** Creates a job, and the one upload that it waits for. */
export async function createUpload(
  { jobs, signer, clock, newJobId, rules }: CreateUploadDependencies,
  request: PresignRequest,
): Promise<Omit<PresignResponse, "statusUrl">> {
  const { kind, format } = requireFormat(request, rules);
  requireSize(request.size, kind, rules.maxBytes[kind]);
  const convertTo = requireConversion(request.convertTo, kind);
  const fileName = normalizeFileName(request.fileName);

  const jobId = newJobId();
  const job: NewJob = {
    jobId,
    key: sourceKey(kind, jobId),
    kind,
    fileName,
    source: { contentType: format.contentType, bytes: request.size },
    convertTo,
    ...schedule(clock.now(), rules),
  };
  const upload = await signUpload(signer, job, request, rules);
  await jobs.create(job);
  return { jobId, key: job.key, contentType: format.contentType, upload };
}

function schedule(now: Date, rules: UploadRules) {
  const later = (seconds: number) => new Date(now.getTime() + seconds * 1000);
  return {
    createdAt: now,
    uploadExpiresAt: later(rules.urlSeconds),
    abandonedAt: later(rules.abandonedAfterSeconds),
    forgetAt: later(rules.retentionDays * 86_400),
  };
}

async function signUpload(
  signer: UploadSigner,
  job: NewJob,
  request: PresignRequest,
  rules: UploadRules,
): Promise<PresignResponse["upload"]> {
  const grant = {
    key: job.key,
    contentType: job.source.contentType,
    now: job.createdAt,
    expiresInSeconds: rules.urlSeconds,
  };
  const expiresAt = job.uploadExpiresAt.toISOString();
  if (request.method === "PUT") {
    const { url, headers } = await signer.signPut({ ...grant, bytes: request.size });
    return { method: "PUT", url, headers: { ...headers }, expiresAt };
  }
  const { url, fields } = await signer.signPost({ ...grant, maxBytes: rules.maxBytes[job.kind] });
  return { method: "POST", url, fields: { ...fields }, expiresAt };
}
