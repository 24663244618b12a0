import pLimit from "p-limit";
import type { ImagePlan, PlannedSize } from "../formats/image-plan.ts";
import type { WorkRequest } from "../jobs/work.ts";
import { encodeWithin } from "./encode-tighter.ts";
import { type Pixels, shrink } from "./pixels.ts";
import type { RenditionOutbox } from "./rendition-outbox.ts";

/** Lambda gives a whole core at 1769 MB, and more than one only beyond. */
const ONE_CORE_MB = 1769;

interface EncodeOptions extends Pick<WorkRequest, "signal" | "reportProgress"> {
  readonly memoryMb: number;
}

/** Makes and posts every size in every format; returns the pixels of the smallest. */
export async function encodeSizes(
  largest: Pixels,
  plan: ImagePlan,
  outbox: RenditionOutbox,
  { signal, reportProgress, memoryMb }: EncodeOptions,
): Promise<Pixels> {
  const inParallel = memoryMb > ONE_CORE_MB;
  const limit = pLimit(inParallel ? 2 : 1);
  const encoding: Promise<void>[] = [];
  let finished = 0;
  let pixels = largest;
  try {
    for (const size of plan.sizes) {
      signal.throwIfAborted();
      if (size !== plan.sizes[0]) pixels = await shrink(pixels, size);
      const current = pixels;
      const encoded = limit(async () => {
        await encodeFormats(current, size, plan, outbox, signal);
        reportProgress(40 + (55 * ++finished) / plan.sizes.length);
      });
      encoded.catch(() => {});
      encoding.push(encoded);
      if (!inParallel) await encoded;
    }
    await Promise.all(encoding);
  } finally {
    await Promise.allSettled(encoding);
  }
  return pixels;
}

/** One size in every format: what is made only to be smaller is posted only where it is. */
async function encodeFormats(
  pixels: Pixels,
  size: PlannedSize,
  plan: ImagePlan,
  outbox: RenditionOutbox,
  signal: AbortSignal,
): Promise<void> {
  let leastBytes = Number.POSITIVE_INFINITY;
  for (const { format, isRequired } of plan.formats) {
    signal.throwIfAborted();
    const body = await encodeWithin(pixels, format, plan.source);
    if (!isRequired && body.length >= leastBytes) continue;
    leastBytes = Math.min(leastBytes, body.length);
    outbox.put(size, format, body);
  }
}
