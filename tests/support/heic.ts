import type { Sharp } from "sharp";
import { encodeHevc, type HevcOptions, type HevcPictures, uint16, uint32 } from "./hevc.ts";

/** HEIC files, box by box (ISO/IEC 23008-12): what cameras write, and what attackers do. */

export interface HeicItem {
  readonly id: number;
  /** `hvc1`, `grid`, `iden`, `Exif`, `av01` … */
  readonly type: string;
  readonly data?: Buffer;
  readonly properties?: readonly Buffer[];
  readonly references?: readonly { readonly type: string; readonly to: readonly number[] }[];
  /** Not shown by itself, as a tile. */
  readonly isHidden?: boolean;
  /** In `idat` instead of `mdat`, as a grid's description. */
  readonly isInline?: boolean;
}

export interface HeicFile {
  /** Major first. @default heic, mif1, heic */
  readonly brands?: readonly string[];
  readonly primary?: number;
  readonly items: readonly HeicItem[];
  /** Behind the last box. */
  readonly trailer?: Buffer;
}

export function box(type: string, ...content: readonly Buffer[]): Buffer {
  const length = 8 + content.reduce((sum, part) => sum + part.length, 0);
  return Buffer.concat([uint32(length), Buffer.from(type, "latin1"), ...content]);
}

export function fullBox(type: string, version: number, flags: number, ...content: readonly Buffer[]): Buffer {
  return box(type, uint32(version * 2 ** 24 + flags), ...content);
}

export const ispe = (width: number, height: number) => fullBox("ispe", 0, 0, uint32(width, height));
/** Quarter turns against the clock. */
export const irot = (turns: number) => box("irot", Buffer.from([turns]));
/** 0: top and bottom change places; 1: left and right do. */
export const imir = (axis: number) => box("imir", Buffer.from([axis]));
export const iccColour = (profile: Buffer) => box("colr", Buffer.from("prof"), profile);
export const nclxColour = (primaries: number, transfer: number, matrix: number, isFullRange = true) =>
  box("colr", Buffer.from("nclx"), uint16(primaries, transfer, matrix), Buffer.from([isFullRange ? 0x80 : 0]));
/** Cut to the middle. */
export const clap = (width: number, height: number) => box("clap", uint32(width, 1, height, 1, 0, 1, 0, 1));
export const auxC = (urn: string) => fullBox("auxC", 0, 0, Buffer.from(`${urn}\0`));
export const ALPHA = auxC("urn:mpeg:mpegB:cicp:systems:auxiliary:alpha");
export const hvcC = ({ configuration }: HevcPictures) => box("hvcC", configuration);

export function createHeic({ brands = ["heic", "mif1", "heic"], primary = 1, items, trailer }: HeicFile): Buffer {
  const [major = "heic", ...compatible] = brands;
  const ftyp = box("ftyp", Buffer.from(major), uint32(0), ...compatible.map((brand) => Buffer.from(brand)));
  // The same length wherever the data stand.
  const metaBytes = createMeta(items, primary, 0).length;
  const meta = createMeta(items, primary, ftyp.length + metaBytes + 8);
  const data = items.filter(({ isInline }) => !isInline).map((item) => item.data ?? Buffer.alloc(0));
  return Buffer.concat([ftyp, meta, box("mdat", ...data), trailer ?? Buffer.alloc(0)]);
}

function createMeta(items: readonly HeicItem[], primary: number, dataFrom: number): Buffer {
  const pool = [...new Set(items.flatMap(({ properties = [] }) => properties))];
  const infes = items.map(({ id, type, isHidden }) =>
    fullBox("infe", 2, isHidden ? 1 : 0, uint16(id, 0), Buffer.from(`${type}\0`)),
  );
  const associations = items.map(({ id, properties = [] }) =>
    Buffer.concat([
      uint16(id),
      Buffer.from([properties.length]),
      uint16(...properties.map((one) => pool.indexOf(one) + 1)),
    ]),
  );
  const references = items.flatMap(({ id, references = [] }) =>
    references.map(({ type, to }) => box(type, uint16(id, to.length, ...to))),
  );
  return fullBox(
    "meta",
    0,
    0,
    fullBox("hdlr", 0, 0, uint32(0), Buffer.from("pict"), uint32(0, 0, 0), Buffer.from([0])),
    fullBox("pitm", 0, 0, uint16(primary)),
    createLocations(items, dataFrom),
    fullBox("iinf", 0, 0, uint16(items.length), ...infes),
    ...(references.length > 0 ? [fullBox("iref", 0, 0, ...references)] : []),
    box("iprp", box("ipco", ...pool), fullBox("ipma", 0, 1, uint32(items.length), ...associations)),
    box("idat", ...items.filter(({ isInline }) => isInline).map((item) => item.data ?? Buffer.alloc(0))),
  );
}

function createLocations(items: readonly HeicItem[], dataFrom: number): Buffer {
  let [inFile, inline] = [dataFrom, 0];
  const entries = items.map(({ id, data = Buffer.alloc(0), isInline }) => {
    const offset = isInline ? inline : inFile;
    if (isInline) inline += data.length;
    else inFile += data.length;
    return Buffer.concat([uint16(id, isInline ? 1 : 0, 0, 1), uint32(offset, data.length)]);
  });
  return fullBox("iloc", 1, 0, Buffer.from([0x44, 0]), uint16(items.length), ...entries);
}

export interface PhotoOptions extends Partial<Omit<HevcOptions, "width" | "height">> {
  readonly properties?: readonly Buffer[];
  readonly brands?: readonly string[];
  readonly trailer?: Buffer;
}

/** A photo of one coded picture. */
export async function createHeicPhoto(picture: Sharp, options: PhotoOptions = {}): Promise<Buffer> {
  const isDeep = options.pixelFormat === "yuv420p10le";
  const pixels = isDeep ? picture.toColourspace("rgb16").raw({ depth: "ushort" }) : picture.raw();
  const { data, info } = await pixels.toBuffer({ resolveWithObject: true });
  const coded = encodeHevc(data, { ...options, width: info.width, height: info.height });
  const properties = [hvcC(coded), ispe(info.width, info.height), ...(options.properties ?? [])];
  return createHeic({ ...options, items: [{ id: 1, type: "hvc1", data: first(coded), properties }] });
}

export function first({ samples: [sample] }: HevcPictures): Buffer {
  if (sample === undefined) throw new Error("ffmpeg encoded no picture.");
  return sample;
}

/** The side of a phone's tiles. */
const TILE = 512;

/** A photo as an iPhone writes it: tiles, and a grid that shows them, cut to the picture's size. */
export async function createHeicGrid(picture: Sharp, options: PhotoOptions = {}): Promise<Buffer> {
  const { info } = await picture.clone().raw().toBuffer({ resolveWithObject: true });
  const { width, height } = info;
  const [columns, rows] = [Math.ceil(width / TILE), Math.ceil(height / TILE)];
  const padded = await picture
    .clone()
    .extend({ right: columns * TILE - width, bottom: rows * TILE - height, extendWith: "copy" })
    .raw()
    .toBuffer();
  const coded = encodeHevc(cutTiles(padded, columns, rows), { ...options, width: TILE, height: TILE });
  const [configuration, size] = [hvcC(coded), ispe(TILE, TILE)];
  const tiles = coded.samples.map(
    (data, index): HeicItem => ({
      id: index + 1,
      type: "hvc1",
      data,
      properties: [configuration, size],
      isHidden: true,
    }),
  );
  const id = tiles.length + 1;
  const grid: HeicItem = {
    id,
    type: "grid",
    data: createGrid(columns, rows, width, height),
    properties: [ispe(width, height), ...(options.properties ?? [])],
    references: [{ type: "dimg", to: tiles.map((tile) => tile.id) }],
    isInline: true,
  };
  return createHeic({ ...options, primary: id, items: [...tiles, grid] });
}

export function createGrid(columns: number, rows: number, width: number, height: number): Buffer {
  return Buffer.concat([Buffer.from([0, 1, rows - 1, columns - 1]), uint32(width, height)]);
}

function cutTiles(rgb: Buffer, columns: number, rows: number): Buffer {
  const [rowBytes, tileBytes] = [columns * TILE * 3, TILE * 3];
  const parts: Buffer[] = [];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      for (let line = row * TILE; line < (row + 1) * TILE; line++) {
        const from = line * rowBytes + column * tileBytes;
        parts.push(rgb.subarray(from, from + tileBytes));
      }
    }
  }
  return Buffer.concat(parts);
}
