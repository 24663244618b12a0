const EXTENSION = 0x21;
const FRAME = 0x2c;
const TRAILER = 0x3b;
const FRAME_CONTROL = 0xf9;
const HAS_PALETTE = 0x80;

/**
 * A GIF that reaches its trailer by whole blocks alone; undefined for one that is cut off. libnsgif takes that for a
 * shorter animation and says nothing, so nobody would notice the frames that are missing (threats.md I2).
 *
 * Two defects cost no frame, and every browser overlooks them: zeros between blocks, which are taken out, since libnsgif
 * gives up there; and a trailer that alone is missing, which is added. Format: GIF89a, appendix A.
 */
export function mendGif(bytes: Buffer): Buffer | undefined {
  const parts: Buffer[] = [];
  let from = 0;
  let offset = 13 + paletteBytes(bytes[10]);
  let frames = 0;
  let awaitsFrame = false;
  for (;;) {
    const block = bytes[offset];
    if (block === TRAILER) break;
    if (block === 0) {
      parts.push(bytes.subarray(from, offset));
      while (bytes[offset] === 0) offset++;
      from = offset;
    } else if (block === EXTENSION) {
      awaitsFrame ||= bytes[offset + 1] === FRAME_CONTROL;
      offset = skipSubBlocks(bytes, offset + 2);
    } else if (block === FRAME) {
      frames++;
      awaitsFrame = false;
      offset = skipSubBlocks(bytes, offset + 11 + paletteBytes(bytes[offset + 9]));
    } else if (offset === bytes.length && frames > 0 && !awaitsFrame) {
      return Buffer.concat([...parts, bytes.subarray(from), Buffer.from([TRAILER])]);
    } else return undefined;
  }
  return parts.length === 0 ? bytes : Buffer.concat([...parts, bytes.subarray(from)]);
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
