import sharp from "sharp";
import { sourceKey } from "../../../../contracts/media/keys.ts";
import type { Conversion } from "../../../../contracts/media/media.ts";
import type { Job, JobResult } from "../../../../lambdas/media/jobs/job-table.ts";
import { MemoryRenditionStore } from "../../../../lambdas/media/jobs/memory/rendition-store.ts";
import { MemorySourceStore } from "../../../../lambdas/media/jobs/memory/source-store.ts";
import type { RenditionStore } from "../../../../lambdas/media/jobs/object-store.ts";
import { createResize } from "../../../../lambdas/media/resize/resize-image.ts";

export const JOB_ID = "3f2c1b0a-1111-4222-8333-444455556666";

export interface Developing {
  readonly widths?: readonly number[];
  readonly avif?: boolean;
  readonly heic?: boolean;
  readonly convertTo?: Conversion;
  readonly memoryMb?: number;
  readonly maxBytes?: number;
  readonly renditions?: RenditionStore;
  readonly signal?: AbortSignal;
  readonly reportProgress?: (percent: number) => void;
}

export interface Developed {
  readonly result: JobResult;
  /** What is in the bucket, by the last part of its key: `w320.webp`. */
  readonly files: ReadonlyMap<string, Buffer>;
}

/** Puts a picture through the resize function's core, between stores of memory. */
export async function develop(picture: Buffer, options: Developing = {}): Promise<Developed> {
  const renditions = new MemoryRenditionStore();
  const result = await start(picture, { renditions, ...options });
  const files = [...renditions.objects].map(([key, { body }]) => [key.split("/").at(-1) ?? key, body] as const);
  return { result, files: new Map(files) };
}

/** The same where it must fail; what it wrote all the same comes along. */
export async function developInVain(picture: Buffer, options: Developing = {}) {
  const renditions = new MemoryRenditionStore();
  const error: unknown = await start(picture, { renditions, ...options }).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return { error, written: [...renditions.objects.keys()] };
}

export function start(picture: Buffer, options: Developing): Promise<JobResult> {
  const source = new MemorySourceStore();
  const key = sourceKey("image", JOB_ID);
  const work = createResize({
    source,
    renditions: options.renditions ?? new MemoryRenditionStore(),
    limits: { maxBytes: options.maxBytes ?? 25_000_000, memoryMb: options.memoryMb ?? 1769 },
    widths: options.widths ?? [150, 320],
    avif: options.avif ?? false,
    heic: options.heic ?? true,
  });
  return work({
    job: createJob(key, options.convertTo),
    upload: source.upload(key, picture),
    signal: options.signal ?? new AbortController().signal,
    reportProgress: options.reportProgress ?? (() => {}),
  });
}

function createJob(key: string, convertTo: Conversion | undefined): Job {
  const now = new Date("2026-11-21T00:00:00Z");
  return {
    jobId: JOB_ID,
    key,
    kind: "image",
    status: "PROCESSING",
    progress: 0,
    fileName: "picture",
    source: { contentType: "image/jpeg", bytes: 1 },
    ...(convertTo && { convertTo }),
    createdAt: now,
    uploadExpiresAt: now,
    abandonedAt: now,
    forgetAt: now,
    attempt: 1,
    renditions: [],
  };
}

/** A file that must be there. */
export function requireFile(files: ReadonlyMap<string, Buffer>, name: string): Buffer {
  const file = files.get(name);
  if (file === undefined) throw new Error(`There is no ${name} among ${[...files.keys()].join(", ")}.`);
  return file;
}

/** The mean of a picture's parts, as [red, green, blue] of a grid of points. */
export async function sampleColours(picture: Buffer, columns = 2, rows = 2): Promise<number[][]> {
  const { data } = await sharp(picture)
    .flatten({ background: "#ffffff" })
    .toColourspace("srgb")
    .resize(columns, rows, { fit: "fill", kernel: "nearest" })
    .raw()
    .toBuffer({ resolveWithObject: true });
  return Array.from({ length: columns * rows }, (_, point) => [...data.subarray(3 * point, 3 * point + 3)]);
}

/** The largest difference between two pictures of one size, smoothed so that a codec's noise does not count; 0–255. */
export async function compareLook(a: Buffer, b: Buffer): Promise<number> {
  const look = (picture: Buffer) =>
    sharp(picture)
      .flatten({ background: "#ffffff" })
      .toColourspace("srgb")
      .resize(24, 24, { fit: "fill" })
      .raw()
      .toBuffer();
  const [left, right] = await Promise.all([look(a), look(b)]);
  if (left.length !== right.length) throw new Error("The pictures differ in their channels.");
  return left.reduce((most, value, index) => Math.max(most, Math.abs(value - (right[index] ?? 0))), 0);
}
