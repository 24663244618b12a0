import { type HeifItem, type HeifItems, readHeifItems } from "./heif-items.ts";
import { BoxReader, type IsoBox, listFileBoxes } from "./iso-boxes.ts";

/** What a HEIC photo's header says of the picture that it shows, before anything is decoded. */
export interface HeifPicture {
  /** Upright: after the turns and crops that stand in the file. EXIF's orientation does not count beside them. */
  readonly width: number;
  readonly height: number;
  readonly hasAlpha: boolean;
  /** Pixels that a decoder must decode, tiles and alpha together and before any crop: more than are shown. */
  readonly codedPixels: number;
  /** Stored samples per pixel: 1.5 where colours are halved both ways. */
  readonly samplesPerPixel: number;
  readonly bitsPerSample: number;
  /** An ICC profile, as it stands in the file. */
  readonly profile?: Uint8Array;
  readonly nclx?: Nclx;
}

/** Colour by code points (ITU-T H.273). */
export interface Nclx {
  readonly primaries: number;
  readonly transfer: number;
  readonly matrix: number;
}

/** What is no damage and yet not decoded here. */
export interface ForeignHeif {
  /** Completes "This is …". */
  readonly foreign: string;
}

/**
 * Reads the header of a HEIF file. Throws where it is damaged or where bytes of the picture are missing; what libheif
 * would read, but not as HEVC, is returned by its type.
 */
export function readHeifPicture(file: Uint8Array): HeifPicture | ForeignHeif {
  const boxes = listFileBoxes(file);
  const meta = boxes.find(({ type }) => type === "meta");
  if (meta === undefined) throw new Error("The file has no box meta.");
  const { items, primary } = readHeifItems(file, meta);
  const shown = requireItem(items, primary);
  const coded = listCodedItems(items, primary);
  const alpha = findAlpha(file, items, primary);
  const parts = [...coded, ...(alpha === undefined ? [] : listCodedItems(items, alpha))];
  const foreign = parts.find(({ type }) => type !== "hvc1");
  if (foreign !== undefined)
    return { foreign: FOREIGN_ITEMS[foreign.type] ?? "a HEIF picture that is not coded as HEVC" };
  const size = findUprightSize(file, shown);
  if (size.isCutTooMuch) return { foreign: "a HEIC photo that is cropped by its header alone" };
  const colour = findColour(file, [shown, ...coded]);
  return {
    width: size.width,
    height: size.height,
    hasAlpha: alpha !== undefined,
    codedPixels: Math.max(countPixels(file, shown), sumPixels(file, parts)),
    ...findSampling(file, coded),
    ...colour,
  };
}

const FOREIGN_ITEMS: Readonly<Record<string, string>> = {
  av01: "a HEIF picture in AV1",
  jpeg: "a HEIF picture in JPEG",
  iovl: "a HEIC picture that is put together from others",
};

function requireItem(items: HeifItems["items"], id: number): HeifItem {
  const item = items.get(id);
  if (item === undefined) throw new Error(`There is no item ${id}.`);
  return item;
}

/** A derived picture may be made of others that are derived; files of people go two deep. */
const MAX_DEPTH = 4;
/** Tiles of one picture, each as often as it is shown: a small file could ask for one tile a million times. */
const MAX_CODED_ITEMS = 1000;

/** The coded items that a picture is made of; one of another kind stands for itself. Throws where they go in a circle. */
function listCodedItems(items: HeifItems["items"], id: number, depth = 0): HeifItem[] {
  const item = requireItem(items, id);
  if (item.type !== "grid" && item.type !== "iden") {
    if (!item.extents.some(({ length }) => length > 0)) throw new Error(`Item ${id} has no bytes.`);
    return [item];
  }
  if (depth === MAX_DEPTH) throw new Error("The picture is made of itself.");
  const parts = item.references.filter(({ type }) => type === "dimg").flatMap(({ to }) => to);
  if (parts.length === 0 || parts.length > MAX_CODED_ITEMS) throw new Error(`Item ${id} has ${parts.length} parts.`);
  const coded: HeifItem[] = [];
  for (const part of parts) {
    coded.push(...listCodedItems(items, part, depth + 1));
    if (coded.length > MAX_CODED_ITEMS) throw new Error(`The picture has more than ${MAX_CODED_ITEMS} parts.`);
  }
  return coded;
}

const ALPHA_TYPES = ["urn:mpeg:hevc:2015:auxid:1", "urn:mpeg:mpegB:cicp:systems:auxiliary:alpha"];

/** Transparency is a picture of its own that says of which. Depth maps and HDR gain maps do so too, and are not shown. */
function findAlpha(file: Uint8Array, items: HeifItems["items"], primary: number): number | undefined {
  for (const [id, { references, properties }] of items) {
    const belongs = references.some(({ type, to }) => type === "auxl" && to.includes(primary));
    const auxC = properties.find(({ type }) => type === "auxC");
    if (!belongs || auxC === undefined) continue;
    const reader = new BoxReader(file, auxC);
    reader.versionAndFlags();
    if (ALPHA_TYPES.includes(reader.text())) return id;
  }
  return undefined;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** `ispe`, which every picture must have. */
function readSize(file: Uint8Array, { properties }: HeifItem): Size {
  const ispe = properties.find(({ type }) => type === "ispe");
  if (ispe === undefined) throw new Error("A picture does not say its size.");
  const reader = new BoxReader(file, ispe);
  reader.versionAndFlags();
  const [width, height] = [reader.uint(4), reader.uint(4)];
  if (width === 0 || height === 0) throw new Error("A picture has no pixels.");
  return { width, height };
}

function sumPixels(file: Uint8Array, items: readonly HeifItem[]): number {
  return items.reduce((sum, item) => sum + countPixels(file, item), 0);
}

function countPixels(file: Uint8Array, item: HeifItem): number {
  const { width, height } = readSize(file, item);
  return width * height;
}

/** libheif 1.23 lets no stream be larger than the cropped picture by more than this, as a defence against bombs. */
const MAX_CUT_PIXELS = 64;

/** Crops (`clap`) and quarter turns (`irot`), one after the other; a mirror (`imir`) keeps the size. */
function findUprightSize(file: Uint8Array, item: HeifItem): Size & { readonly isCutTooMuch: boolean } {
  let { width, height } = readSize(file, item);
  let isCutTooMuch = false;
  for (const property of item.properties) {
    const reader = new BoxReader(file, property);
    if (property.type === "irot" && reader.uint(1) % 2 === 1) [width, height] = [height, width];
    if (property.type === "clap") {
      const [cropWidth, cropHeight] = [readFraction(reader), readFraction(reader)];
      if (!(cropWidth >= 1 && cropHeight >= 1)) throw new Error("The picture is cropped to nothing.");
      isCutTooMuch ||= Math.max(width - cropWidth, height - cropHeight) > MAX_CUT_PIXELS;
      width = Math.min(width, Math.round(cropWidth));
      height = Math.min(height, Math.round(cropHeight));
    }
  }
  return { width, height, isCutTooMuch };
}

function readFraction(reader: BoxReader): number {
  const [numerator, denominator] = [reader.int32(), reader.int32()];
  return numerator / denominator;
}

const SAMPLES_PER_PIXEL: readonly number[] = [1, 1.5, 2, 3];

/** From `hvcC` (ISO/IEC 14496-15, 8.3.3.1): chroma format in byte 16, the luma's bits less eight in byte 17. */
function findSampling(file: Uint8Array, coded: readonly HeifItem[]) {
  const boxes = coded.map(({ properties }) => properties.find(({ type }) => type === "hvcC"));
  const readings = boxes.map((box) => {
    if (box === undefined || box.end - box.start < 23) throw new Error("A picture does not say how it is coded.");
    const [chroma = 0, depth = 0] = file.subarray(box.start + 16, box.start + 18);
    return { samplesPerPixel: SAMPLES_PER_PIXEL[chroma & 3] ?? 3, bitsPerSample: 8 + (depth & 7) };
  });
  return {
    samplesPerPixel: Math.max(...readings.map(({ samplesPerPixel }) => samplesPerPixel)),
    bitsPerSample: Math.max(...readings.map(({ bitsPerSample }) => bitsPerSample)),
  };
}

/** What an AVIF or HEIC says of its colours; nothing where its header cannot be read, which its decoder will say. */
export function findHeifColour(file: Uint8Array): Pick<HeifPicture, "profile" | "nclx"> {
  try {
    const meta = listFileBoxes(file).find(({ type }) => type === "meta");
    if (meta === undefined) return {};
    const { items, primary } = readHeifItems(file, meta);
    const tiles = items.get(primary)?.references.find(({ type }) => type === "dimg")?.to ?? [];
    return findColour(
      file,
      [primary, ...tiles].flatMap((id) => items.get(id) ?? []),
    );
  } catch {
    return {};
  }
}

/** The picture's own `colr` boxes, or those of its first tile: an ICC profile, code points, or both. */
function findColour(file: Uint8Array, items: readonly HeifItem[]): Pick<HeifPicture, "profile" | "nclx"> {
  const colours = items.map(({ properties }) => properties.filter(({ type }) => type === "colr"));
  const found = (colours.find((boxes) => boxes.length > 0) ?? []).map((box) => readColour(file, box));
  return Object.assign({}, ...found);
}

function readColour(file: Uint8Array, colr: IsoBox): Pick<HeifPicture, "profile" | "nclx"> {
  const reader = new BoxReader(file, colr);
  const kind = reader.fourCc();
  if (kind === "prof" || kind === "rICC") return { profile: file.subarray(reader.offset, colr.end) };
  if (kind !== "nclx") return {};
  return { nclx: { primaries: reader.uint(2), transfer: reader.uint(2), matrix: reader.uint(2) } };
}
