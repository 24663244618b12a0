const FIRST_PAUSE_SECONDS = 0.5;
const LONGEST_PAUSE_SECONDS = 15;
const GROWTH = 1.6;

/**
 * How long to wait before asking once more, after so many failures in a row: soon at first, then ever less often, never
 * so seldom that a server which is back goes unnoticed. A quarter of chance, so that a hundred waiting files do not all
 * ask in the same moment.
 */
export function planPauseSeconds(failures: number, chance = Math.random()): number {
  const pause = Math.min(FIRST_PAUSE_SECONDS * GROWTH ** failures, LONGEST_PAUSE_SECONDS);
  return pause * (0.875 + chance / 4);
}

/**
 * Waits, but no longer than until the browser is online again or the person looks at the page again: then a server may
 * be in reach that was not. Rejects with the signal's reason when it aborts.
 */
export function waitPatiently(seconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const stop = new AbortController();
    const end = (finish: () => void) => {
      clearTimeout(timer);
      stop.abort();
      finish();
    };
    const timer = setTimeout(() => end(resolve), seconds * 1000);
    const options = { signal: stop.signal };
    signal.addEventListener("abort", () => end(() => reject(signal.reason)), options);
    globalThis.addEventListener?.("online", () => end(resolve), options);
    globalThis.document?.addEventListener("visibilitychange", () => !document.hidden && end(resolve), options);
  });
}
