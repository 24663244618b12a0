import { createFfmpegEncoder } from "../../../../lambdas/media/convert/ffmpeg-encoder.ts";
import { DEFAULT_AV_LIMITS } from "../../../../lambdas/media/formats/av-limits.ts";

/** A worker with an encoder that does not end, for a test to kill. */
const [program = "", directory = ""] = process.argv.slice(2);
const signal = new AbortController().signal;
const running = createFfmpegEncoder(async () => program).run([], { directory, limits: DEFAULT_AV_LIMITS, signal });
setImmediate(() => process.send?.("started"));
await running;
