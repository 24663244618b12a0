/** TIFF files by their tags, one strip or plane after the other: kinds that sharp does not write. */

export const SHORT = 3;
export const LONG = 4;
export interface TiffTag {
  readonly tag: number;
  readonly type: number;
  readonly values: readonly number[] | Buffer;
}

export interface TiffShape {
  readonly width: number;
  readonly height: number;
  readonly samples: number;
  readonly bits: number;
  readonly photometric: number;
  /** All planes together. */
  readonly data: Buffer;
  readonly compression?: number;
  /** 1 for unsigned numbers, 2 for signed, 3 for floating point. */
  readonly sampleFormat?: number;
  /** Each colour on its own. */
  readonly isPlanar?: boolean;
  /** Besides, and in place of those above. */
  readonly tags?: readonly TiffTag[];
  readonly isSorted?: boolean;
}

const HEADER_BYTES = 8;
const ENTRY_BYTES = 12;

export function tiff(shape: TiffShape): Buffer {
  const tags = listTags(shape);
  const directoryBytes = 2 + ENTRY_BYTES * tags.length + 4;
  const directory = Buffer.alloc(directoryBytes);
  directory.writeUInt16LE(tags.length);
  const outside: Buffer[] = [];
  let end = HEADER_BYTES + directoryBytes;
  const dataAt = end + tags.reduce((sum, tag) => sum + (encode(tag).length > 4 ? encode(tag).length : 0), 0);
  for (const [index, tag] of tags.entries()) {
    const entry = 2 + ENTRY_BYTES * index;
    const value = encode(tag.tag === 273 ? { ...tag, values: [...tag.values].map((offset) => dataAt + offset) } : tag);
    directory.writeUInt16LE(tag.tag, entry);
    directory.writeUInt16LE(tag.type, entry + 2);
    directory.writeUInt32LE(tag.values.length, entry + 4);
    if (value.length <= 4) value.copy(directory, entry + 8);
    else {
      directory.writeUInt32LE(end, entry + 8);
      outside.push(value);
      end += value.length;
    }
  }
  return Buffer.concat([Buffer.from("II*\0\u0008\0\0\0", "latin1"), directory, ...outside, shape.data]);
}

function listTags(shape: TiffShape): TiffTag[] {
  const planes = shape.isPlanar ? shape.samples : 1;
  const planeBytes = shape.data.length / planes;
  const each = (value: number) => Array.from({ length: shape.samples }, () => value);
  const own: TiffTag[] = [
    { tag: 256, type: LONG, values: [shape.width] },
    { tag: 257, type: LONG, values: [shape.height] },
    { tag: 258, type: SHORT, values: each(shape.bits) },
    { tag: 259, type: SHORT, values: [shape.compression ?? 1] },
    { tag: 262, type: SHORT, values: [shape.photometric] },
    { tag: 273, type: LONG, values: Array.from({ length: planes }, (_, plane) => plane * planeBytes) },
    { tag: 277, type: SHORT, values: [shape.samples] },
    { tag: 278, type: LONG, values: [shape.height] },
    { tag: 279, type: LONG, values: Array.from({ length: planes }, () => planeBytes) },
    { tag: 284, type: SHORT, values: [shape.isPlanar ? 2 : 1] },
    { tag: 339, type: SHORT, values: each(shape.sampleFormat ?? 1) },
  ];
  const given = shape.tags ?? [];
  const tags = [...own.filter(({ tag }) => given.every((other) => other.tag !== tag)), ...given];
  return shape.isSorted === false ? tags.reverse() : tags.sort((a, b) => a.tag - b.tag);
}

/** Of an even length, as values outside of the directory are. */
function encode({ type, values }: TiffTag): Buffer {
  if (Buffer.isBuffer(values)) return values.length % 2 === 0 ? values : Buffer.concat([values, Buffer.alloc(1)]);
  const size = type === SHORT ? 2 : 4;
  const encoded = Buffer.alloc(values.length * size);
  for (const [index, value] of values.entries()) encoded.writeUIntLE(value, index * size, size);
  return encoded;
}
