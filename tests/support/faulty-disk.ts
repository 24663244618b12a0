/**
 * node:fs with a disk that can be full, for tests that mock it: `vi.mock("node:fs", () => import("…/faulty-disk.ts"))`.
 * Everything is real but for writes that a test makes fail.
 */
import * as real from "node:fs";

export * from "node:fs";

/** The write that fails, counted from now; it takes half of what it was given, as a disk that runs full does. */
let failsAt = Number.POSITIVE_INFINITY;
let isFull = false;
let writes = 0;

/** From the n-th write on (1: the next) there is no space. */
export function fillDiskAt(n: number): void {
  [writes, failsAt, isFull] = [0, n, false];
}

export function freeDisk(): void {
  [failsAt, isFull] = [Number.POSITIVE_INFINITY, false];
}

/** Whether the full disk was met. */
export function wasDiskMet(): boolean {
  return isFull;
}

function full(): Error {
  return Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC", errno: -28 });
}

/** One step that needs space; throws from the n-th on. */
function takeSpace(): void {
  writes += 1;
  if (writes >= failsAt) isFull = true;
  if (isFull) throw full();
}

export const writeSync = ((descriptor: number, data: Buffer, offset: number, length: number, position: number) => {
  try {
    takeSpace();
  } catch (error) {
    const half = Math.floor(length / 2);
    if (half > 0 && writes === failsAt) return real.writeSync(descriptor, data, offset, half, position);
    throw error;
  }
  return real.writeSync(descriptor, data, offset, length, position);
}) as typeof real.writeSync;

export const openSync = ((path: real.PathLike, flags: string, mode?: number) => {
  if (flags !== "r" && flags !== "r+") takeSpace();
  return real.openSync(path, flags, mode);
}) as typeof real.openSync;

export const fsyncSync = ((descriptor: number) => {
  takeSpace();
  real.fsyncSync(descriptor);
}) as typeof real.fsyncSync;

export const renameSync = ((from: real.PathLike, to: real.PathLike) => {
  takeSpace();
  real.renameSync(from, to);
}) as typeof real.renameSync;
