import { ApiError } from "../../client/api-error.ts";
import { createMediaClient } from "../../client/media.ts";
import type { LimitsResponse, PresignRequest, PresignResponse, StatusResponse } from "../../contracts/media/api.ts";

export { ApiError } from "../../client/api-error.ts";

/** Where and how to send the file. PUT, because S3 refuses the same PUT a second time: a lost answer makes no second upload. */
export type PutUpload = Extract<PresignResponse["upload"], { method: "PUT" }>;

/** What presign gave: where to send the file, and what to ask for. */
export interface Grant extends Pick<PresignResponse, "jobId"> {
  readonly upload: PutUpload;
}

export interface StatusAnswer {
  readonly job: StatusResponse;
  /** Seconds to wait before asking again; undefined once the job has ended. */
  readonly retryAfterSeconds: number | undefined;
}

export interface ApiClient {
  createUpload(request: Omit<PresignRequest, "method">, signal?: AbortSignal): Promise<Grant>;
  getLimits(): Promise<LimitsResponse>;
  getStatus(jobId: string, signal?: AbortSignal): Promise<StatusAnswer>;
  /** Undefined where the server does not know it, or no longer. */
  findJob(jobId: string): Promise<StatusResponse | undefined>;
}

/** Every failure is an ApiError, except the signal's own AbortError. */
export function createApiClient(apiUrl: string): ApiClient {
  const client = createMediaClient({ baseUrl: apiUrl });
  return {
    async createUpload(request, signal) {
      const { jobId, upload } = (await client.presign({ body: { ...request, method: "PUT" }, signal })).body;
      if (upload.method !== "PUT") throw new Error(`A PUT was asked for, and a ${upload.method} given.`);
      return { jobId, upload };
    },
    async getLimits() {
      return (await client.limits()).body;
    },
    async getStatus(jobId, signal) {
      const { body, headers } = await client.status({ query: { jobId }, signal });
      const retryAfter = Number(headers.get("retry-after") ?? Number.NaN);
      return { job: body, retryAfterSeconds: Number.isFinite(retryAfter) ? retryAfter : undefined };
    },
    async findJob(jobId) {
      try {
        return (await client.status({ query: { jobId } })).body;
      } catch (error) {
        if (error instanceof ApiError && error.code === "JOB_NOT_FOUND") return undefined;
        throw error;
      }
    },
  };
}
