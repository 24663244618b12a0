import { BoxReader, type IsoBox, listBoxes } from "./iso-boxes.ts";

/** What a HEIF file says of one of its items: a coded picture, a grid of some, EXIF … (ISO/IEC 23008-12). */
export interface HeifItem {
  /** `hvc1`, `grid`, `Exif` … */
  readonly type: string;
  /** In the order in which they apply. */
  readonly properties: readonly IsoBox[];
  /** Where its bytes stand in the file; those of `idat` have been checked and are left out. */
  readonly extents: readonly Extent[];
  readonly references: readonly Reference[];
}

interface Extent {
  readonly offset: number;
  readonly length: number;
}

interface Reference {
  /** `dimg`: is made of these; `auxl`: belongs to this; `thmb`: is a thumbnail of this. */
  readonly type: string;
  readonly to: readonly number[];
}

export interface HeifItems {
  readonly primary: number;
  readonly items: ReadonlyMap<number, HeifItem>;
}

/** libheif's own limit; a 200 megapixel photo in tiles of 512 × 512 has 800. */
const MAX_ITEMS = 1000;

/** Reads the box `meta`. Throws where it is damaged, or where an item's bytes are not all in the file. */
export function readHeifItems(file: Uint8Array, meta: IsoBox): HeifItems {
  const children = listBoxes(file, meta.start + 4, meta.end);
  const find = (type: string): IsoBox => {
    const box = children.find((child) => child.type === type);
    if (box === undefined) throw new Error(`The file has no box ${type}.`);
    return box;
  };
  const types = readItemTypes(file, find("iinf"));
  const properties = readProperties(file, find("iprp"));
  const idat = children.find(({ type }) => type === "idat");
  const extents = readExtents(file, find("iloc"), idat);
  const iref = children.find(({ type }) => type === "iref");
  const references = iref === undefined ? new Map<number, Reference[]>() : readReferences(file, iref);
  const items = new Map<number, HeifItem>();
  for (const [id, type] of types) {
    items.set(id, {
      type,
      properties: properties.get(id) ?? [],
      extents: extents.get(id) ?? [],
      references: references.get(id) ?? [],
    });
  }
  const pitm = new BoxReader(file, find("pitm"));
  return { primary: pitm.uint(pitm.versionAndFlags().version === 0 ? 2 : 4), items };
}

function readItemTypes(file: Uint8Array, iinf: IsoBox): Map<number, string> {
  const reader = new BoxReader(file, iinf);
  const count = reader.uint(reader.versionAndFlags().version === 0 ? 2 : 4);
  if (count > MAX_ITEMS) throw new Error(`The file says that it holds ${count} items.`);
  const types = new Map<number, string>();
  for (const infe of listBoxes(file, reader.offset, iinf.end)) {
    const entry = new BoxReader(file, infe);
    const { version } = entry.versionAndFlags();
    // Versions 0 and 1 name no type: such an item is no picture.
    if (version < 2) continue;
    const id = entry.uint(version === 2 ? 2 : 4);
    entry.uint(2);
    types.set(id, entry.fourCc());
    if (types.size > MAX_ITEMS) throw new Error(`The file holds more than ${MAX_ITEMS} items.`);
  }
  return types;
}

/** Each item's properties, by way of `ipma`'s numbers into `ipco`, which count from one. */
function readProperties(file: Uint8Array, iprp: IsoBox): Map<number, IsoBox[]> {
  const children = listBoxes(file, iprp.start, iprp.end);
  const ipco = children.find(({ type }) => type === "ipco");
  const all = ipco === undefined ? [] : listBoxes(file, ipco.start, ipco.end);
  const found = new Map<number, IsoBox[]>();
  for (const ipma of children.filter(({ type }) => type === "ipma")) {
    const reader = new BoxReader(file, ipma);
    const { version, flags } = reader.versionAndFlags();
    const isWide = (flags & 1) === 1;
    for (let left = reader.uint(4); left > 0; left--) {
      const id = reader.uint(version < 1 ? 2 : 4);
      const properties: IsoBox[] = [];
      for (let entries = reader.uint(1); entries > 0; entries--) {
        // The highest bit says whether a reader must understand it; libheif decides that.
        const index = isWide ? reader.uint(2) & 0x7fff : reader.uint(1) & 0x7f;
        const property = all[index - 1];
        if (property === undefined && index !== 0) throw new Error(`There is no property ${index}.`);
        if (property !== undefined) properties.push(property);
      }
      found.set(id, properties);
    }
  }
  return found;
}

/** Where each item's bytes are: `iloc`, versions 0 to 2. */
function readExtents(file: Uint8Array, iloc: IsoBox, idat: IsoBox | undefined): Map<number, Extent[]> {
  const reader = new BoxReader(file, iloc);
  const { version } = reader.versionAndFlags();
  const [sizes, baseSizes] = [reader.uint(1), reader.uint(1)];
  const indexBytes = version === 0 ? 0 : baseSizes & 15;
  const found = new Map<number, Extent[]>();
  for (let left = reader.uint(version < 2 ? 2 : 4); left > 0; left--) {
    const id = reader.uint(version < 2 ? 2 : 4);
    const method = version === 0 ? 0 : reader.uint(2) & 15;
    reader.uint(2);
    const base = reader.uint(baseSizes >> 4);
    const extents: Extent[] = [];
    for (let count = reader.uint(2); count > 0; count--) {
      reader.uint(indexBytes);
      extents.push({ offset: base + reader.uint(sizes >> 4), length: reader.uint(sizes & 15) });
    }
    found.set(id, placeExtents(file, extents, method, idat));
  }
  return found;
}

/** Method 0 counts from the file's start, 1 from that of `idat`; what another item's bytes hold (2) is no picture's. */
function placeExtents(file: Uint8Array, extents: readonly Extent[], method: number, idat: IsoBox | undefined) {
  const start = method === 1 ? (idat?.start ?? Number.POSITIVE_INFINITY) : 0;
  const end = method === 1 ? (idat?.end ?? 0) : file.length;
  const placed = extents.map(({ offset, length }) => ({ offset: start + offset, length }));
  const missing = placed.find(({ offset, length }) => offset + length > end);
  if (missing !== undefined) throw new Error(`The file ends before byte ${missing.offset + missing.length}.`);
  return placed;
}

function readReferences(file: Uint8Array, iref: IsoBox): Map<number, Reference[]> {
  const reader = new BoxReader(file, iref);
  const idBytes = reader.versionAndFlags().version === 0 ? 2 : 4;
  const found = new Map<number, Reference[]>();
  for (const box of listBoxes(file, reader.offset, iref.end)) {
    const entry = new BoxReader(file, box);
    const from = entry.uint(idBytes);
    const to = Array.from({ length: entry.uint(2) }, () => entry.uint(idBytes));
    found.set(from, [...(found.get(from) ?? []), { type: box.type, to }]);
  }
  return found;
}
