import { stat } from "node:fs/promises";
import { join } from "node:path";

const INTERVAL_MS = 200;

/**
 * Runs `work` under a signal that aborts, with the error that `createError` makes, once one of the files is larger than
 * `maxBytes`. ffmpeg's own `-fs` is not enough: 5.1 heeds it only when every output of the run has reached its limit
 * (measured: a wav of 11 MB with `-fs 1000000` beside an m4a), and a full disk takes other jobs down.
 */
export async function watchSizes<T>(
  { directory, files, maxBytes, createError }: WatchedFiles,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const check = async () => {
    const sizes = await Promise.all(files.map((file) => measure(join(directory, file))));
    if (Math.max(...sizes) > maxBytes) controller.abort(createError());
  };
  const timer = setInterval(() => void check(), INTERVAL_MS);
  try {
    return await work(AbortSignal.any([signal, controller.signal]));
  } finally {
    clearInterval(timer);
  }
}

export interface WatchedFiles {
  readonly directory: string;
  readonly files: readonly string[];
  readonly maxBytes: number;
  readonly createError: () => Error;
}

/** 0 until ffmpeg has opened it. */
async function measure(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch {
    return 0;
  }
}
