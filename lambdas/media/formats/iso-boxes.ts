import { ascii, findUint } from "./signatures.ts";

/** One box of an ISO base media file (ISO/IEC 14496-12, 4.2): where its content stands in the file. */
export interface IsoBox {
  readonly type: string;
  readonly start: number;
  readonly end: number;
}

/** The boxes that stand at the top of a picture's file. Anything else behind them is a maker's trailer, and no box. */
const TOP_LEVEL = new Set(["ftyp", "meta", "mdat", "idat", "moov", "free", "skip", "uuid", "mpvd", "wide", "styp"]);

/**
 * The file's own boxes. Throws where one of them claims more than there is: the file was cut off. Samsung's cameras hang
 * bytes behind the last box that are none; reading ends there.
 */
export function listFileBoxes(file: Uint8Array): IsoBox[] {
  const boxes: IsoBox[] = [];
  for (let offset = 0; offset < file.length; ) {
    const box = findBox(file, offset, file.length);
    if (box === undefined || !TOP_LEVEL.has(box.type)) break;
    if (box.end > file.length) throw new Error(`The file ends inside its box ${box.type}.`);
    boxes.push(box);
    offset = box.end;
  }
  return boxes;
}

/** The boxes inside another. Throws where one does not fit into it. */
export function listBoxes(file: Uint8Array, start: number, end: number): IsoBox[] {
  const boxes: IsoBox[] = [];
  for (let offset = start; offset < end; ) {
    const box = findBox(file, offset, end);
    if (box === undefined || box.end > end) throw new Error(`There is no whole box at byte ${offset}.`);
    boxes.push(box);
    offset = box.end;
  }
  return boxes;
}

/** Undefined where there is no room for a box's head, or where it says that it is shorter than its head. */
function findBox(file: Uint8Array, offset: number, end: number): IsoBox | undefined {
  const size = findUint(file, offset, 4);
  if (size === undefined || offset + 8 > end) return undefined;
  const type = ascii(file, offset + 4, offset + 8);
  // 0: up to the end; 1: the size stands behind the type, in 64 bits.
  if (size === 0) return { type, start: offset + 8, end };
  if (size !== 1) return size < 8 ? undefined : { type, start: offset + 8, end: offset + size };
  const [high, low] = [findUint(file, offset + 8, 4), findUint(file, offset + 12, 4)];
  if (high === undefined || low === undefined) return undefined;
  const long = high * 2 ** 32 + low;
  return long < 16 ? undefined : { type, start: offset + 16, end: offset + long };
}

/** Reads numbers of a box one after the other; throws at its end, so that no loop runs longer than the box. */
export class BoxReader {
  readonly #file: Uint8Array;
  readonly #box: IsoBox;
  #offset: number;

  constructor(file: Uint8Array, box: IsoBox) {
    this.#file = file;
    this.#box = box;
    this.#offset = box.start;
  }

  get offset(): number {
    return this.#offset;
  }

  /** An unsigned number of 0 to 8 bytes; beyond 2⁵³ it is not exact, and larger than any file. */
  uint(bytes: number): number {
    const end = this.#offset + bytes;
    if (end > this.#box.end) throw new Error(`The box ${this.#box.type} ends too early.`);
    let value = 0;
    for (; this.#offset < end; this.#offset++) value = value * 256 + (this.#file[this.#offset] ?? 0);
    return value;
  }

  int32(): number {
    return this.uint(4) | 0;
  }

  fourCc(): string {
    this.uint(4);
    return ascii(this.#file, this.#offset - 4, this.#offset);
  }

  /** Up to a zero byte, or to the box's end. */
  text(): string {
    const from = this.#offset;
    while (this.#offset < this.#box.end && this.#file[this.#offset] !== 0) this.#offset++;
    return ascii(this.#file, from, this.#offset);
  }

  /** A FullBox's head. */
  versionAndFlags(): { readonly version: number; readonly flags: number } {
    return { version: this.uint(1), flags: this.uint(3) };
  }
}
