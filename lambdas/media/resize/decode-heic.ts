import { Worker } from "node:worker_threads";
import type { HeifPicture } from "../formats/heif-picture.ts";
import { predictHeicHeapBytes } from "../formats/image-memory.ts";
import { createTiffHead } from "../formats/raw-tiff.ts";
import { reportDamage } from "./picture-damage.ts";

/**
 * Twice what 108 megapixels take: 0.08 s of CPU each, and Lambda's core is 2.5 times slower (performance.md). The job's own
 * signal comes earlier where the function has less time.
 */
const DECODE_SECONDS = 45;

/**
 * Decodes a HEIC photo into an uncompressed TIFF in memory, which goes on as any other source does: upright, 8 bits, with
 * the file's colour profile. libheif is loaded by its thread, so nobody else's cold start pays for it. Throws
 * CORRUPT_MEDIA and TIMEOUT.
 */
export async function decodeHeic(source: Uint8Array, picture: HeifPicture, signal: AbortSignal): Promise<Buffer> {
  const { width, height, hasAlpha, profile } = picture;
  signal.throwIfAborted();
  const workerData = {
    source,
    head: createTiffHead({ width, height, channels: hasAlpha ? 4 : 3, profile: isRgb(profile) ? profile : undefined }),
    width,
    height,
    hasAlpha,
    maxPixels: picture.codedPixels,
    maxHeapBytes: predictHeicHeapBytes(picture, source.length),
  };
  const worker = new Worker(new URL("./heic-worker.mjs", import.meta.url), { workerData });
  const result = await waitFor(worker, signal).catch((cause: unknown) => {
    signal.throwIfAborted();
    return reportDamage(cause);
  });
  return Buffer.from(result.buffer, result.byteOffset, result.byteLength);
}

async function waitFor(worker: Worker, signal: AbortSignal): Promise<Uint8Array> {
  const deadline = AbortSignal.timeout(DECODE_SECONDS * 1000);
  try {
    return await new Promise((resolve, reject) => {
      worker.once("message", resolve);
      worker.once("error", reject);
      worker.once("exit", (code) => reject(new Error(`The decoder ended with ${code}.`)));
      deadline.addEventListener("abort", () => reject(new Error(`timeout: ${DECODE_SECONDS} s`)), { once: true });
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    });
  } finally {
    await worker.terminate();
  }
}

/** A grey picture's profile does not fit pixels that are decoded to RGB; ICC.1:2022, 7.2. */
function isRgb(profile: Uint8Array | undefined): boolean {
  return profile !== undefined && Buffer.from(profile.subarray(16, 20)).toString("latin1") === "RGB ";
}
