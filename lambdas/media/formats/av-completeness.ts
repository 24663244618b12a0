import { CONTAINERS, type Container } from "./av-container.ts";
import type { ReadAt } from "./read-at.ts";
import { findWavData } from "./wav-data.ts";

/** A film in fragments has two boxes for each few seconds; enough for a day of them. */
const MAX_BOXES = 50_000;
/** Encoders count the padding at the end of a RIFF file differently. */
const RIFF_SLACK_BYTES = 64;

/**
 * Whether a container announces more bytes than the file has: an upload of a file that was itself cut off. ffmpeg plays
 * what there is and reports success, and the film stops in mid-sentence. Recordings that announce nothing are taken as
 * they are: Ogg, AAC, a WebM or Matroska of unknown size, an MP4 in fragments, each of which is a film for itself. What
 * FLAC and MP3 announce is samples, not bytes: `readLength`.
 */
export async function isCutOff(container: Container, fileBytes: number, readAt: ReadAt): Promise<boolean> {
  if (container.demuxer === CONTAINERS.mp4.demuxer) {
    const { end, isFragmented } = await followBoxes(fileBytes, readAt);
    return end > fileBytes && !isFragmented;
  }
  if (container.demuxer === CONTAINERS.matroska.demuxer) return findEndOfSegment(await readAt(0, 4096)) > fileBytes;
  if (container === CONTAINERS.wav) return (await findEndOfWav(fileBytes, readAt)) > fileBytes + RIFF_SLACK_BYTES;
  if (container === CONTAINERS.avi) return findEndOfRiff(await readAt(0, 8)) > fileBytes + RIFF_SLACK_BYTES;
  return false;
}

/** Whether an MP4 is a header and then fragments, as browsers, cameras and streaming services write it. */
export async function hasFragments(fileBytes: number, readAt: ReadAt): Promise<boolean> {
  return (await followBoxes(fileBytes, readAt)).isFragmented;
}

/** MP4 and QuickTime are a list of boxes: a size, which counts itself, and a type. `end` is where the last one would. */
async function followBoxes(fileBytes: number, readAt: ReadAt): Promise<{ end: number; isFragmented: boolean }> {
  let end = 0;
  let isFragmented = false;
  for (let count = 0; count < MAX_BOXES && end + 8 <= fileBytes; count += 1) {
    const head = await readAt(end, 16);
    const size = readBoxSize(head);
    // 0 is "up to the end"; what is no box is padding that some cameras append.
    if (size === undefined || size === 0) break;
    end += size;
    isFragmented ||= head.toString("latin1", 4, 8) === "moof" && end <= fileBytes;
  }
  return { end, isFragmented };
}

function readBoxSize(head: Buffer): number | undefined {
  if (!/^[\w ©-]{4}$/.test(head.toString("latin1", 4, 8))) return undefined;
  const size = head.readUInt32BE(0);
  if (size === 1) return head.length < 16 ? undefined : Number(head.readBigUInt64BE(8));
  return size === 0 || size >= 8 ? size : undefined;
}

/** Matroska is a header and one segment; a recorder that was streaming leaves the segment's size unknown. */
function findEndOfSegment(head: Buffer): number {
  const header = readElement(head, 0);
  const segment = header && readElement(head, header.bodyAt + (header.bytes ?? 0));
  return segment?.bytes === undefined ? 0 : segment.bodyAt + segment.bytes;
}

/** An element: its id, its size (`bytes`, absent when unknown), both of variable length, and its body. */
function readElement(buffer: Buffer, at: number): { bodyAt: number; bytes?: number } | undefined {
  const idLength = vintLength(buffer[at]);
  const sizeAt = at + idLength;
  const sizeLength = vintLength(buffer[sizeAt]);
  if (idLength > 4 || sizeLength > 8 || sizeAt + sizeLength > buffer.length) return undefined;
  const bits = 7n * BigInt(sizeLength);
  const raw = BigInt(`0x${buffer.toString("hex", sizeAt, sizeAt + sizeLength)}`) & ((1n << bits) - 1n);
  const isUnknown = raw === (1n << bits) - 1n;
  return { bodyAt: sizeAt + sizeLength, bytes: isUnknown ? undefined : Number(raw) };
}

/** The number of leading zero bits, plus one; 9 for what is none. */
function vintLength(first: number | undefined): number {
  return first === undefined ? 9 : Math.clz32(first) - 24 + 1;
}

/** By the size of its samples: what the header says of the whole file, encoders count in several ways. */
async function findEndOfWav(fileBytes: number, readAt: ReadAt): Promise<number> {
  const data = await findWavData(fileBytes, readAt);
  return data ? data.at + (data.announcedBytes ?? 0) : findEndOfRiff(await readAt(0, 8));
}

/** A streaming encoder writes 0 or the largest number for "unknown". */
function findEndOfRiff(head: Buffer): number {
  const size = head.length < 8 ? 0 : head.readUInt32LE(4);
  return size >= 0xfffffff0 ? 0 : size + 8;
}
