import type { JpegFrame, JpegScan } from "./jpeg-segments.ts";
import { findUint } from "./signatures.ts";

/** Huffman tables by class and number: `tables[0]` are DC's, `tables[1]` AC's. */
export type HuffmanTables = readonly [Map<number, HuffmanTable>, Map<number, HuffmanTable>];

/** For each length of a code, 1–16: the first code that is longer than all of it, and where its symbols are. */
interface HuffmanTable {
  readonly limits: readonly number[];
  readonly offsets: readonly number[];
  readonly symbols: Uint8Array;
}

/** Adds the tables of a DHT segment (ITU-T T.81, B.2.4.2, C.2). */
export function readHuffmanTables(bytes: Uint8Array, start: number, end: number, tables: HuffmanTables): void {
  let offset = start;
  while (offset + 17 <= end) {
    const selector = bytes[offset] ?? 0;
    const counts = bytes.subarray(offset + 1, offset + 17);
    const total = counts.reduce((sum, count) => sum + count, 0);
    const limits: number[] = [];
    const offsets: number[] = [];
    let code = 0;
    let index = 0;
    for (const count of counts) {
      offsets.push(index - code);
      code += count;
      index += count;
      limits.push(code);
      code *= 2;
    }
    const symbols = bytes.subarray(offset + 17, offset + 17 + total);
    tables[selector >> 4 ? 1 : 0].set(selector & 15, { limits, offsets, symbols });
    offset += 17 + total;
  }
}

interface CodedScan {
  readonly frame: JpegFrame;
  readonly scan: JpegScan;
  readonly tables: HuffmanTables;
  /** MCUs between restart markers; 0 for none. */
  readonly restartInterval: number;
}

/**
 * Whether `data`, which is all that follows the header of a sequential JPEG's only scan, holds every block of the picture.
 * The codes are walked, no pixel is made: it is the proof that a JPEG without its end mark lacks
 * nothing but that. libjpeg cannot give it: of a sequential JPEG, libvips looks at its warnings before each line it
 * reads, so that those of the last lines are never seen (measured: with an end mark put behind it, a file that is cut off
 * in its last 8 or 16 rows of pixels is accepted).
 */
export function isScanWhole(data: Uint8Array, { frame, scan, tables, restartInterval }: CodedScan): boolean {
  const blocks = listBlocks(frame, scan, tables);
  if (blocks === undefined || blocks.length === 0) return false;
  const reader = new ScanReader(data);
  const units = countUnits(frame);
  for (let unit = 0; unit < units; unit++) {
    if (restartInterval > 0 && unit > 0 && unit % restartInterval === 0) {
      if (!reader.skipRestart((unit / restartInterval - 1) % 8)) return false;
    }
    for (const { dc, ac } of blocks) if (!reader.skipBlock(dc, ac)) return false;
  }
  return true;
}

/** The tables of each block of an MCU, in order. A picture of one component has one, whatever its sampling says. */
function listBlocks({ components }: JpegFrame, scan: JpegScan, [dcTables, acTables]: HuffmanTables) {
  const blocks: { dc: HuffmanTable; ac: HuffmanTable }[] = [];
  for (const component of scan.components) {
    const { across = 0, down = 0 } = components.find(({ id }) => id === component.id) ?? {};
    const [dc, ac] = [dcTables.get(component.dc), acTables.get(component.ac)];
    if (dc === undefined || ac === undefined) return undefined;
    const count = components.length === 1 ? 1 : across * down;
    for (let block = 0; block < count; block++) blocks.push({ dc, ac });
  }
  return blocks;
}

function countUnits({ width, height, components }: JpegFrame): number {
  const isGrey = components.length === 1;
  const across = isGrey ? 1 : Math.max(...components.map((component) => component.across));
  const down = isGrey ? 1 : Math.max(...components.map((component) => component.down));
  return Math.ceil(width / (8 * across)) * Math.ceil(height / (8 * down));
}

/** Reads bits; past the end there are none. */
class ScanReader {
  #offset = 0;
  #bits = 0;
  #count = 0;

  constructor(private readonly data: Uint8Array) {}

  /** One block of 64 coefficients (F.2.2): false where the data end in it or a code is none. */
  skipBlock(dc: HuffmanTable, ac: HuffmanTable): boolean {
    const size = this.#readSymbol(dc);
    if (size < 0 || size > 15 || !this.#skip(size)) return false;
    for (let index = 1; index < 64; index++) {
      const symbol = this.#readSymbol(ac);
      if (symbol < 0) return false;
      const zeros = symbol >> 4;
      const bits = symbol & 15;
      if (bits === 0 && zeros < 15) return true;
      index += zeros;
      if (index > 63 || !this.#skip(bits)) return false;
    }
    return true;
  }

  skipRestart(number: number): boolean {
    this.#count = 0;
    if (findUint(this.data, this.#offset, 2) !== 0xffd0 + number) return false;
    this.#offset += 2;
    return true;
  }

  #readSymbol({ limits, offsets, symbols }: HuffmanTable): number {
    let code = 0;
    for (let length = 0; length < 16; length++) {
      const bit = this.#readBit();
      if (bit < 0) return -1;
      code = 2 * code + bit;
      if (code < (limits[length] ?? 0)) return symbols[code + (offsets[length] ?? 0)] ?? -1;
    }
    return -1;
  }

  #skip(bits: number): boolean {
    for (let bit = 0; bit < bits; bit++) if (this.#readBit() < 0) return false;
    return true;
  }

  /** -1 at the end of the data, and at a marker. 0xFF is written as 0xFF 0x00. */
  #readBit(): number {
    if (this.#count === 0) {
      const byte = this.data[this.#offset];
      if (byte === undefined || (byte === 0xff && this.data[this.#offset + 1] !== 0)) return -1;
      this.#offset += byte === 0xff ? 2 : 1;
      this.#bits = byte;
      this.#count = 8;
    }
    this.#count--;
    return (this.#bits >> this.#count) & 1;
  }
}
