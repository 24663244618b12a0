import type { Conversion } from "../../contracts/media/media.ts";
import type { ImageFormat } from "../../lambdas/media/formats/image-formats.ts";
import { planImage } from "../../lambdas/media/formats/image-plan.ts";
import type { Job } from "../../lambdas/media/jobs/job-table.ts";
import { decodeHeic } from "../../lambdas/media/resize/decode-heic.ts";
import { encodeSizes } from "../../lambdas/media/resize/encode-sizes.ts";
import { decode } from "../../lambdas/media/resize/pixels.ts";
import { readHeader } from "../../lambdas/media/resize/read-header.ts";
import { readPicture } from "../../lambdas/media/resize/read-picture.ts";
import { RenditionOutbox } from "../../lambdas/media/resize/rendition-outbox.ts";
import { createResize } from "../../lambdas/media/resize/resize-image.ts";

/** The default of `images.widths`. */
export const WIDTHS = [1024, 640, 320, 150] as const;
/** As the stack gives it to the function. */
const MEMORY_MB = 1769;
const MAX_BYTES = 50_000_000;
const JOB_ID = "00000000-0000-4000-8000-000000000000";

export type Keep = (key: string, body: Buffer) => void;

const idle = { signal: new AbortController().signal, reportProgress: () => {} };

function storeInto(keep: Keep) {
  return {
    put: async (key: string, body: Buffer) => keep(key, body),
    putFile: async () => Promise.reject(new Error("Pictures are never stored from files.")),
  };
}

/** The function's own core, between stores of memory: read, guard, decode, encode, placeholder. */
export async function resize(
  source: Buffer,
  options: { readonly avif: boolean; readonly convertTo?: Conversion | undefined },
  keep: Keep = () => {},
): Promise<void> {
  const work = createResize({
    source: {
      read: async () => source,
      download: async () => {},
      exists: async () => true,
    },
    renditions: storeInto(keep),
    limits: { maxBytes: MAX_BYTES, memoryMb: MEMORY_MB },
    widths: WIDTHS,
    avif: options.avif,
    heic: true,
  });
  await work({
    ...idle,
    job: createJob(options.convertTo),
    upload: { key: `image/${JOB_ID}`, eTag: "", bytes: source.length },
  });
}

/**
 * The same strategy for one format alone, which the function itself never makes: it always adds WebP. Without the
 * placeholder, which no peer makes.
 */
export async function resizeTo(source: Buffer, format: ImageFormat, keep: Keep = () => {}): Promise<void> {
  const header = await readHeader(readPicture(source));
  const plan = { ...planImage(header, { widths: WIDTHS, avif: false }), formats: [{ format, isRequired: true }] };
  const outbox = new RenditionOutbox(storeInto(keep), JOB_ID);
  const { heif } = header;
  const decodable = heif === undefined ? source : await decodeHeic(source, heif, idle.signal);
  const pixels = await decode(decodable, header, plan.sizes[0]);
  await encodeSizes(pixels, plan, outbox, { ...idle, memoryMb: MEMORY_MB });
  await outbox.delivered();
}

function createJob(convertTo: Conversion | undefined): Job {
  const now = new Date(0);
  return {
    jobId: JOB_ID,
    key: `image/${JOB_ID}`,
    kind: "image",
    status: "PROCESSING",
    progress: 0,
    fileName: "picture",
    source: { contentType: "image/jpeg", bytes: 1 },
    createdAt: now,
    uploadExpiresAt: now,
    abandonedAt: now,
    forgetAt: now,
    attempt: 1,
    renditions: [],
    ...(convertTo && { convertTo }),
  };
}
