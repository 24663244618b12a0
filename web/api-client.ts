import type { ErrorResponse, PresignRequest, PresignResponse, StatusResponse } from "../contracts/api.ts";
import { API_ROUTES } from "../contracts/routes.ts";

/** The API said no, or could not be reached. `message` is for the person; `retryable` says whether trying again can help. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly retryable: boolean;
  readonly requestId: string | undefined;

  constructor(message: string, options: { retryable: boolean; requestId?: string }) {
    super(message);
    this.retryable = options.retryable;
    this.requestId = options.requestId;
  }
}

export interface StatusAnswer {
  readonly job: StatusResponse;
  /** Seconds to wait before asking again; undefined once the job has ended. */
  readonly retryAfterSeconds: number | undefined;
}

export interface ApiClient {
  createUpload(request: PresignRequest, signal?: AbortSignal): Promise<PresignResponse>;
  getStatus(statusUrl: string, signal?: AbortSignal): Promise<StatusAnswer>;
}

/** Requests and responses as in `contracts/api.ts`. Every failure is an ApiError, except the signal's own AbortError. */
export function createApiClient(apiUrl: string): ApiClient {
  return {
    async createUpload(request, signal) {
      const { method, path } = API_ROUTES.presign;
      const response = await send(`${apiUrl}${path}`, {
        method,
        headers: { "content-type": "application/json" },
        body: JSON.stringify(request),
        signal: signal ?? null,
      });
      return (await response.json()) as PresignResponse;
    },
    async getStatus(statusUrl, signal) {
      const response = await send(statusUrl, { signal: signal ?? null });
      const retryAfter = Number(response.headers.get("retry-after") ?? Number.NaN);
      return {
        job: (await response.json()) as StatusResponse,
        retryAfterSeconds: Number.isFinite(retryAfter) ? retryAfter : undefined,
      };
    },
  };
}

async function send(url: string, init: RequestInit): Promise<Response> {
  const response = await fetch(url, init).catch((cause: unknown) => {
    if (init.signal?.aborted) throw cause;
    throw new ApiError("The server could not be reached. Check the connection and try again.", { retryable: true });
  });
  if (response.ok) return response;
  throw await readError(response);
}

/** API Gateway's own refusals (throttling, no route) come as `{message}`, ours as `{error}`. */
async function readError(response: Response): Promise<ApiError> {
  const body: unknown = await response.json().catch(() => undefined);
  const error = (body as Partial<ErrorResponse> | undefined)?.error;
  const retryable = response.status === 429 || response.status >= 500;
  if (response.status === 429) return new ApiError("Too many requests just now. Try again in a moment.", { retryable });
  if (!error) return new ApiError(`The server answered ${response.status}. Try again later.`, { retryable });
  const details = (error.details ?? []).map(({ path, message }) => (path ? `${path}: ${message}` : message));
  return new ApiError([error.message, ...details].join(" "), { retryable, requestId: error.requestId });
}
