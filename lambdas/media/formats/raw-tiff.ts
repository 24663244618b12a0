/** A TIFF's head, in front of pixels as a decoder left them: what sharp reads them from, row by row and with their profile. */
export interface RawTiff {
  readonly width: number;
  readonly height: number;
  /** 8 bits each, red first. */
  readonly channels: 3 | 4;
  readonly profile?: Uint8Array | undefined;
}

const SHORT = 3;
const LONG = 4;
const UNDEFINED = 7;
/** A reader keeps one strip beside what it has read. */
const ROWS_PER_STRIP = 64;
const HEADER_BYTES = 8;
const ENTRY_BYTES = 12;

/** Uncompressed, so that reading it costs a copy: TIFF 6.0, §2, and the ICC profile's tag (ICC.1:2022, B.4). */
export function createTiffHead({ width, height, channels, profile }: RawTiff): Buffer {
  const strips = Math.ceil(height / ROWS_PER_STRIP);
  const rowBytes = width * channels;
  const values = new Map<number, { readonly type: number; readonly data: Buffer }>([
    [256, longs(width)],
    [257, longs(height)],
    [258, shorts(...Array.from({ length: channels }, () => 8))],
    [259, shorts(1)],
    [262, shorts(2)],
    [273, longs(...Array.from({ length: strips }, () => 0))],
    [277, shorts(channels)],
    [278, longs(ROWS_PER_STRIP)],
    [279, longs(...Array.from({ length: strips }, (_, strip) => rowBytes * rowsOf(strip, height)))],
    [284, shorts(1)],
    ...(channels === 4 ? [[338, shorts(2)] as const] : []),
    ...(profile === undefined ? [] : [[34_675, { type: UNDEFINED, data: Buffer.from(profile) }] as const]),
  ]);
  const directoryBytes = 2 + ENTRY_BYTES * values.size + 4;
  const far = [...values.values()].reduce((sum, { data }) => sum + (data.length > 4 ? even(data.length) : 0), 0);
  const head = Buffer.alloc(HEADER_BYTES + directoryBytes + far);
  values.set(273, longs(...Array.from({ length: strips }, (_, s) => head.length + rowBytes * ROWS_PER_STRIP * s)));
  writeDirectory(head, values, HEADER_BYTES + directoryBytes);
  return head;
}

function writeDirectory(
  head: Buffer,
  values: ReadonlyMap<number, { readonly type: number; readonly data: Buffer }>,
  farFrom: number,
): void {
  head.write("II*\0", 0, "latin1");
  head.writeUInt32LE(HEADER_BYTES, 4);
  head.writeUInt16LE(values.size, HEADER_BYTES);
  let entry = HEADER_BYTES + 2;
  let far = farFrom;
  for (const [tag, { type, data }] of values) {
    head.writeUInt16LE(tag, entry);
    head.writeUInt16LE(type, entry + 2);
    head.writeUInt32LE(data.length / (BYTES_OF[type] ?? 1), entry + 4);
    if (data.length <= 4) data.copy(head, entry + 8);
    else {
      head.writeUInt32LE(far, entry + 8);
      data.copy(head, far);
      far += even(data.length);
    }
    entry += ENTRY_BYTES;
  }
}

const BYTES_OF: Readonly<Record<number, number>> = { [SHORT]: 2, [LONG]: 4, [UNDEFINED]: 1 };

function rowsOf(strip: number, height: number): number {
  return Math.min(ROWS_PER_STRIP, height - strip * ROWS_PER_STRIP);
}

function even(bytes: number): number {
  return bytes + (bytes % 2);
}

function shorts(...numbers: readonly number[]) {
  return { type: SHORT, data: Buffer.from(Uint16Array.from(numbers).buffer) };
}

function longs(...numbers: readonly number[]) {
  return { type: LONG, data: Buffer.from(Uint32Array.from(numbers).buffer) };
}
