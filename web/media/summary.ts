import { formatBytes, formatCount, formatSecondsLeft } from "../shell/words.ts";
import { fractionOf, type Item, isEnded } from "./item.ts";

/** How far the sheet was at a moment in milliseconds; from two of them follows how long the rest will take. */
export interface Mark {
  readonly at: number;
  readonly fraction: number;
  /** How many files it spoke of: a sheet that grew begins a new measurement. */
  readonly count: number;
}

const SHORTEST_MEASUREMENT_MS = 2_000;
const LEAST_PROGRESS = 0.02;

/** Files weigh what they hold, and a little for the asking that each costs. */
const BYTES_PER_FILE = 200_000;

export function markOf(items: readonly Item[], at: number): Mark {
  let [all, gone] = [0, 0];
  for (const item of items) {
    const weight = item.bytes + BYTES_PER_FILE;
    all += weight;
    gone += weight * fractionOf(item);
  }
  return { at, fraction: all === 0 ? 1 : gone / all, count: items.length };
}

/** Undefined while there is too little to tell from. */
export function estimateSecondsLeft(start: Mark, now: Mark): number | undefined {
  const elapsed = now.at - start.at;
  const progress = now.fraction - start.fraction;
  if (elapsed < SHORTEST_MEASUREMENT_MS || progress < LEAST_PROGRESS) return undefined;
  return ((1 - now.fraction) * elapsed) / progress / 1000;
}

export interface Summary {
  readonly text: string;
  readonly failedCount: number;
  /** Failed ones that the same file once more may mend. */
  readonly retryCount: number;
  readonly endedCount: number;
  readonly isUnderWay: boolean;
}

export interface SummaryFacts {
  readonly secondsLeft: number | undefined;
  readonly isPaused: boolean;
}

/** `3 of 12 done · 48 MB · 1 failed · about 20 s left` */
export function summarize(items: readonly Item[], { secondsLeft, isPaused }: SummaryFacts): Summary {
  const done = items.filter(({ state }) => state.name === "done").length;
  const failed = items.filter(({ state }) => state.name === "failed");
  const underWay = items.filter((item) => !isEnded(item));
  const isStalled = underWay.some(({ state }) => "isStalled" in state && state.isStalled);
  const parts = [
    done === items.length ? formatCount(done, "file done", "files done") : `${done} of ${items.length} done`,
    formatBytes(items.reduce((sum, { bytes }) => sum + bytes, 0)),
    failed.length > 0 && `${failed.length} failed`,
    underWay.length > 0 && lastWord(isStalled, isPaused, secondsLeft),
  ];
  return {
    text: parts.filter(Boolean).join(" · "),
    failedCount: failed.length,
    retryCount: failed.filter(({ state }) => state.name === "failed" && state.canRetry).length,
    endedCount: items.length - underWay.length,
    isUnderWay: underWay.length > 0,
  };
}

function lastWord(isStalled: boolean, isPaused: boolean, secondsLeft: number | undefined): string | undefined {
  if (isStalled) return "waiting for the server";
  if (isPaused) return "paused";
  return secondsLeft === undefined ? undefined : `${formatSecondsLeft(secondsLeft)} left`;
}
