import { open, stat } from "node:fs/promises";
import { join } from "node:path";
import { MediaError } from "../errors.ts";
import type { PlannedFile } from "../formats/av-plan.ts";
import type { Encoder, EncoderRun } from "./encoder.ts";

/** ffmpeg's `-fs` stops within a packet of its limit; what comes this close was cut. */
const CUT_OFF_AT = 0.98;

const MAGIC = { gif: Buffer.from("GIF89a"), jpg: Buffer.from([0xff, 0xd8, 0xff]) } as const;

export interface OutputBounds {
  readonly maxFileBytes: number;
  /** The file's limit is what the disk has left, and less than what is accepted. */
  readonly isLimitedByDisk: boolean;
}

/**
 * Looks at what ffmpeg wrote before anybody is told that it is there: exit code 0 does not mean that there is a film in
 * the file (threats.md F7). Returns its length in seconds, 0 for a gif. Throws MediaError ENCODER_FAILED,
 * OUTPUT_TOO_LARGE or OUT_OF_DISK.
 */
export async function checkOutput(
  planned: PlannedFile,
  ffmpeg: Encoder,
  run: EncoderRun,
  bounds: OutputBounds,
): Promise<number> {
  const bytes = await measure(join(run.directory, planned.file));
  if (bytes >= bounds.maxFileBytes * CUT_OFF_AT) throw createTooLargeOutput(bounds);
  if (planned.preset.extension === "gif") {
    await checkMagic(join(run.directory, planned.file), "gif");
    return 0;
  }

  const facts = await probeOutput(planned, ffmpeg, run);
  const { width, height } = facts.picture?.display ?? { width: 0, height: 0 };
  const expected = planned.picture?.size;
  if (expected && (width !== expected.width || height !== expected.height)) {
    throw createBroken(planned.file, `its picture is ${width} × ${height}, not ${expected.width} × ${expected.height}`);
  }
  if (planned.sound && !facts.sound) throw createBroken(planned.file, "it has no sound");
  return facts.durationSeconds ?? 0;
}

/** A still is whole when it begins as a JPEG: ffmpeg writes it in one piece. */
export async function checkStill(path: string): Promise<void> {
  await checkMagic(path, "jpg");
}

async function probeOutput(planned: PlannedFile, ffmpeg: Encoder, run: EncoderRun) {
  try {
    return await ffmpeg.probe(planned.file, run);
  } catch (cause) {
    if (cause instanceof MediaError && cause.code === "CORRUPT_MEDIA") {
      throw createBroken(planned.file, "it cannot be read", cause);
    }
    throw cause;
  }
}

async function measure(path: string): Promise<number> {
  try {
    const { size } = await stat(path);
    if (size > 0) return size;
  } catch (cause) {
    throw createBroken(path, "it is not there", cause);
  }
  throw createBroken(path, "it is empty");
}

async function checkMagic(path: string, format: keyof typeof MAGIC): Promise<void> {
  await measure(path);
  const expected = MAGIC[format];
  const file = await open(path);
  try {
    const { buffer } = await file.read(Buffer.alloc(expected.length), 0, expected.length, 0);
    if (!buffer.equals(expected)) throw createBroken(path, `it does not begin as ${format}`);
  } finally {
    await file.close();
  }
}

/** The particulars are for the log; the file's owner cannot act on them. */
function createBroken(file: string, what: string, cause?: unknown): MediaError {
  const error = new Error(`ffmpeg reported success, but of ${file}: ${what}.`, { cause });
  return new MediaError("ENCODER_FAILED", undefined, { cause: error });
}

export function createTooLargeOutput({ maxFileBytes, isLimitedByDisk }: OutputBounds): MediaError {
  if (isLimitedByDisk) return new MediaError("OUT_OF_DISK");
  const megabytes = Math.floor(maxFileBytes / 1_000_000);
  return new MediaError("OUTPUT_TOO_LARGE", `A converted file would be larger than the ${megabytes} MB allowed.`);
}
