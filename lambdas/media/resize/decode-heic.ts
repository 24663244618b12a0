import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
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

let libheif: WebAssembly.Module | undefined;

/**
 * Decodes a HEIC photo into an uncompressed TIFF in memory, which goes on as any other source does: upright, 8 bits, with
 * the file's colour profile. libheif is loaded at the first HEIC, so nobody else's cold start pays for it. Throws
 * CORRUPT_MEDIA and TIMEOUT.
 */
export async function decodeHeic(source: Uint8Array, picture: HeifPicture, signal: AbortSignal): Promise<Buffer> {
  const { width, height, hasAlpha, profile } = picture;
  signal.throwIfAborted();
  const workerData = {
    code: compileLibheif(),
    source,
    head: createTiffHead({ width, height, channels: hasAlpha ? 4 : 3, profile: isRgb(profile) ? profile : undefined }),
    width,
    height,
    hasAlpha,
    maxPixels: picture.codedPixels,
    maxHeapBytes: predictHeicHeapBytes(picture, source.length),
  };
  const worker = new Worker(new URL("./heic-worker.mjs", import.meta.url), { workerData, execArgv: [] });
  const result = await waitFor(worker, signal).catch((cause: unknown) => {
    signal.throwIfAborted();
    return reportDamage(cause);
  });
  return Buffer.from(result.buffer, result.byteOffset, result.byteLength);
}

/**
 * Once, although each picture has a thread of its own: threads that share the code share what V8 has optimised of it, a
 * tenth (Node 22) to a quarter (Node 20) of a 12 megapixel photo's CPU. A stream writes to its thread's memory, never to code.
 */
function compileLibheif(): WebAssembly.Module {
  const path = createRequire(import.meta.url).resolve("libheif-js/libheif-wasm/libheif.wasm");
  libheif ??= new WebAssembly.Module(readFileSync(path));
  return libheif;
}

async function waitFor(worker: Worker, signal: AbortSignal): Promise<Uint8Array> {
  const deadline = AbortSignal.timeout(DECODE_SECONDS * 1000);
  // A listener holds the promise, and that the pixels: they would stay until the deadline, picture upon picture.
  const over = new AbortController();
  const once = { once: true, signal: over.signal };
  try {
    return await new Promise((resolve, reject) => {
      worker.once("message", resolve);
      worker.once("error", reject);
      worker.once("exit", (code) => reject(new Error(`The decoder ended with ${code}.`)));
      deadline.addEventListener("abort", () => reject(new Error(`timeout: ${DECODE_SECONDS} s`)), once);
      signal.addEventListener("abort", () => reject(signal.reason), once);
    });
  } finally {
    over.abort();
    await worker.terminate();
  }
}

/** A grey picture's profile does not fit pixels that are decoded to RGB; ICC.1:2022, 7.2. */
function isRgb(profile: Uint8Array | undefined): boolean {
  return profile !== undefined && Buffer.from(profile.subarray(16, 20)).toString("latin1") === "RGB ";
}
