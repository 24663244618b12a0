import { ascii, findUint } from "./signatures.ts";

/** The tags that say how a TIFF's pixels are stored and to be shown (TIFF 6.0; its supplements 1 and 2; ICC.1, annex B.4). */
export const TIFF_TAG = {
  newSubfileType: 254,
  subfileType: 255,
  width: 256,
  height: 257,
  bitsPerSample: 258,
  compression: 259,
  photometric: 262,
  fillOrder: 266,
  stripOffsets: 273,
  orientation: 274,
  samplesPerPixel: 277,
  rowsPerStrip: 278,
  stripByteCounts: 279,
  planarConfiguration: 284,
  t4Options: 292,
  t6Options: 293,
  predictor: 317,
  whitePoint: 318,
  colourMap: 320,
  tileWidth: 322,
  tileHeight: 323,
  tileOffsets: 324,
  tileByteCounts: 325,
  inkSet: 332,
  extraSamples: 338,
  sampleFormat: 339,
  jpegTables: 347,
  yCbCrCoefficients: 529,
  yCbCrSubsampling: 530,
  yCbCrPositioning: 531,
  referenceBlackWhite: 532,
  iccProfile: 34675,
} as const;
const PICTURE_TAGS: ReadonlySet<number> = new Set(Object.values(TIFF_TAG));

/** What a file's own page of tags says, or another one of its pages. */
interface TiffDirectory {
  readonly isBig: boolean;
  readonly littleEndian: boolean;
  /** Of the number of entries. */
  readonly start: number;
  /** Of each entry, in the file's order. */
  readonly entries: readonly { readonly tag: number; readonly start: number }[];
}

/** More than any program writes; a file that claims more is left to libtiff, which refuses it. */
const MAX_ENTRIES = 1000;

/** The first picture's tags; undefined where the file is no TIFF or ends before them. */
export function findTiffDirectory(bytes: Uint8Array): TiffDirectory | undefined {
  const order = ascii(bytes, 0, 4);
  const littleEndian = order.startsWith("II");
  const isBig = order === "II+\0" || order === "MM\0+";
  if (!isBig && order !== "II*\0" && order !== "MM\0*") return undefined;
  const start = readOffset(bytes, isBig ? 8 : 4, { isBig, littleEndian });
  const count = isBig ? readOffset(bytes, start, { isBig, littleEndian }) : findUint(bytes, start, 2, littleEndian);
  if (count === undefined || count > MAX_ENTRIES) return undefined;
  const [first, size] = isBig ? [start + 8, 20] : [start + 2, 12];
  if (first + count * size + (isBig ? 8 : 4) > bytes.length) return undefined;
  const entries = Array.from({ length: count }, (_, index) => {
    const entry = first + index * size;
    return { tag: findUint(bytes, entry, 2, littleEndian) ?? 0, start: entry };
  });
  return { isBig, littleEndian, start, entries };
}

type Layout = Pick<TiffDirectory, "isBig" | "littleEndian">;

/** Four bytes, of a BigTIFF eight; what is beyond any file is Infinity. */
function readOffset(bytes: Uint8Array, at: number, { isBig, littleEndian }: Layout): number {
  const low = findUint(bytes, isBig && !littleEndian ? at + 4 : at, 4, littleEndian);
  const high = isBig ? findUint(bytes, littleEndian ? at + 4 : at, 4, littleEndian) : 0;
  return low === undefined || high !== 0 ? Number.POSITIVE_INFINITY : low;
}

const SHORT = 3;
const LONG = 4;

/** The whole numbers of a tag; none where it is not there, or is of another type. */
export function readTiffNumbers(bytes: Uint8Array, directory: TiffDirectory, tag: number): number[] {
  const entry = directory.entries.find((candidate) => candidate.tag === tag);
  if (entry === undefined) return [];
  const { littleEndian, isBig } = directory;
  const type = findUint(bytes, entry.start + 2, 2, littleEndian);
  if (type !== SHORT && type !== LONG) return [];
  const size = type === SHORT ? 2 : 4;
  const count = Math.min(readOffset(bytes, entry.start + 4, directory), MAX_ENTRIES);
  const value = entry.start + (isBig ? 12 : 8);
  const start = count * size <= (isBig ? 8 : 4) ? value : readOffset(bytes, value, directory);
  return Array.from({ length: count }, (_, index) => findUint(bytes, start + index * size, size, littleEndian) ?? 0);
}

/**
 * A TIFF with no other tags than those of its first picture's pixels, in ascending order. libtiff warns of what it finds
 * odd in the others (zeros inside a description, as scanners write it; a private tag; EXIF of a wrong type; an order that
 * is not kept) as it does of missing strips, and sharp tells only that there was a warning. None of them changes a pixel
 * and none is wanted, so none is read; whatever libtiff warns of then concerns the picture.
 */
export function mendTiff(bytes: Buffer): Buffer {
  const directory = findTiffDirectory(bytes);
  if (directory === undefined) return bytes;
  const { entries, isBig, littleEndian, start } = directory;
  const wanted = entries
    .filter(({ tag }, index) => PICTURE_TAGS.has(tag) && entries.findIndex((other) => other.tag === tag) === index)
    .sort((a, b) => a.tag - b.tag);
  if (wanted.length === entries.length && wanted.every((entry, index) => entry === entries[index])) return bytes;

  const mended = Buffer.from(bytes);
  const size = isBig ? 20 : 12;
  let offset = start + (isBig ? 8 : 2);
  // Of a BigTIFF's eight bytes, the other six are zeros already.
  const count = isBig && !littleEndian ? start + 6 : start;
  if (littleEndian) mended.writeUInt16LE(wanted.length, count);
  else mended.writeUInt16BE(wanted.length, count);
  for (const entry of wanted) offset += bytes.copy(mended, offset, entry.start, entry.start + size);
  // No further picture: only the first is shown.
  mended.fill(0, offset, offset + (isBig ? 8 : 4));
  return mended;
}
