import { ADDRESSES } from "../../contracts/media/addresses.ts";
import type {
  ErrorResponse,
  LimitsResponse,
  PresignRequest,
  PresignResponse,
  StatusResponse,
} from "../../contracts/media/api.ts";

/** The API said no, or could not be reached. `message` is for the person; `retryable` says whether trying again can help. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly retryable: boolean;
  /** As in `contracts/media/errors.ts`, or S3's own. */
  readonly code: string | undefined;

  constructor(message: string, options: { retryable: boolean; code?: string }) {
    super(message);
    this.retryable = options.retryable;
    this.code = options.code;
  }
}

/** Where and how to send the file. PUT, because S3 refuses the same PUT a second time: a lost answer makes no second upload. */
export type PutUpload = Extract<PresignResponse["upload"], { method: "PUT" }>;

/** What presign gave: where to send the file, and where to ask for it. */
export interface Grant extends Pick<PresignResponse, "jobId" | "statusUrl"> {
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
  getStatus(statusUrl: string, signal?: AbortSignal): Promise<StatusAnswer>;
  /** Undefined where the server does not know it, or no longer. */
  findJob(jobId: string): Promise<StatusResponse | undefined>;
}

/** Requests and responses as in `contracts/media/api.ts`. Every failure is an ApiError, except the signal's own AbortError. */
export function createApiClient(apiUrl: string): ApiClient {
  return {
    async createUpload(request, signal) {
      const { method, path } = ADDRESSES.presign;
      const { body } = await ask<PresignResponse>(`${apiUrl}${path}`, {
        method,
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ ...request, method: "PUT" } satisfies PresignRequest),
        signal: signal ?? null,
      });
      const { jobId, statusUrl, upload } = body;
      if (upload.method !== "PUT") throw new Error(`A PUT was asked for, and a ${upload.method} given.`);
      return { jobId, statusUrl, upload };
    },
    async getLimits() {
      return (await ask<LimitsResponse>(`${apiUrl}${ADDRESSES.limits.path}`)).body;
    },
    async getStatus(statusUrl, signal) {
      const { body, headers } = await ask<StatusResponse>(statusUrl, { signal: signal ?? null });
      const retryAfter = Number(headers.get("retry-after") ?? Number.NaN);
      return { job: body, retryAfterSeconds: Number.isFinite(retryAfter) ? retryAfter : undefined };
    },
    async findJob(jobId) {
      try {
        return (await ask<StatusResponse>(`${apiUrl}${ADDRESSES.status.path}?jobId=${jobId}`)).body;
      } catch (error) {
        if (error instanceof ApiError && error.code === "JOB_NOT_FOUND") return undefined;
        throw error;
      }
    },
  };
}

async function ask<T>(url: string, init: RequestInit = {}): Promise<{ body: T; headers: Headers }> {
  const onLoss = (cause: unknown) => {
    if (init.signal?.aborted) throw cause;
    throw new ApiError("The server could not be reached.", { retryable: true });
  };
  const response = await fetch(url, init).catch(onLoss);
  if (!response.ok) throw await readError(response);
  // A connection can be lost in the middle of an answer, too.
  return { body: (await response.json().catch(onLoss)) as T, headers: response.headers };
}

/** API Gateway's own refusals (throttling, no route) come as `{message}`, ours as `{error}`. */
async function readError(response: Response): Promise<ApiError> {
  const body: unknown = await response.json().catch(() => undefined);
  const error = (body as Partial<ErrorResponse> | undefined)?.error;
  const retryable = response.status === 429 || response.status >= 500;
  if (error) return new ApiError(error.message, { retryable, code: error.code });
  return new ApiError("The server did not take this file. Try again later.", {
    retryable,
    code: String(response.status),
  });
}
