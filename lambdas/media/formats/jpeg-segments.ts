import { findUint } from "./signatures.ts";

/** JPEG's marker codes (ITU-T T.81, table B.1). */
export const MARKER = { dht: 0xc4, soi: 0xd8, eoi: 0xd9, sos: 0xda, dri: 0xdd, app0: 0xe0, app14: 0xee } as const;

/** A marker with its parameters; a scan's coded data stand behind it and belong to none. */
export interface JpegSegment {
  readonly marker: number;
  /** Of its 0xFF; behind stray bytes, if there are any. */
  readonly start: number;
  /** Of its parameters, behind their length. */
  readonly data: number;
  readonly end: number;
  /** Bytes before it that are nobody's; what stands behind coded data is taken to be theirs. */
  readonly strayBytes: number;
}

/** The segments that are wholly there, in order, as libjpeg finds them. Behind a scan's header, its data are passed over. */
export function* listJpegSegments(bytes: Uint8Array): Generator<JpegSegment> {
  let offset = 2;
  for (;;) {
    const start = findMarker(bytes, offset);
    const marker = bytes[start + 1];
    if (marker === undefined) return;
    const length = isBare(marker) ? 0 : findUint(bytes, start + 2, 2);
    if (length === undefined) return;
    const end = start + 2 + length;
    if (end > bytes.length || (length < 2 && !isBare(marker))) return;
    yield { marker, start, data: isBare(marker) ? end : start + 4, end, strayBytes: start - offset };
    if (marker === MARKER.eoi) return;
    offset = marker === MARKER.sos ? skipScan(bytes, end) : end;
  }
}

/** Without length: TEM, RST0–7, SOI, EOI. */
function isBare(marker: number): boolean {
  return marker === 0x01 || (marker >= 0xd0 && marker <= MARKER.eoi);
}

/** The next 0xFF that stands before a code. 0xFF may be repeated before one; 0xFF 0x00 is none. */
function findMarker(bytes: Uint8Array, offset: number): number {
  let start = bytes.indexOf(0xff, offset);
  while (start >= 0) {
    const code = bytes[start + 1];
    if (code !== 0xff && code !== 0x00) return start;
    start = bytes.indexOf(0xff, code === 0xff ? start + 1 : start + 2);
  }
  return bytes.length;
}

/** Where coded data end: at a marker that is no restart. */
function skipScan(bytes: Uint8Array, start: number): number {
  for (let offset = findMarker(bytes, start); ; offset = findMarker(bytes, offset + 2)) {
    const code = bytes[offset + 1] ?? MARKER.eoi;
    if (code < 0xd0 || code > 0xd7) return Math.min(offset, bytes.length);
  }
}

/** What a frame header (SOF) says. */
export interface JpegFrame {
  readonly isProgressive: boolean;
  readonly isHuffman: boolean;
  readonly width: number;
  readonly height: number;
  readonly components: readonly { readonly id: number; readonly across: number; readonly down: number }[];
}

/** Undefined for every other segment. */
export function findJpegFrame(bytes: Uint8Array, { marker, data, end }: JpegSegment): JpegFrame | undefined {
  const isFrame = marker >= 0xc0 && marker <= 0xcf && ![MARKER.dht, 0xc8, 0xcc].includes(marker);
  const count = bytes[data + 5] ?? 0;
  if (!isFrame || data + 6 + 3 * count > end) return undefined;
  const components = Array.from({ length: count }, (_, index) => {
    const [id = 0, sampling = 0] = bytes.subarray(data + 6 + 3 * index);
    return { id, across: sampling >> 4, down: sampling & 15 };
  });
  return {
    isProgressive: marker % 4 === 2,
    isHuffman: marker < MARKER.dht || (marker > MARKER.dht && marker < 0xc8),
    height: findUint(bytes, data + 1, 2) ?? 0,
    width: findUint(bytes, data + 3, 2) ?? 0,
    components,
  };
}

/** What a scan header (SOS) says. */
export interface JpegScan {
  readonly components: readonly { readonly id: number; readonly dc: number; readonly ac: number }[];
  /** Of its last three bytes: which coefficients (0–63) it holds, and from which bit down. */
  readonly parameters: number;
  readonly from: number;
  readonly to: number;
  readonly lowBit: number;
}

/** Undefined for every other segment. */
export function findJpegScan(bytes: Uint8Array, { marker, data, end }: JpegSegment): JpegScan | undefined {
  const count = bytes[data] ?? 0;
  const parameters = data + 1 + 2 * count;
  if (marker !== MARKER.sos || parameters + 3 > end) return undefined;
  const components = Array.from({ length: count }, (_, index) => {
    const [id = 0, tables = 0] = bytes.subarray(data + 1 + 2 * index);
    return { id, dc: tables >> 4, ac: tables & 15 };
  });
  const [from = 0, to = 0, bits = 0] = bytes.subarray(parameters);
  return { components, parameters, from, to, lowBit: bits & 15 };
}
