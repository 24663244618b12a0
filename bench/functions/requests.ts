import { ADDRESSES } from "../../contracts/media/addresses.ts";
import type { EnvironmentOf } from "../../contracts/media/environment.ts";
import { sourceKey } from "../../contracts/media/keys.ts";
import type { NewJob } from "../../lambdas/media/jobs/job-table.ts";

/** What functions are measured with: their environment, and one request each, as the HTTP API hands it over. */

export const JOB_ID = "00000000-0000-4000-8000-000000000000";

export const PRESIGN_ENVIRONMENT: EnvironmentOf<"presign"> = {
  JOBS_TABLE: "jobs",
  UPLOADS_BUCKET: "uploads",
  UPLOAD_URL_SECONDS: "300",
  ABANDONED_AFTER_SECONDS: "3600",
  JOB_RETENTION_DAYS: "90",
  MAX_IMAGE_BYTES: "25000000",
  MAX_VIDEO_BYTES: "500000000",
  MAX_AUDIO_BYTES: "200000000",
  MAX_DURATION_SECONDS: "3600",
  MAX_AUDIO_DURATION_SECONDS: "14400",
  IMAGE_HEIC: "true",
};
export const STATUS_ENVIRONMENT: EnvironmentOf<"status"> = { JOBS_TABLE: "jobs", CDN_URL: "https://cdn.example.com" };

/** As AWS's own examples write them. */
export const CREDENTIALS = {
  accessKeyId: "AKIAIOSFODNN7EXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
};
export const REGION = "eu-central-1";

export function createPresignEvent(method: "POST" | "PUT" = "POST") {
  const body = JSON.stringify({ fileName: "bench.jpg", contentType: "image/jpeg", size: 3_000_000, method });
  return createEvent(ADDRESSES.presign, { body });
}

export function createStatusEvent() {
  return createEvent(ADDRESSES.status, { queryStringParameters: { jobId: JOB_ID } });
}

function createEvent(
  route: { readonly method: string; readonly path: string },
  rest: Readonly<Record<string, unknown>>,
) {
  return {
    version: "2.0",
    routeKey: `${route.method} ${route.path}`,
    rawPath: route.path,
    rawQueryString: "",
    headers: { "x-forwarded-proto": "https", "content-type": "application/json" },
    requestContext: { requestId: "bench", domainName: "api.example.com", http: { method: route.method } },
    isBase64Encoded: false,
    ...rest,
  };
}

/** A job that waits for its upload. */
export function createJob(): NewJob {
  const now = new Date();
  const later = (seconds: number) => new Date(now.getTime() + seconds * 1000);
  return {
    jobId: JOB_ID,
    key: sourceKey("image", JOB_ID),
    kind: "image",
    fileName: "bench.jpg",
    source: { contentType: "image/jpeg", bytes: 3_000_000 },
    createdAt: now,
    uploadExpiresAt: later(300),
    abandonedAt: later(3600),
    forgetAt: later(86_400),
  };
}
