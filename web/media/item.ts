import type { StatusResponse } from "../../contracts/media/api.ts";
import type { MediaKind } from "../../contracts/media/media.ts";
import type { Grant } from "./api-client.ts";

/** One file of the sheet. Plain data: what is kept in this browser is exactly this. */
export interface Item {
  /** Of this browser; the server's is in the grant and in the job. */
  readonly id: string;
  readonly name: string;
  readonly contentType: string;
  /** Undefined where no kind takes such a file: the item is refused from the start. */
  readonly kind: MediaKind | undefined;
  readonly bytes: number;
  readonly addedAt: number;
  readonly convertTo?: string;
  /** What the person asked for and does not get, in a sentence. */
  readonly note?: string;
  readonly state: ItemState;
}

export type ItemState =
  /** In this browser alone. */
  | { readonly name: "waiting" }
  /** Bytes move, or are about to. `isStalled`: the server is out of reach, and is asked again. */
  | { readonly name: "sending"; readonly fraction: number; readonly grant?: Grant; readonly isStalled?: boolean }
  /** All bytes have arrived. `isBegun`: a worker has it, and it no longer stands in the queue. */
  | {
      readonly name: "processing";
      readonly fraction: number;
      readonly grant: Grant;
      readonly isBegun?: boolean;
      readonly isStalled?: boolean;
    }
  | { readonly name: "done"; readonly job: StatusResponse }
  | {
      readonly name: "failed";
      /** One sentence of what is wrong, and one of what to do. */
      readonly message: string;
      /** For whoever supports the person. */
      readonly code?: string;
      readonly jobId?: string;
      /** The same file once more can succeed. */
      readonly canRetry: boolean;
    };

export type ItemEvent =
  | { readonly type: "began" }
  | { readonly type: "granted"; readonly grant: Grant }
  | { readonly type: "sent"; readonly fraction: number }
  | { readonly type: "arrived" }
  | { readonly type: "told"; readonly job: StatusResponse }
  | { readonly type: "stalled"; readonly isStalled: boolean }
  | { readonly type: "failed"; readonly message: string; readonly code?: string; readonly canRetry: boolean }
  | { readonly type: "retried" };

/** Job errors that say nothing of the file itself: the same file may well succeed the next time. */
const TEMPORARY: readonly string[] = [
  "INTERNAL",
  "ENCODER_MISSING",
  "TIMEOUT",
  "OUT_OF_DISK",
  "WORKER_CRASHED",
  "SOURCE_GONE",
  "UPLOAD_EXPIRED",
];

/** The item after the event; the same object where the event changes nothing. */
export function advance(item: Item, event: ItemEvent): Item {
  const state = nextState(item.state, event);
  return state === item.state ? item : { ...item, state };
}

function nextState(state: ItemState, event: ItemEvent): ItemState {
  switch (event.type) {
    case "retried":
      return state.name === "failed" ? { name: "waiting" } : state;
    case "failed":
      return fail(state, event);
    case "told":
      return isUnderWay(state) ? tell(state, event.job) : state;
    case "stalled":
      if (!isUnderWay(state) || Boolean(state.isStalled) === event.isStalled) return state;
      return { ...state, isStalled: event.isStalled };
    case "began":
      return state.name === "waiting" ? { name: "sending", fraction: 0 } : state;
    default:
      return state.name === "sending" ? send(state, event) : state;
  }
}

type UnderWay = Extract<ItemState, { name: "sending" | "processing" }>;

function isUnderWay(state: ItemState): state is UnderWay {
  return state.name === "sending" || state.name === "processing";
}

function send(
  state: Extract<ItemState, { name: "sending" }>,
  event: Extract<ItemEvent, { type: "granted" | "sent" | "arrived" }>,
): ItemState {
  if (event.type === "granted") return { ...state, grant: event.grant, isStalled: false };
  // A file that is sent once more begins anew; what is shown does not go backwards.
  if (event.type === "sent") return { ...state, fraction: Math.max(state.fraction, event.fraction), isStalled: false };
  if (!state.grant) throw new Error("A file arrived that no address was given for.");
  return { name: "processing", fraction: 0, grant: state.grant };
}

function tell(state: UnderWay, job: StatusResponse): ItemState {
  if (job.status === "COMPLETED") return { name: "done", job };
  if (job.status === "FAILED" || job.status === "EXPIRED") {
    const { code, message } = job.error ?? { code: "INTERNAL", message: "This file could not be processed." };
    return { name: "failed", message, code, jobId: job.jobId, canRetry: TEMPORARY.includes(code) };
  }
  // PENDING: it has not come, or it stands in the queue; whoever sends it knows which.
  if (state.name === "sending" && job.status === "PENDING") return { ...state, isStalled: false };
  if (!state.grant) return state;
  const before = state.name === "processing" ? state.fraction : 0;
  const fraction = Math.max(before, job.progress / 100);
  return { name: "processing", fraction, grant: state.grant, isBegun: job.status === "PROCESSING" };
}

function fail(state: ItemState, { message, code, canRetry }: Extract<ItemEvent, { type: "failed" }>): ItemState {
  const jobId = state.name === "done" ? state.job.jobId : isUnderWay(state) ? state.grant?.jobId : undefined;
  return { name: "failed", message, code, jobId, canRetry };
}

/** Of the whole way, from 0 to 1: sending is the first half, the server's work the second. */
export function fractionOf({ state }: Item): number {
  switch (state.name) {
    case "waiting":
      return 0;
    case "sending":
      return state.fraction / 2;
    case "processing":
      return 0.5 + state.fraction / 2;
    default:
      return 1;
  }
}

export function isEnded({ state }: Item): boolean {
  return state.name === "done" || state.name === "failed";
}

export function jobIdOf({ state }: Item): string | undefined {
  if (state.name === "done") return state.job.jobId;
  if (state.name === "failed") return state.jobId;
  return state.name === "waiting" ? undefined : state.grant?.jobId;
}

/** A word or two of where it stands: `62 %` where bytes or the job's own percent move, and what it waits for otherwise. */
export function describeState(item: Item): string {
  const { state } = item;
  switch (state.name) {
    case "waiting":
    case "done":
    case "failed":
      return state.name;
    case "processing":
      if (!state.isStalled && !state.isBegun) return "in the queue";
      if (!state.isStalled && state.fraction === 0) return "working";
  }
  return state.isStalled ? "waiting" : `${Math.floor(fractionOf(item) * 100)} %`;
}
