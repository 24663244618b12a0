import { REFUSED_FORMATS, type RefusedFormat } from "../../../contracts/media/refused-formats.ts";
import { isAnimatedPng } from "./png-chunks.ts";
import { ascii, findUint, isHeic, isHeicSequence, isoBrands, startsWith } from "./signatures.ts";

interface ForeignFormat {
  readonly format: Pick<RefusedFormat, "what" | "advice">;
  readonly matches: (bytes: Uint8Array) => boolean;
}

/** Text formats are looked for here, after blanks and a byte order mark. */
const TEXT_HEAD_BYTES = 1024;

const text = (pattern: RegExp) => (bytes: Uint8Array) => pattern.test(textHead(bytes));
/** `offset` is from the end where it is negative. */
const magic =
  (characters: string, offset = 0) =>
  (bytes: Uint8Array) => {
    const start = offset < 0 ? bytes.length + offset : offset;
    return start >= 0 && ascii(bytes, start, start + characters.length) === characters;
  };
const anyOf =
  (...matchers: ReadonlyArray<(bytes: Uint8Array) => boolean>) =>
  (bytes: Uint8Array) =>
    matchers.some((matches) => matches(bytes));

const VIDEO = { what: "a film", advice: "Add it as a video, under a video's name." };

/**
 * What people, and attackers, send under a picture's name, by its first bytes. The order matters where one signature
 * holds another. BMP, ICO and most others are not in sharp's build (threats.md I8); SVG is a program that a renderer
 * runs (I3).
 */
const FOREIGN_FORMATS: readonly ForeignFormat[] = [
  { format: REFUSED_FORMATS.webPage, matches: text(/^<(!doctype html|html|head|body|script)/i) },
  { format: REFUSED_FORMATS.svg, matches: (bytes) => text(/^</)(bytes) && text(/<svg[\s>]/i)(bytes) },
  { format: REFUSED_FORMATS.xml, matches: text(/^<\?xml/i) },
  { format: REFUSED_FORMATS.virusTest, matches: text(/^X5O!P%@AP\[4\\PZX54\(P\^\)7CC\)7\}\$EICAR/) },
  { format: REFUSED_FORMATS.pdf, matches: magic("%PDF-") },
  { format: REFUSED_FORMATS.postScript, matches: anyOf(magic("%!PS"), magic("\xc5\xd0\xd3\xc6")) },
  { format: REFUSED_FORMATS.office, matches: anyOf(magic("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), magic("{\\rtf")) },
  {
    format: REFUSED_FORMATS.archive,
    matches: anyOf(
      (bytes) => magic("PK")(bytes) && (bytes[2] ?? 0) < 9,
      magic("\x1f\x8b"),
      magic("7z\xbc\xaf\x27\x1c"),
      magic("Rar!\x1a\x07"),
    ),
  },
  { format: REFUSED_FORMATS.heicSequence, matches: isHeicSequence },
  { format: REFUSED_FORMATS.animatedAvif, matches: (bytes) => isoBrands(bytes)[0] === "avis" },
  { format: REFUSED_FORMATS.animatedPng, matches: isAnimatedPng },
  {
    format: REFUSED_FORMATS.cameraRaw,
    matches: anyOf(
      isCameraRaw,
      (bytes) => isoBrands(bytes)[0] === "crx ",
      // Fujifilm, Olympus (three marks), Panasonic, Sigma, Minolta, and Canon's before CR2.
      magic("FUJIFILMCCD-RAW"),
      magic("IIRO"),
      magic("IIRS"),
      magic("MMOR"),
      magic("IIU\0"),
      magic("FOVb"),
      magic("\0MRM"),
      magic("HEAPCCDR", 6),
    ),
  },
  { format: VIDEO, matches: isVideo },
  { format: REFUSED_FORMATS.bmp, matches: (bytes) => magic("BM")(bytes) && findUint(bytes, 6, 4) === 0 },
  { format: REFUSED_FORMATS.icon, matches: anyOf(magic("\0\0\x01\0"), magic("\0\0\x02\0"), magic("icns")) },
  { format: REFUSED_FORMATS.photoshop, matches: magic("8BPS") },
  { format: REFUSED_FORMATS.editorsDocument, matches: magic("gimp xcf ") },
  { format: REFUSED_FORMATS.jpegXl, matches: anyOf(magic("\xff\x0a"), magic("JXL ", 4)) },
  { format: REFUSED_FORMATS.jpeg2000, matches: anyOf(magic("jP  ", 4), magic("\xff\x4f\xff\x51")) },
  {
    format: REFUSED_FORMATS.studioPicture,
    matches: anyOf(magic("v/1\x01"), magic("#?RADIANCE"), magic("#?RGBE")),
  },
  { format: REFUSED_FORMATS.djvu, matches: magic("AT&TFORM") },
  { format: REFUSED_FORMATS.dicom, matches: magic("DICM", 128) },
  {
    format: REFUSED_FORMATS.rarePicture,
    matches: anyOf(
      (bytes) => /^P[1-7]\s/.test(ascii(bytes, 0, 3)),
      magic("DDS "),
      magic("/* XPM"),
      magic("II\xbc\x01"),
      magic("\xd7\xcd\xc6\x9a"),
      magic(" EMF", 40),
      magic("\x97JB2"),
      magic("TRUEVISION-XFILE.\0", -18),
    ),
  },
];

/** Undefined for what is not known to be foreign; that alone makes it no picture. */
export function findForeignFormat(bytes: Uint8Array): ForeignFormat["format"] | undefined {
  return FOREIGN_FORMATS.find(({ matches }) => matches(bytes))?.format;
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
