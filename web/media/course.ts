import type { PresignRequest } from "../../contracts/media/api.ts";
import type { Lanes } from "../shell/lanes.ts";
import { planPauseSeconds, waitPatiently } from "../shell/patience.ts";
import { type ApiClient, ApiError, type Grant, type StatusAnswer } from "./api-client.ts";
import { findRefusal, type Limits } from "./check-file.ts";
import type { Item, ItemEvent } from "./item.ts";
import { type SendFile, UploadRefused } from "./send-file.ts";

/** What the page knows of the server, once it knows where it is. */
export interface Server {
  readonly api: ApiClient;
  /** Undefined where the server did not tell: then it refuses by itself. */
  readonly limits: Limits | undefined;
}

/** What one file's course needs of the page. */
export interface Course {
  /** Waits, however long it takes. */
  getServer(): Promise<Server>;
  readonly sendFile: SendFile;
  readonly lanes: Lanes;
  /** How many files are being asked after, all together. */
  countWatched(): number;
  /** Undefined where the browser no longer has it. */
  findFile(): Promise<File | undefined>;
  read(): Item;
  apply(event: ItemEvent): void;
  readonly signal: AbortSignal;
}

/** An address that S3 refuses this often in a row will not be accepted at all. */
const MOST_REFUSALS = 3;
/** What is left of an address's time must be enough to begin. */
const EXPIRY_MARGIN_MS = 10_000;

/**
 * Takes one file from where it stands to its end, however long the server is out of reach: sends it, unless it has
 * arrived already, and asks until the job has ended. Never throws; an abort leaves the item as it is.
 */
export async function runCourse(course: Course): Promise<void> {
  try {
    const { api, limits } = await course.getServer();
    const refusal = findRefusal(course.read(), limits);
    if (refusal) return apply(course, { type: "failed", ...refusal, canRetry: false });
    if (course.read().state.name !== "processing") await course.lanes.run(() => deliver(course, api));
    await watch(course, api);
  } catch (error) {
    if (course.signal.aborted) return;
    if (!(error instanceof ApiError)) console.error(error);
    apply(course, failureOf(error));
  }
}

function apply(course: Course, event: ItemEvent): void {
  // What was under way when the person took the file away has nothing more to say.
  if (!course.signal.aborted) course.apply(event);
}

function failureOf(error: unknown): ItemEvent {
  if (!(error instanceof ApiError)) {
    return { type: "failed", message: "Something went wrong on this page. Reload it and try again.", canRetry: true };
  }
  if (error.code === "JOB_NOT_FOUND") return { type: "failed", ...FORGOTTEN };
  return { type: "failed", message: error.message, code: error.code, canRetry: error.retryable };
}

export const FORGOTTEN = {
  message: "The server no longer keeps this file. Add it again to make it anew.",
  code: "JOB_NOT_FOUND",
  canRetry: true,
} as const;

/** In a lane: the address is asked for here and not sooner, because it works for five minutes only. */
async function deliver(course: Course, api: ApiClient): Promise<void> {
  course.signal.throwIfAborted();
  apply(course, { type: "began" });

  // From before a reload: the file may have arrived although the answer did not.
  let grant = findGrant(course.read());
  if (grant && (await hasArrived(course, api, grant))) return;
  const file = await course.findFile();
  if (!file) return apply(course, { type: "failed", ...INTERRUPTED });
  for (let refusals = 0, losses = 0; ; ) {
    if (!grant || Date.parse(grant.upload.expiresAt) - Date.now() < EXPIRY_MARGIN_MS) {
      const request = uploadRequest(course.read());
      grant = await insist(course, () => api.createUpload(request, course.signal));
      apply(course, { type: "granted", grant });
    }
    const loss = await send(course, grant, file);
    if (!loss) return apply(course, { type: "arrived" });
    if (loss instanceof UploadRefused) {
      refusals += 1;
      if (refusals === MOST_REFUSALS || !loss.retryable) throw loss;
      grant = undefined;
    } else {
      await pause(course, losses++);
      if (await hasArrived(course, api, grant)) return;
    }
  }
}

const INTERRUPTED = {
  message: "This browser no longer has the file. Add it again and it goes on here.",
  code: "INTERRUPTED",
  canRetry: true,
} as const;

/** What went wrong; undefined when the file has arrived. */
async function send(course: Course, grant: Grant, file: File): Promise<ApiError | undefined> {
  const onProgress = (fraction: number) => apply(course, { type: "sent", fraction });
  try {
    await course.sendFile(grant.upload, file, onProgress, course.signal);
    return undefined;
  } catch (error) {
    if (course.signal.aborted || !(error instanceof ApiError)) throw error;
    return error;
  }
}

/** Asks the job itself. What it says is shown; a job that the server does not know has not arrived. */
async function hasArrived(course: Course, api: ApiClient, grant: Grant): Promise<boolean> {
  try {
    const { job } = await insist(course, () => api.getStatus(grant.jobId, course.signal));
    apply(course, { type: "told", job });
    return course.read().state.name !== "sending";
  } catch (error) {
    if (error instanceof ApiError && error.code === "JOB_NOT_FOUND") return false;
    throw error;
  }
}

function findGrant({ state }: Item): Grant | undefined {
  return state.name === "sending" || state.name === "processing" ? state.grant : undefined;
}

function uploadRequest({ name, contentType, bytes, convertTo }: Item): PresignRequest {
  return { fileName: name, contentType, size: bytes, ...(convertTo === undefined ? {} : { convertTo }) };
}

/** Once more for as long as the server is out of reach, and no longer. */
async function insist<T>(course: Course, ask: () => Promise<T>): Promise<T> {
  for (let failures = 0; ; ) {
    try {
      const answer = await ask();
      apply(course, { type: "stalled", isStalled: false });
      return answer;
    } catch (error) {
      if (course.signal.aborted || !(error instanceof ApiError) || !error.retryable) throw error;
      await pause(course, failures++);
    }
  }
}

async function pause(course: Course, failures: number): Promise<void> {
  apply(course, { type: "stalled", isStalled: true });
  await waitPatiently(planPauseSeconds(failures), course.signal);
}

async function watch(course: Course, api: ApiClient): Promise<void> {
  for (let asked = 0; course.read().state.name === "processing"; asked += 1) {
    const grant = findGrant(course.read());
    if (!grant) return;
    const answer = await insist(course, () => api.getStatus(grant.jobId, course.signal));
    apply(course, { type: "told", job: answer.job });
    if (course.read().state.name !== "processing") return;
    await waitPatiently(planWatchSeconds(asked, course.countWatched(), answer), course.signal);
  }
}

const FIRST_WATCH_SECONDS = 0.25;
const LONGEST_WATCH_SECONDS = 5;
/** Of all files together: a hundred of them ask no more often than ten. */
const QUESTIONS_A_SECOND = 20;

/**
 * Soon at first, because small pictures are done in a fraction of a second, then less often, but about as often as the
 * server's Retry-After says.
 */
export function planWatchSeconds(
  asked: number,
  watchedCount: number,
  { retryAfterSeconds = LONGEST_WATCH_SECONDS }: Pick<StatusAnswer, "retryAfterSeconds">,
): number {
  const patience = Math.min(FIRST_WATCH_SECONDS * 1.6 ** asked, retryAfterSeconds, LONGEST_WATCH_SECONDS);
  return Math.max(patience, watchedCount / QUESTIONS_A_SECOND);
}
