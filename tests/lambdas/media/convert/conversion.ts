import { randomUUID } from "node:crypto";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sourceKey } from "../../../../contracts/media/keys.ts";
import type { Conversion, MediaKind } from "../../../../contracts/media/media.ts";
import { createConvert } from "../../../../lambdas/media/convert/convert-media.ts";
import type { Encoder } from "../../../../lambdas/media/convert/encoder.ts";
import { createFfmpegEncoder, type FindProgram } from "../../../../lambdas/media/convert/ffmpeg-encoder.ts";
import { createScratch, type Scratch } from "../../../../lambdas/media/convert/scratch.ts";
import { MediaError } from "../../../../lambdas/media/errors.ts";
import type { MediaFacts } from "../../../../lambdas/media/formats/av-facts.ts";
import { type AvLimits, DEFAULT_AV_LIMITS } from "../../../../lambdas/media/formats/av-limits.ts";
import type { Job, JobResult } from "../../../../lambdas/media/jobs/job-table.ts";
import { MemoryRenditionStore } from "../../../../lambdas/media/jobs/memory/rendition-store.ts";
import { MemorySourceStore } from "../../../../lambdas/media/jobs/memory/source-store.ts";
import { ffmpegTools } from "../../../support/ffmpeg.ts";
import { recordLog } from "../../support/fakes.ts";

export interface ConversionOptions {
  readonly kind?: MediaKind;
  readonly convertTo?: Conversion;
  readonly limits?: Partial<AvLimits>;
  readonly encoder?: Encoder;
  readonly scratch?: Scratch;
  readonly signal?: AbortSignal;
  readonly jobId?: string;
  readonly onProgress?: (percent: number) => void;
}

export interface Converted {
  readonly result: JobResult;
  readonly progress: readonly number[];
  readonly warnings: readonly string[];
  /** What stands in the renditions bucket, by `<name>.<extension>`. */
  readonly files: ReadonlyMap<string, Buffer>;
  rendition(name: string): { readonly width?: number; readonly height?: number; readonly contentType: string };
  file(name: string): Buffer;
}

/** The programs that were found for the tests. */
export const findTestProgram: FindProgram = async (name) => ffmpegTools?.[name];
export const testEncoder = createFfmpegEncoder(findTestProgram);

export async function withScratchFolder<T>(use: (root: string) => Promise<T>): Promise<T> {
  const root = await mkdtemp(join(tmpdir(), "darkroom-scratch-"));
  try {
    return await use(root);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

/** Uploads `body` and works on it as the convert function would. The scratch must be empty afterwards, always. */
export async function convert(body: Buffer, options: ConversionOptions = {}): Promise<Converted> {
  return withScratchFolder(async (root) => {
    const converting = convertIn(options.scratch ?? createScratch(root), body, options);
    const [settled] = await Promise.allSettled([converting]);
    const left = await readdir(root);
    if (left.length > 0) throw new Error(`The conversion left ${left.join(", ")} behind.`);
    if (settled.status === "rejected") throw settled.reason;
    return settled.value;
  });
}

async function convertIn(scratch: Scratch, body: Buffer, options: ConversionOptions): Promise<Converted> {
  const kind = options.kind ?? "video";
  const jobId = options.jobId ?? randomUUID();
  const source = new MemorySourceStore();
  const renditions = new MemoryRenditionStore();
  const upload = source.upload(sourceKey(kind, jobId), body);
  const limits = { ...DEFAULT_AV_LIMITS, encodeSeconds: 60, ...options.limits };
  const log = recordLog();
  const work = createConvert({ source, renditions, limits, scratch, log, ffmpeg: options.encoder ?? testEncoder });

  const progress: number[] = [];
  const result = await work({
    job: newJob(jobId, kind, upload.key, options.convertTo),
    upload,
    signal: options.signal ?? new AbortController().signal,
    reportProgress: (percent) => {
      progress.push(percent);
      options.onProgress?.(percent);
    },
  });
  const stored = [...renditions.objects].map(([key, { body }]) => [key.slice(key.lastIndexOf("/") + 1), body] as const);
  const files = new Map(stored);
  return {
    result,
    progress,
    warnings: log.lines.filter(({ level }) => level === "warn").map(({ message }) => message),
    files,
    rendition: (name) =>
      found(
        result.renditions.find((rendition) => rendition.name === name),
        name,
      ),
    file: (name) => found(files.get(name), name),
  };
}

function found<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new Error(`There is no rendition ${name}.`);
  return value;
}

function newJob(jobId: string, kind: MediaKind, key: string, convertTo: Conversion | undefined): Job {
  const now = new Date(0);
  const dates = { createdAt: now, uploadExpiresAt: now, abandonedAt: now, forgetAt: now };
  const source = { contentType: `${kind}/mp4`, bytes: 1 };
  const state = { status: "PROCESSING", progress: 0, attempt: 1, renditions: [] } as const;
  return { jobId, kind, key, convertTo, source, fileName: "clip", ...state, ...dates };
}

/** The error that the conversion ended with; throws when it succeeded. */
export async function findFailure(body: Buffer, options: ConversionOptions = {}): Promise<MediaError> {
  try {
    await convert(body, options);
  } catch (error) {
    if (error instanceof MediaError) return error;
    throw error;
  }
  throw new Error("The conversion succeeded.");
}

/** What ffprobe says of a rendition. */
export async function probe(media: Buffer): Promise<MediaFacts> {
  return withScratchFolder(async (directory) => {
    await writeFile(join(directory, "media"), media);
    return testEncoder.probe("media", { directory, limits: DEFAULT_AV_LIMITS, signal: new AbortController().signal });
  });
}
