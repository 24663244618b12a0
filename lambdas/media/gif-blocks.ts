const EXTENSION = 0x21;
const FRAME = 0x2c;
const TRAILER = 0x3b;
const HAS_PALETTE = 0x80;

/**
 * Whether a GIF reaches its trailer. libnsgif takes one that is cut off for a shorter animation and says nothing, so
 * nobody would notice the frames that are missing (security.md I2). Format: GIF89a, appendix A.
 */
export function isCompleteGif(bytes: Uint8Array): boolean {
  let offset = 13 + paletteBytes(bytes[10]);
  for (;;) {
    const block = bytes[offset];
    if (block === TRAILER) return true;
    if (block === EXTENSION) offset = skipSubBlocks(bytes, offset + 2);
    else if (block === FRAME) offset = skipSubBlocks(bytes, offset + 11 + paletteBytes(bytes[offset + 9]));
    else return false;
  }
}

/** `flags` say whether there is a palette, and how many bits its entries have. */
function paletteBytes(flags = 0): number {
  return flags & HAS_PALETTE ? 3 * 2 ** ((flags & 7) + 1) : 0;
}

/** The offset behind a chain of blocks, each with its length before it, the last of length 0. */
function skipSubBlocks(bytes: Uint8Array, start: number): number {
  let offset = start;
  for (let length = bytes[offset]; length; length = bytes[offset]) offset += 1 + length;
  return offset + 1;
}
