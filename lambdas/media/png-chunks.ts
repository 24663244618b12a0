import { ascii, findUint, startsWith } from "./signatures.ts";

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** Length before, type, CRC behind. */
const FRAME_BYTES = 12;

/** The types of a PNG's chunks that are wholly there, in order; none where it is no PNG. Format: PNG, third edition, §5.3. */
export function* listPngChunks(bytes: Uint8Array): Generator<string> {
  if (!startsWith(bytes, SIGNATURE)) return;
  let offset = SIGNATURE.length;
  for (;;) {
    const end = offset + FRAME_BYTES + (findUint(bytes, offset, 4) ?? Number.POSITIVE_INFINITY);
    if (end > bytes.length) return;
    yield ascii(bytes, offset + 4, offset + 8);
    offset = end;
  }
}

/** libpng would show the first frame alone and say nothing. The `acTL` chunk stands before the pixels. */
export function isAnimatedPng(bytes: Uint8Array): boolean {
  for (const type of listPngChunks(bytes)) {
    if (type === "acTL") return true;
    if (type === "IDAT") return false;
  }
  return false;
}

/** Whether a PNG reaches its end. libpng is content when the pixels are there. */
export function isCompletePng(bytes: Uint8Array): boolean {
  for (const type of listPngChunks(bytes)) if (type === "IEND") return true;
  return false;
}
