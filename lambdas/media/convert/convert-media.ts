import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { rgbaToThumbHash } from "thumbhash";
import type { Log } from "../../support/log.ts";
import { MediaError } from "../errors.ts";
import type { AvLimits } from "../formats/av-limits.ts";
import { checkDuration } from "../formats/av-limits.ts";
import {
  type ConvertPlan,
  type PlannedFile,
  type PlanOptions,
  planConversion,
  type StillsPlan,
} from "../formats/av-plan.ts";
import {
  gifArguments,
  mainArguments,
  PLACEHOLDER_FILE,
  type RunBounds,
  SOURCE_FILE,
  stillArguments,
  stillFile,
} from "../formats/ffmpeg-arguments.ts";
import { choosePoster, chooseThumbnails, splitFrames, THUMBNAIL_COUNT } from "../formats/video-stills.ts";
import type { JobResult, SourceFacts } from "../jobs/job-table.ts";
import type { RenditionStore, SourceStore } from "../jobs/object-store.ts";
import type { Work, WorkRequest } from "../jobs/work.ts";
import { checkOutput, checkStill, createTooLargeOutput, type OutputBounds } from "./check-output.ts";
import type { Encoder, EncoderProgress, EncoderRun } from "./encoder.ts";
import { createIncomplete, readSource, type Source } from "./read-source.ts";
import type { Scratch, ScratchFolder } from "./scratch.ts";
import { type FinishedFile, storeRenditions } from "./store-renditions.ts";
import { watchSizes } from "./watch-sizes.ts";

export interface ConvertDependencies {
  readonly source: SourceStore;
  readonly renditions: RenditionStore;
  readonly ffmpeg: Encoder;
  readonly limits: AvLimits;
  readonly scratch: Scratch;
  readonly log: Pick<Log, "warn">;
}

/** Left free on the disk, for what ffmpeg writes beside its outputs (stills, the index of a film as it is moved forward). */
const RESERVED_BYTES = 16_000_000;
/** Whole percent at which each part of the work ends; the rest is storing. */
const PROGRESS = { downloaded: 5, converted: 90 } as const;
/**
 * Video → mp4, poster, thumbnails; audio → m4a; and what `convertTo` asks for. The source goes to a private folder on
 * the disk first: a phone's mp4 has its index at the end, so ffmpeg must seek, and it never gets a URL (threats.md F1).
 */
export function createConvert(dependencies: ConvertDependencies): Work {
  return async (request) => {
    const folder = await dependencies.scratch.open();
    try {
      return await convert(dependencies, request, folder);
    } finally {
      await folder.remove();
    }
  };
}

async function convert(dependencies: ConvertDependencies, request: WorkRequest, folder: ScratchFolder) {
  const { ffmpeg, limits, log } = dependencies;
  const { signal } = request;
  const reportProgress = neverBack(request.reportProgress);
  const reading: EncoderRun = { directory: folder.directory, limits, signal };
  await download(dependencies, request, folder);
  reportProgress(PROGRESS.downloaded);

  const source = await readSource(ffmpeg, reading, request.job.kind);
  const run = { ...reading, limits: source.reading.limits };
  const files = await makeFiles({ ffmpeg, run, folder, source, log, request: { ...request, reportProgress } });
  reportProgress(PROGRESS.converted);

  signal.throwIfAborted();
  const renditions = await storeRenditions(
    dependencies.renditions,
    request.job.jobId,
    folder.directory,
    files.finished,
  );
  return {
    source: describe(source, request, files.seconds),
    renditions,
    placeholder: files.placeholder,
  } satisfies JobResult;
}

/** A second try begins at the beginning; who waits need not see that. */
function neverBack(reportProgress: WorkRequest["reportProgress"]): WorkRequest["reportProgress"] {
  let furthest = 0;
  return (percent) => {
    furthest = Math.max(furthest, percent);
    reportProgress(furthest);
  };
}

/** Room first (threats.md F3): a disk that fills half way through a download is slower to notice and helps nobody. */
async function download({ source, limits }: ConvertDependencies, request: WorkRequest, folder: ScratchFolder) {
  const maxBytes = request.job.kind === "audio" ? limits.maxAudioBytes : limits.maxVideoBytes;
  const needed = Math.min(request.upload.bytes, maxBytes) + RESERVED_BYTES;
  if ((await folder.freeBytes()) < needed) throw new MediaError("OUT_OF_DISK");
  await source.download(request.upload, join(folder.directory, SOURCE_FILE), maxBytes);
}

interface Making {
  readonly ffmpeg: Encoder;
  readonly run: EncoderRun;
  readonly folder: ScratchFolder;
  readonly request: WorkRequest;
  readonly source: Source;
  readonly log: Pick<Log, "warn">;
}

interface Stills {
  readonly finished: readonly FinishedFile[];
  readonly placeholder?: string;
}

interface Made extends Stills {
  /** The length of what came out. */
  readonly seconds: number;
}

const CANNOT_TONE_MAP =
  "ffmpeg could not tone-map an HDR film, which keeps its colours. Most likely it lacks zscale (libzimg).";

type Allowed = Required<Pick<PlanOptions, "mayCopy" | "mayToneMap">>;

/** Copies and tone-maps what may be; where that does not come out right, another try does without. */
async function makeFiles(making: Making, allowed: Allowed = { mayCopy: true, mayToneMap: true }): Promise<Made> {
  const { jobId, kind, convertTo } = making.request.job;
  const plan = planConversion(making.source.facts, { kind, convertTo, ...allowed });
  try {
    return await carryOut(plan, making);
  } catch (error) {
    if (copiesAnything(plan) && isFaultOfCopy(error)) return await makeFiles(making, { ...allowed, mayCopy: false });
    if (!plan.toneMap || !isFaultOfFilters(error)) throw error;
    making.log.warn(CANNOT_TONE_MAP, { jobId, error });
    return await makeFiles(making, { ...allowed, mayToneMap: false });
  }
}

/**
 * A build without zscale is ENCODER_MISSING before the first frame, and costs a tenth of a second; colours that it cannot
 * convert are ENCODER_FAILED. A film in the wrong colours is worth more to its owner than none.
 */
function isFaultOfFilters(error: unknown): boolean {
  return error instanceof MediaError && ["ENCODER_MISSING", "ENCODER_FAILED"].includes(error.code);
}

function copiesAnything(plan: ConvertPlan): boolean {
  return plan.files.some((file) => file.picture?.treatment === "copy" || file.sound?.treatment === "copy");
}

function isFaultOfCopy(error: unknown): boolean {
  return error instanceof MediaError && ["CORRUPT_MEDIA", "ENCODER_FAILED"].includes(error.code);
}

async function carryOut(plan: ConvertPlan, making: Making): Promise<Made> {
  const { ffmpeg, run } = making;
  const films = [...plan.files, ...(plan.gif ? [plan.gif] : [])];
  const bounds = await boundOutputs(making, films.length);
  await runPlan(plan, films, bounds, making);

  const lengths: number[] = [];
  for (const film of films) {
    const seconds = await checkOutput(film, ffmpeg, run, bounds);
    // The source's header may have said less than there is; `-t` lets a second more through, so that it shows.
    checkDuration(seconds - 0.5, run.limits);
    lengths.push(seconds);
  }
  const seconds = Math.max(...lengths);
  checkWhole(seconds, making.source);
  const stills = plan.stills ? await makeStills(plan, plan.stills, bounds, making) : { finished: [] };
  return { finished: [...films.flatMap(describeFile), ...stills.finished], placeholder: stills.placeholder, seconds };
}

/** An encoder's last frame may be rounded away. */
const ROUNDED_SECONDS = 0.1;

/** FLAC and MP3 count what they hold: ffmpeg plays what there is of a file that was cut, and reports success. */
function checkWhole(seconds: number, { countedSeconds }: Source): void {
  if (countedSeconds !== undefined && seconds < countedSeconds - ROUNDED_SECONDS) throw createIncomplete();
}

/** Each file's share of what the disk has left, and no more than is accepted at all (threats.md F3). */
async function boundOutputs({ folder, run, source }: Making, fileCount: number): Promise<RunBounds & OutputBounds> {
  const share = Math.floor(((await folder.freeBytes()) - RESERVED_BYTES) / fileCount);
  if (share <= 0) throw new MediaError("OUT_OF_DISK");
  return {
    ...source.reading,
    durationSeconds: source.durationSeconds,
    maxFileBytes: Math.min(run.limits.maxOutputBytes, share),
    isLimitedByDisk: share < run.limits.maxOutputBytes,
  };
}

async function runPlan(
  plan: ConvertPlan,
  films: readonly PlannedFile[],
  bounds: RunBounds & OutputBounds,
  { ffmpeg, run, request, source }: Making,
): Promise<void> {
  const runs = plan.gif ? 2 : 1;
  const watched = {
    directory: run.directory,
    files: films.map(({ file }) => file),
    maxBytes: bounds.maxFileBytes,
    createError: () => createTooLargeOutput(bounds),
  };
  await watchSizes(watched, run.signal, async (signal) => {
    await ffmpeg.run(mainArguments(plan, bounds), { ...run, signal }, follow(request, source, 0, runs));
    if (plan.gif) {
      await ffmpeg.run(gifArguments(plan, plan.gif, bounds), { ...run, signal }, follow(request, source, 1, runs));
    }
  });
}

/** ffmpeg's own progress, as a part of the whole job's. */
function follow({ reportProgress }: WorkRequest, { durationSeconds, facts }: Source, run: number, runs: number) {
  const whole = PROGRESS.converted - PROGRESS.downloaded;
  // From version 7 on, ffmpeg's time is that of its slowest output, and the stills' last frame is soon written.
  const framesPerSecond = Math.min(facts.picture?.framesPerSecond || 30, 60);
  return ({ seconds, frames }: EncoderProgress) => {
    const done = Math.max(seconds, frames / framesPerSecond) / (durationSeconds || Number.POSITIVE_INFINITY);
    reportProgress(Math.floor(PROGRESS.downloaded + (whole * (run + Math.min(1, done))) / runs));
  };
}

function describeFile({ file, renditions, preset, picture }: PlannedFile): FinishedFile[] {
  const { extension, contentType } = preset;
  return renditions.map((name) => ({ name, file, extension, contentType, size: picture?.size }));
}

/** Where a film has too few key frames, as x264 gives one that is shorter than 250 frames, all are decoded after all. */
async function makeStills(plan: ConvertPlan, stills: StillsPlan, bounds: RunBounds, making: Making): Promise<Stills> {
  const { ffmpeg, run } = making;
  const frames = await readStills(stills, run.directory);
  if (!stills.keyFramesOnly || frames.length >= THUMBNAIL_COUNT) return await pickStills(stills, frames, run.directory);
  await ffmpeg.run(stillArguments(plan, stills, bounds), run);
  const every = { ...stills, keyFramesOnly: false };
  return await pickStills(every, await readStills(every, run.directory), run.directory);
}

async function readStills(plan: StillsPlan, directory: string): Promise<Buffer[]> {
  return splitFrames(await readFile(join(directory, PLACEHOLDER_FILE)), plan.placeholder);
}

async function pickStills(plan: StillsPlan, frames: readonly Buffer[], directory: string): Promise<Stills> {
  const best = choosePoster(frames);
  const bestFrame = frames[best];
  if (bestFrame === undefined) throw new MediaError("CORRUPT_MEDIA", "No picture of the film can be read.");

  const thumbs = chooseThumbnails(frames.length, plan.keyFramesOnly);
  const jpeg = { extension: "jpg", contentType: "image/jpeg" } as const;
  // image2 counts its files from 1.
  const finished: FinishedFile[] = [
    { name: "poster", file: stillFile("poster", best + 1), size: plan.poster, ...jpeg },
    ...thumbs.map((candidate, index) => {
      return { name: `thumb-${index + 1}`, file: stillFile("thumb", candidate + 1), size: plan.thumb, ...jpeg };
    }),
  ];
  for (const still of finished) await checkStill(join(directory, still.file));
  const hash = rgbaToThumbHash(plan.placeholder.width, plan.placeholder.height, bestFrame);
  return { finished, placeholder: Buffer.from(hash).toString("base64") };
}

/** What the header says is finer; where it differs from what came out by more than this, it is not believed. */
const MAX_DIFFERENCE_SECONDS = 0.5;

function describe(
  { container, facts, durationSeconds }: Source,
  { job, upload }: WorkRequest,
  cameOut: number,
): SourceFacts {
  const isBelieved = Math.abs(durationSeconds - cameOut) <= MAX_DIFFERENCE_SECONDS;
  const picture = job.kind === "audio" ? undefined : facts.picture;
  return {
    contentType: (picture && container.videoType) ?? container.audioType,
    bytes: upload.bytes,
    ...picture?.display,
    durationSeconds: Math.round((isBelieved ? durationSeconds : cameOut) * 1000) / 1000,
  };
}
