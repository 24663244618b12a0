import { ascii, findUint, startsWith } from "./signatures.ts";

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** Length before, type, CRC behind. */
const FRAME_BYTES = 12;
const END = [0, 0, 0, 0, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82];

export interface PngChunk {
  readonly type: string;
  /** Of its data. */
  readonly start: number;
  readonly end: number;
}

/** A PNG's chunks that are wholly there, in order; none where it is no PNG. Format: PNG, third edition, §5.3. */
export function* listPngChunks(bytes: Uint8Array): Generator<PngChunk> {
  if (!startsWith(bytes, SIGNATURE)) return;
  let offset = SIGNATURE.length;
  for (;;) {
    const end = offset + FRAME_BYTES + (findUint(bytes, offset, 4) ?? Number.POSITIVE_INFINITY);
    if (end > bytes.length) return;
    yield { type: ascii(bytes, offset + 4, offset + 8), start: offset + 8, end: end - 4 };
    offset = end;
  }
}

/**
 * libpng would show the first picture alone and say nothing. An animation of one frame is a still, unless the frame is
 * another picture than the one that stands for it. `acTL` stands before the pixels, and so does the `fcTL` of a frame
 * that they are.
 */
export function isAnimatedPng(bytes: Uint8Array): boolean {
  let frames = 0;
  let startsWithFrame = false;
  for (const { type, start } of listPngChunks(bytes)) {
    if (type === "acTL") frames = findUint(bytes, start, 4) ?? 0;
    if (type === "fcTL") startsWithFrame = true;
    if (type === "IDAT") return frames > 1 || (frames === 1 && !startsWithFrame);
  }
  return false;
}

/**
 * Whether a PNG reaches its end mark, or lacks nothing but that or a part of it. libpng is content when the pixels are
 * there: it refuses what misses any of them, or the checksum behind them, but knows nothing of a file that is cut behind.
 */
export function isCompletePng(bytes: Uint8Array): boolean {
  let offset = SIGNATURE.length;
  let hasPixels = false;
  for (const { type, end } of listPngChunks(bytes)) {
    if (type === "IEND") return true;
    hasPixels ||= type === "IDAT";
    offset = end + 4;
  }
  return hasPixels && bytes.subarray(offset).every((byte, index) => byte === END[index]);
}
