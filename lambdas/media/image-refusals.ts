import { isAnimatedPng } from "./png-chunks.ts";
import { ascii, findUint, isHeic, isHeicSequence, isoBrands, startsWith } from "./signatures.ts";

/** A format that is refused, by its name. */
export interface ForeignFormat {
  /** Completes "The file is …". */
  readonly name: string;
  /** What the owner can do about it. */
  readonly advice?: string;
  readonly matches: (bytes: Uint8Array) => boolean;
}

const EXPORT_AS_JPEG = "Export it as JPEG or PNG and upload that.";
/** Text formats are looked for here, after blanks and a byte order mark. */
const TEXT_HEAD_BYTES = 1024;

/**
 * What people, and attackers, send under a picture's name. The order matters where one signature holds another. BMP
 * and ICO are not in sharp's build (security.md I8); SVG is a program that a renderer runs (I3).
 */
const FOREIGN_FORMATS: readonly ForeignFormat[] = [
  { name: "an HTML page", matches: (bytes) => /^<(!doctype html|html|head|body|script)/i.test(textHead(bytes)) },
  {
    name: "an SVG drawing",
    advice: EXPORT_AS_JPEG,
    matches: (bytes) => /^</.test(textHead(bytes)) && /<svg[\s>]/i.test(textHead(bytes)),
  },
  { name: "an XML document", matches: (bytes) => /^<\?xml/i.test(textHead(bytes)) },
  {
    name: "the EICAR test file for virus scanners",
    matches: (bytes) => textHead(bytes).startsWith("X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR"),
  },
  {
    name: "a PDF document",
    advice: "Export its page as JPEG or PNG and upload that.",
    matches: (bytes) => ascii(bytes, 0, 5) === "%PDF-",
  },
  {
    name: "a ZIP archive or an Office document",
    matches: (bytes) => startsWith(bytes, [0x50, 0x4b]) && (bytes[2] ?? 0) < 9,
  },
  { name: "a gzip archive", matches: (bytes) => startsWith(bytes, [0x1f, 0x8b]) },
  {
    name: "a HEIC sequence of several frames",
    advice: "Upload it as a video, or one picture of it.",
    matches: isHeicSequence,
  },
  {
    name: "an animated AVIF",
    advice: "Upload the animation as GIF or WebP.",
    matches: (bytes) => isoBrands(bytes)[0] === "avis",
  },
  { name: "an animated PNG", advice: "Upload the animation as GIF or WebP.", matches: isAnimatedPng },
  {
    name: "a camera's raw photo",
    advice: EXPORT_AS_JPEG,
    matches: (bytes) => isCameraRaw(bytes) || isoBrands(bytes)[0] === "crx ",
  },
  { name: "a video", advice: "Upload it as a video.", matches: isVideo },
  {
    name: "a BMP picture",
    advice: EXPORT_AS_JPEG,
    matches: (bytes) => ascii(bytes, 0, 2) === "BM" && findUint(bytes, 6, 4) === 0,
  },
  {
    name: "an ICO icon",
    advice: EXPORT_AS_JPEG,
    matches: (bytes) => startsWith(bytes, [0, 0, 1, 0]) || startsWith(bytes, [0, 0, 2, 0]),
  },
  { name: "a Photoshop document", advice: EXPORT_AS_JPEG, matches: (bytes) => ascii(bytes, 0, 4) === "8BPS" },
  {
    name: "a JPEG XL picture",
    advice: EXPORT_AS_JPEG,
    matches: (bytes) => startsWith(bytes, [0xff, 0x0a]) || ascii(bytes, 4, 8) === "JXL ",
  },
  {
    name: "a JPEG 2000 picture",
    advice: EXPORT_AS_JPEG,
    matches: (bytes) => ascii(bytes, 4, 8) === "jP  " || startsWith(bytes, [0xff, 0x4f, 0xff, 0x51]),
  },
];

/** Undefined for what is not known to be foreign; that alone makes it no picture. */
export function findForeignFormat(bytes: Uint8Array): ForeignFormat | undefined {
  return FOREIGN_FORMATS.find((format) => format.matches(bytes));
}

function textHead(bytes: Uint8Array): string {
  const head = new TextDecoder("utf-8").decode(bytes.subarray(0, TEXT_HEAD_BYTES));
  return head.trimStart();
}

function isVideo(bytes: Uint8Array): boolean {
  const [major] = isoBrands(bytes);
  if (major !== undefined) return !["avif", "avis"].includes(major) && !isHeic(bytes) && !isHeicSequence(bytes);
  const isMatroska = startsWith(bytes, [0x1a, 0x45, 0xdf, 0xa3]);
  return isMatroska || (ascii(bytes, 0, 4) === "RIFF" && ascii(bytes, 8, 12) === "AVI ");
}

const TAG_NEW_SUBFILE_TYPE = 254;
const TAG_DNG_VERSION = 50706;
const REDUCED_RESOLUTION = 1;

/**
 * DNG, NEF, ARW and CR2 are TIFF files whose first picture is a small preview: libtiff would take that for the photo.
 * They say so by a DNG version, by Canon's mark, or by calling their first picture one of reduced resolution.
 */
function isCameraRaw(bytes: Uint8Array): boolean {
  const order = ascii(bytes, 0, 4);
  const littleEndian = order === "II*\0";
  if (!littleEndian && order !== "MM\0*") return false;
  if (ascii(bytes, 8, 10) === "CR") return true;

  const directory = findUint(bytes, 4, 4, littleEndian) ?? 0;
  const entries = findUint(bytes, directory, 2, littleEndian) ?? 0;
  for (let entry = 0; entry < entries; entry++) {
    const offset = directory + 2 + 12 * entry;
    const tag = findUint(bytes, offset, 2, littleEndian);
    if (tag === TAG_DNG_VERSION) return true;
    const value = findUint(bytes, offset + 8, 4, littleEndian) ?? 0;
    if (tag === TAG_NEW_SUBFILE_TYPE && value & REDUCED_RESOLUTION) return true;
  }
  return false;
}
