import { type HuffmanTables, isScanWhole, readHuffmanTables } from "./jpeg-scan-data.ts";
import {
  findJpegFrame,
  findJpegScan,
  type JpegFrame,
  type JpegScan,
  type JpegSegment,
  listJpegSegments,
  MARKER,
} from "./jpeg-segments.ts";
import { ascii, findUint } from "./signatures.ts";

/**
 * A JPEG without the defects that every browser overlooks and that cost no pixel. libjpeg warns of them as it does of
 * missing data, and libvips tells one warning from another as little as sharp does. Of libjpeg's twelve warnings
 * (jerror.h, JWRN_*) these five can be harmless; the bytes they complain of are put right, so that every warning that
 * is left stands for damage:
 *
 * - "Invalid SOS parameters for sequential JPEG": they mean nothing there, and Samsung's phones write zeros;
 * - "Corrupt JPEG data: … extraneous bytes before marker", between the segments of the header: cut out. Behind coded
 *   data they may be what a damaged code did not use up, and stay;
 * - "Unknown Adobe color transform code", "unknown JFIF revision number": set to what libjpeg assumes anyway;
 * - "Premature end of JPEG file", where only the end mark is missing: added, after proof that nothing else is.
 */
export function mendJpeg(bytes: Buffer): Buffer {
  const { segments, frame, scans } = readHeader(bytes);
  const [scan] = scans;
  if (frame === undefined || scan === undefined) return bytes;

  const patches = [
    ...segments.flatMap((segment) => findAssumedValues(bytes, segment, frame)),
    ...(frame.isProgressive ? [] : scans.flatMap(findScanParameters)),
  ].filter(({ offset, value }) => bytes[offset] !== value);
  const hasStrayBytes = segments.some(({ strayBytes }) => strayBytes > 0);
  const lacksEnd = lacksOnlyEnd(bytes, segments, frame, scans);
  if (patches.length === 0 && !hasStrayBytes && !lacksEnd) return bytes;

  const mended = Buffer.from(bytes);
  for (const { offset, value } of patches) mended[offset] = value;
  return Buffer.concat([...withoutStrayBytes(mended, segments), ...(lacksEnd ? [END] : [])]);
}

const END = Buffer.from([0xff, MARKER.eoi]);

interface Header {
  /** Up to the only scan's header, or the last one's. */
  readonly segments: readonly JpegSegment[];
  readonly frame?: JpegFrame;
  readonly scans: readonly JpegScan[];
}

/** The data of an only scan, which is nearly the whole file, are not walked through. */
function readHeader(bytes: Uint8Array): Header {
  const segments: JpegSegment[] = [];
  const scans: JpegScan[] = [];
  let frame: JpegFrame | undefined;
  for (const segment of listJpegSegments(bytes)) {
    segments.push(segment);
    frame ??= findJpegFrame(bytes, segment);
    const scan = findJpegScan(bytes, segment);
    if (scan !== undefined) scans.push(scan);
    if (frame !== undefined && scan !== undefined && isOnlyScan(frame, scan)) break;
  }
  return { segments, scans, ...(frame && { frame }) };
}

function isOnlyScan(frame: JpegFrame, scan: JpegScan): boolean {
  return !frame.isProgressive && scan.components.length === frame.components.length;
}

interface Patch {
  readonly offset: number;
  readonly value: number;
}

/** Of a sequential scan: all 64 coefficients, all their bits (B.2.3). */
function findScanParameters({ parameters }: JpegScan): Patch[] {
  return [0, 63, 0].map((value, index) => ({ offset: parameters + index, value }));
}

function findAssumedValues(bytes: Uint8Array, { marker, data, end }: JpegSegment, frame: JpegFrame): Patch[] {
  if (marker === MARKER.app0 && ascii(bytes, data, data + 5) === "JFIF\0" && end - data >= 14) {
    return [{ offset: data + 5, value: 1 }];
  }
  if (marker === MARKER.app14 && ascii(bytes, data, data + 5) === "Adobe" && end - data >= 12) {
    // 0: as stored; 1: YCbCr, of three components; 2: YCCK, of four.
    const transform = frame.components.length === 4 ? 2 : 1;
    return bytes[data + 11] === 0 ? [] : [{ offset: data + 11, value: transform }];
  }
  return [];
}

function withoutStrayBytes(bytes: Buffer, segments: readonly JpegSegment[]): Buffer[] {
  const parts: Buffer[] = [];
  let from = 0;
  for (const { start, strayBytes } of segments) {
    if (strayBytes === 0) continue;
    parts.push(bytes.subarray(from, start - strayBytes));
    from = start;
  }
  return [...parts, bytes.subarray(from)];
}

/** Whether the end mark, or its second byte, is all that the file lacks. */
function lacksOnlyEnd(
  bytes: Buffer,
  segments: readonly JpegSegment[],
  frame: JpegFrame,
  scans: readonly JpegScan[],
): boolean {
  const [scan] = scans;
  const last = segments.at(-1);
  // libjpeg reads on behind an arithmetic code's end without a word.
  if (scan === undefined || last?.marker !== MARKER.sos || !frame.isHuffman) return false;
  if (bytes.lastIndexOf(END) >= last.end) return false;
  if (!isOnlyScan(frame, scan)) return holdsAllCoefficients(frame, scans);
  const tables: HuffmanTables = [new Map(), new Map()];
  let restartInterval = 0;
  for (const { marker, data, end } of segments) {
    if (marker === MARKER.dht) readHuffmanTables(bytes, data, end, tables);
    if (marker === MARKER.dri) restartInterval = findUint(bytes, data, 2) ?? 0;
  }
  return isScanWhole(bytes.subarray(last.end), { frame, scan, tables, restartInterval });
}

/**
 * Whether every coefficient of every component has come, to its last bit. That the scan which ends the file is whole,
 * libjpeg finds: of several scans it reads all before the first line, so that none of its warnings is lost.
 */
function holdsAllCoefficients({ isProgressive, components }: JpegFrame, scans: readonly JpegScan[]): boolean {
  return components.every(({ id }) => {
    const own = scans.filter((scan) => scan.components.some((component) => component.id === id));
    if (!isProgressive) return own.length > 0;
    const bitsLeft = new Array<number>(64).fill(Number.POSITIVE_INFINITY);
    for (const { from, to, lowBit } of own) bitsLeft.fill(lowBit, from, to + 1);
    return bitsLeft.every((bits) => bits === 0);
  });
}
