import type { ReadAt } from "./read-at.ts";

/** The header of a frame of MPEG audio, as far as it is needed here. */
export interface MpegFrame {
  readonly kind: "mp3" | "aac";
  /** MPEG-1, whose frames are longer than those of 2 and 2.5. */
  readonly isMpeg1: boolean;
  readonly isMono: boolean;
}

/** MP3 and raw AAC have no magic number, only the sync word and the fields of their first frame header. */
export function parseFrame(head: Buffer): MpegFrame | undefined {
  const [first = 0, second = 0, third = 0, fourth = 0] = head;
  if (first !== 0xff || (second & 0xe0) !== 0xe0) return undefined;
  const layer = (second >> 1) & 0b11;
  const isMono = fourth >> 6 === 0b11;
  if ((second & 0xf0) === 0xf0 && layer === 0) {
    const sampleRateIndex = (third >> 2) & 0b1111;
    return sampleRateIndex < 13 ? { kind: "aac", isMpeg1: false, isMono } : undefined;
  }
  const version = (second >> 3) & 0b11;
  const bitRateIndex = third >> 4;
  const sampleRateIndex = (third >> 2) & 0b11;
  const isLayer3 = layer === 0b01 && version !== 0b01 && bitRateIndex !== 0b1111 && sampleRateIndex !== 0b11;
  return isLayer3 ? { kind: "mp3", isMpeg1: version === 0b11, isMono } : undefined;
}

/** Recorders and splitters leave up to some thousand bytes of zeros before the first frame. */
const MAX_ZEROS = 65_536;

/** Where the zeros from `at` on end; undefined where they do not within reason. */
export async function skipZeros(at: number, readAt: ReadAt): Promise<number | undefined> {
  const bytes = await readAt(at, MAX_ZEROS);
  const index = bytes.findIndex((byte) => byte !== 0);
  return index === -1 ? undefined : at + index;
}

/** A file may have a tag of each version. */
const MAX_TAGS = 4;

/** Behind the ID3v2 tags that a file begins with. Their sizes are of seven bits a byte. */
export async function skipTags(readAt: ReadAt): Promise<number> {
  let at = 0;
  for (let count = 0; count < MAX_TAGS; count += 1) {
    const head = await readAt(at, 10);
    if (head.length < 10 || head.toString("latin1", 0, 3) !== "ID3") return at;
    const size = head.subarray(6, 10).reduce((sum, byte) => sum * 128 + (byte & 0x7f), 0);
    const hasFooter = (head.readUInt8(5) & 0x10) !== 0;
    at += 10 + size + (hasFooter ? 10 : 0);
  }
  return at;
}

/** Much more sound than the header counts: files were joined, and ffmpeg does not believe the count either. */
const JOINED_AT = 1.05;

/**
 * Whether an MP3 says in its first frame how many frames there are: LAME's and Xing's header, or Fraunhofer's. Without it
 * the length is guessed from the first frames' bit rate.
 */
export async function countsFrames(fileBytes: number, readAt: ReadAt): Promise<boolean> {
  const start = await skipZeros(await skipTags(readAt), readAt);
  if (start === undefined) return false;
  const bytes = await readAt(start, 64);
  const frame = parseFrame(bytes);
  if (frame?.kind !== "mp3" || bytes.length < 64) return false;
  if (bytes.toString("latin1", 36, 40) === "VBRI") return true;

  const sideInformation = frame.isMpeg1 ? { mono: 17, stereo: 32 } : { mono: 9, stereo: 17 };
  const at = 4 + (frame.isMono ? sideInformation.mono : sideInformation.stereo);
  if (!["Xing", "Info"].includes(bytes.toString("latin1", at, at + 4))) return false;
  const flags = bytes.readUInt32BE(at + 4);
  const countedBytes = flags & 0b10 ? bytes.readUInt32BE(at + 12) : 0;
  const isJoined = countedBytes > 0 && fileBytes - start > countedBytes * JOINED_AT;
  return (flags & 0b01) !== 0 && bytes.readUInt32BE(at + 8) > 0 && !isJoined;
}
