import { SOURCE_FORMATS } from "../formats/image-formats.ts";
import type { ImageHeader } from "../formats/image-header.ts";
import { requireWithinMemory, requireWithinPixelLimits } from "../formats/image-limits.ts";
import { type ImagePlan, planImage } from "../formats/image-plan.ts";
import type { RenditionStore, SourceStore } from "../jobs/object-store.ts";
import type { Work, WorkRequest } from "../jobs/work.ts";
import { decodeHeic } from "./decode-heic.ts";
import { encodeSizes } from "./encode-sizes.ts";
import { convert, decode, encode, type Pixels } from "./pixels.ts";
import { createPlaceholder } from "./placeholder.ts";
import { readHeader } from "./read-header.ts";
import { readPicture } from "./read-picture.ts";
import { RenditionOutbox } from "./rendition-outbox.ts";

export interface ResizeLimits {
  /** Of the source; a larger one is FILE_TOO_LARGE. */
  readonly maxBytes: number;
  /** The function's own, as Lambda enforces it. */
  readonly memoryMb: number;
}

export interface ResizeDependencies {
  readonly source: SourceStore;
  readonly renditions: RenditionStore;
  readonly limits: ResizeLimits;
  /** Pixels. A rendition of each is made, never wider than the source. */
  readonly widths: readonly number[];
  /** Whether AVIF is written too. */
  readonly avif: boolean;
  /** Whether HEIC is read. */
  readonly heic: boolean;
}

/**
 * Makes a picture's renditions: one decode, each size from the one before, every encode from shared pixels. Everything
 * that reads the source has ended before the first write, so that a damaged file leaves nothing behind (threats.md I2).
 *
 * Throws MediaError: FILE_EMPTY, FILE_TOO_LARGE, UNSUPPORTED_FORMAT, UNSUPPORTED_CONVERSION, TOO_MANY_PIXELS,
 * CORRUPT_MEDIA, TIMEOUT.
 */
export function createResize(dependencies: ResizeDependencies): Work {
  return async (request) => {
    const upload = await dependencies.source.read(request.upload, dependencies.limits.maxBytes);
    const picture = readPicture(upload, dependencies);
    const header = await readHeader(picture);
    const plan = planWithinLimits(header, request, dependencies);
    request.reportProgress(10);

    const { heif } = header;
    const source = heif === undefined ? picture.source : await decodeHeic(picture.source, heif, request.signal);
    const pixels = await decode(source, header, plan.sizes[0]);
    const converted = await encodeConversion(source, header, plan, pixels);
    request.reportProgress(40);

    const outbox = new RenditionOutbox(dependencies.renditions, request.job.jobId);
    try {
      if (converted !== undefined && plan.conversion !== undefined) {
        outbox.put(plan.conversion.size, plan.conversion.format, converted);
      }
      const smallest = await encodeSizes(pixels, plan, outbox, { ...request, memoryMb: dependencies.limits.memoryMb });
      const placeholder = await createPlaceholder(smallest);
      return { source: describeSource(header), renditions: await outbox.delivered(), placeholder };
    } finally {
      await outbox.whenStill();
    }
  };
}

function planWithinLimits(
  header: ImageHeader,
  { job, signal }: WorkRequest,
  dependencies: ResizeDependencies,
): ImagePlan {
  requireWithinPixelLimits(header);
  const plan = planImage(header, { ...dependencies, convertTo: job.convertTo });
  requireWithinMemory(header, plan, dependencies.limits.memoryMb);
  signal.throwIfAborted();
  return plan;
}

async function encodeConversion(
  source: Buffer,
  header: ImageHeader,
  plan: ImagePlan,
  pixels: Pixels,
): Promise<Buffer | undefined> {
  if (plan.conversion === undefined) return undefined;
  const { size, format } = plan.conversion;
  const isDecodedWhole = plan.sizes[0].width === size.width;
  return isDecodedWhole ? encode(pixels, format) : convert(source, header, format);
}

function describeSource({ format, bytes, width, height }: ImageHeader) {
  return { contentType: SOURCE_FORMATS[format].contentType, bytes, width, height };
}
