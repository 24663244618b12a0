import type { ReadAt } from "./read-at.ts";

/** Where a WAV's samples stand, and how many bytes of them its header announces. */
export interface WavData {
  readonly at: number;
  /** Absent where the header does not know, or where more follows that is no chunk. */
  readonly announcedBytes?: number;
}

/** Broadcast files have some ten chunks before their samples. */
const MAX_CHUNKS = 200;
/**
 * What encoders write who cannot go back: sox and arecord from 0x7ffff000 on, ffmpeg 0xffffffff. No such file is accepted,
 * so that nothing is lost.
 */
const UNKNOWN_FROM = 0x7fff_0000;
/** Between chunks and behind the last one, encoders leave a few bytes that belong to none. */
const SLACK_BYTES = 4096;
/** The sizes in a ds64 chunk: of the file, and then of the samples. */
const DS64_DATA_AT = 16;

/** Undefined for a RIFF file whose chunks cannot be followed to its samples. */
export async function findWavData(fileBytes: number, readAt: ReadAt): Promise<WavData | undefined> {
  let largeSize: number | undefined;
  let at = 12;
  for (let count = 0; count < MAX_CHUNKS && at + 8 <= fileBytes; count += 1) {
    const head = await readAt(at, 24);
    if (!isChunk(head)) return undefined;
    const name = head.toString("latin1", 0, 4);
    const size = head.readUInt32LE(4);
    if (name === "ds64" && head.length === 24) largeSize = Number(head.readBigUInt64LE(DS64_DATA_AT));
    if (name === "data")
      return await judge(at + 8, size === 0xffff_ffff ? (largeSize ?? size) : size, fileBytes, readAt);
    at += 8 + size + (size % 2);
  }
  return undefined;
}

/** A recorder that was cut off while it wrote leaves a size of 0, or of what it had when it last looked. */
async function judge(at: number, size: number, fileBytes: number, readAt: ReadAt): Promise<WavData> {
  const behind = fileBytes - at - size;
  const isStale = behind > SLACK_BYTES && !isChunk(await readAt(at + size + (size % 2), 24));
  if (isStale || size === 0 || size >= UNKNOWN_FROM) return { at };
  return { at, announcedBytes: size };
}

function isChunk(head: Buffer): boolean {
  return head.length >= 8 && /^[\x20-\x7e]{4}$/.test(head.toString("latin1", 0, 4));
}
