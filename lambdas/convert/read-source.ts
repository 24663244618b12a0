import { open } from "node:fs/promises";
import { join } from "node:path";
import { isCutOff, type ReadAt } from "../media/av-completeness.ts";
import { CONTAINERS, type Container, SNIFFED_BYTES, sniffContainers } from "../media/av-container.ts";
import type { MediaFacts } from "../media/av-facts.ts";
import { checkDuration, checkLimits } from "../media/av-limits.ts";
import { measureArguments, SOURCE_FILE } from "../media/ffmpeg-arguments.ts";
import { DarkroomError } from "../support/errors.ts";
import type { Encoder, EncoderRun } from "./encoder.ts";

export interface Source {
  readonly container: Container;
  readonly facts: MediaFacts;
  readonly durationSeconds: number;
}

/**
 * What the downloaded file really is, by its bytes and then by ffprobe, which must agree (security.md U2, F1), and
 * within the limits (F2). Throws DarkroomError.
 */
export async function readSource(ffmpeg: Encoder, run: EncoderRun): Promise<Source> {
  const candidates = await sniffFile(join(run.directory, SOURCE_FILE));
  const facts = await ffmpeg.probe(SOURCE_FILE, run);
  const container = candidates.find((candidate) => candidate.demuxer === facts.demuxer);
  if (container === undefined) throw createUnsupported();

  checkLimits(facts, run.limits);
  const durationSeconds = facts.durationSeconds ?? (await measureDuration(facts, ffmpeg, run));
  return { container, facts, durationSeconds };
}

/** A browser's recording does not say how long it is. */
async function measureDuration(facts: MediaFacts, ffmpeg: Encoder, run: EncoderRun): Promise<number> {
  if (!facts.picture && !facts.sound) return 0;
  const { seconds } = await ffmpeg.run(measureArguments(facts, run.limits), run);
  checkDuration(seconds, run.limits);
  return seconds;
}

/** By the bytes alone, before any other program sees the file. */
async function sniffFile(path: string): Promise<readonly Container[]> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const readAt: ReadAt = async (offset, length) => {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, offset);
      return buffer.subarray(0, bytesRead);
    };
    if (size === 0) throw new DarkroomError("FILE_EMPTY");
    const candidates = sniffContainers(await readAt(0, SNIFFED_BYTES));
    const [first] = candidates;
    if (first === undefined) throw createUnsupported();
    if (await isCutOff(first, size, readAt)) {
      throw new DarkroomError("CORRUPT_MEDIA", "The file is incomplete: its end is missing. Please upload it again.");
    }
    return candidates;
  } finally {
    await file.close();
  }
}

function createUnsupported(): DarkroomError {
  const accepted = Object.values(CONTAINERS).map((container) => container.name);
  return new DarkroomError(
    "UNSUPPORTED_FORMAT",
    `The file is no video or audio file that can be read, whatever its name says. Accepted are ${accepted.join(", ")}.`,
  );
}
