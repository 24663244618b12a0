import type { StatusResponse } from "../contracts/api.ts";
import { isTerminal } from "../contracts/job-status.ts";
import { type ApiClient, ApiError } from "./api-client.ts";

const FIRST_WAIT_SECONDS = 0.25;
const LONGEST_WAIT_SECONDS = 5;
/** A phone that changes networks is offline for a few seconds: only this many failures in a row end the watch. */
const MOST_FAILURES = 5;

/**
 * Asks for the job's status until it has ended; `onChange` sees every answer. Starts quickly, because small pictures
 * are done in a fraction of a second, then waits longer, at most as long as the server's Retry-After says.
 */
export async function watchJob(
  api: ApiClient,
  statusUrl: string,
  onChange: (job: StatusResponse) => void,
  signal?: AbortSignal,
): Promise<StatusResponse> {
  let waitSeconds = FIRST_WAIT_SECONDS;
  for (let failures = 0; ; ) {
    const answer = await api.getStatus(statusUrl, signal).catch((error: unknown) => {
      failures += 1;
      if (!(error instanceof ApiError) || !error.retryable || failures >= MOST_FAILURES) throw error;
      return undefined;
    });
    if (answer) {
      failures = 0;
      onChange(answer.job);
      if (isTerminal(answer.job.status)) return answer.job;
    }
    await pause(waitSeconds, signal);
    waitSeconds = Math.min(waitSeconds * 1.6, answer?.retryAfterSeconds ?? LONGEST_WAIT_SECONDS, LONGEST_WAIT_SECONDS);
  }
}

function pause(seconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, seconds * 1000);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}
