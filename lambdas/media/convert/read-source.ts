import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import type { MediaKind } from "../../../contracts/media/media.ts";
import { describeRefusal } from "../../../contracts/media/refused-formats.ts";
import { MediaError } from "../errors.ts";
import { isCutOff } from "../formats/av-completeness.ts";
import { CONTAINERS, type Container, SNIFFED_BYTES, sniffContainers, sniffSound } from "../formats/av-container.ts";
import type { MediaFacts } from "../formats/av-facts.ts";
import { readLength } from "../formats/av-length.ts";
import { checkDuration, checkLimits, limitDuration } from "../formats/av-limits.ts";
import { findForeignRecording } from "../formats/av-refusals.ts";
import { measureArguments, type Reading, SOURCE_FILE } from "../formats/ffmpeg-arguments.ts";
import { skipZeros } from "../formats/mpeg-frames.ts";
import type { ReadAt } from "../formats/read-at.ts";
import type { Encoder, EncoderRun } from "./encoder.ts";

export interface Source {
  readonly container: Container;
  readonly facts: MediaFacts;
  readonly durationSeconds: number;
  /** By the header's own count of frames or samples; what comes out shorter lacks its end. */
  readonly countedSeconds?: number;
  readonly reading: Reading;
}

/**
 * What the downloaded file really is, by its bytes and then by ffprobe, which must agree (threats.md U2, F1), and
 * within the limits (F2). Throws MediaError.
 */
export async function readSource(ffmpeg: Encoder, run: EncoderRun, kind: MediaKind): Promise<Source> {
  const file = await open(join(run.directory, SOURCE_FILE));
  try {
    const { size } = await file.stat();
    const readAt = readFrom(file);
    const candidates = await sniffFile(size, readAt);
    const facts = await ffmpeg.probe(SOURCE_FILE, run);
    const container = candidates.find((candidate) => candidate.demuxer === facts.demuxer);
    if (container === undefined) throw createUnsupported();
    checkLimits(facts, run.limits);

    const length = await readLength(container, size, readAt);
    const limits = limitDuration(facts, kind, run.limits);
    const reading = { limits, sizeIsUnknown: length.sizeIsUnknown };
    const told = length.source === "guessed" ? undefined : facts.durationSeconds;
    const source = { container, facts, reading, countedSeconds: countSeconds(length.source, container, facts) };
    if (told !== undefined && told <= limits.maxDurationSeconds) return { ...source, durationSeconds: told };

    const durationSeconds = await measureDuration(facts, ffmpeg, run, reading);
    return {
      ...source,
      durationSeconds,
      facts: { ...facts, bitsPerSecond: measureRate(facts, size, durationSeconds) },
    };
  } finally {
    await file.close();
  }
}

function readFrom(file: FileHandle): ReadAt {
  return async (offset, length) => {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, offset);
    return buffer.subarray(0, bytesRead);
  };
}

/** Before anything is refused for its length: a header may also claim more than there is. Reads all, decodes nothing. */
async function measureDuration(facts: MediaFacts, ffmpeg: Encoder, run: EncoderRun, reading: Reading): Promise<number> {
  if (!facts.picture && !facts.sound) return 0;
  const { seconds } = await ffmpeg.run(measureArguments(facts, reading), run);
  checkDuration(seconds, reading.limits);
  return seconds;
}

/** ffprobe divided by the length that it guessed. Where it gave none, the file may be live, and is not copied. */
function measureRate(facts: MediaFacts, bytes: number, seconds: number): number | undefined {
  return facts.bitsPerSecond === undefined || seconds <= 0 ? undefined : (bytes * 8) / seconds;
}

/** An MP3's encoder counts its own delay and padding too, up to three frames, which a decoder takes away. */
const MP3_PADDING_SAMPLES = 3500;

function countSeconds(source: string, container: Container, { durationSeconds, sound }: MediaFacts) {
  if (source !== "counted" || durationSeconds === undefined || !sound) return undefined;
  const padding = container === CONTAINERS.mp3 ? MP3_PADDING_SAMPLES : 0;
  return Math.max(0, durationSeconds - padding / sound.sampleRate);
}

/** By the bytes alone, before any other program sees the file. */
async function sniffFile(size: number, readAt: ReadAt): Promise<readonly Container[]> {
  if (size === 0) throw new MediaError("FILE_EMPTY");
  const head = await readAt(0, SNIFFED_BYTES);
  const foreign = findForeignRecording(head);
  if (foreign) throw new MediaError("UNSUPPORTED_FORMAT", describeRefusal(foreign));
  const candidates = await sniffHead(head, readAt);
  const [first] = candidates;
  if (first === undefined) throw createUnsupported();
  if (await isCutOff(first, size, readAt)) throw createIncomplete();
  return candidates;
}

async function sniffHead(head: Buffer, readAt: ReadAt): Promise<readonly Container[]> {
  const candidates = sniffContainers(head);
  if (candidates.length > 0 || head[0] !== 0) return candidates;
  const start = await skipZeros(0, readAt);
  return start === undefined ? [] : sniffSound(await readAt(start, SNIFFED_BYTES));
}

export function createIncomplete(): MediaError {
  return new MediaError("CORRUPT_MEDIA", "The file is incomplete: its end is missing. Please upload it again.");
}

function createUnsupported(): MediaError {
  const accepted = Object.values(CONTAINERS).map((container) => container.name);
  return new MediaError(
    "UNSUPPORTED_FORMAT",
    `The file is no video or audio file that can be read, whatever its name says. Accepted are ${accepted.join(", ")}.`,
  );
}
