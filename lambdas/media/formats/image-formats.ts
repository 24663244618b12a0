import { CONVERSIONS } from "../../../contracts/media/media.ts";
import { describeRefusal } from "../../../contracts/media/refused-formats.ts";
import { MediaError } from "../errors.ts";
import { findForeignFormat } from "./image-refusals.ts";
import { ascii, isHeic, isoBrands, startsWith } from "./signatures.ts";

/** The picture formats, in and out: what sharp's own build reads and writes. */
export type ImageFormat = (typeof CONVERSIONS)["image"][number];
export const IMAGE_FORMAT_NAMES: readonly ImageFormat[] = CONVERSIONS.image;

/** What comes in besides is decoded, never written. */
export type SourceFormat = ImageFormat | "heic";

interface ImageFormatEntry {
  readonly label: string;
  readonly contentType: string;
  /** Of the rendition's key, without the dot. */
  readonly extension: string;
  readonly hasAlpha: boolean;
  /** Written as an animation when the source is one. */
  readonly animates: boolean;
  /** Whether the file's first bytes are this format's. */
  readonly matches: (bytes: Uint8Array) => boolean;
}

export const IMAGE_FORMATS = {
  jpeg: {
    label: "JPEG",
    contentType: "image/jpeg",
    extension: "jpg",
    hasAlpha: false,
    animates: false,
    matches: (bytes) => startsWith(bytes, [0xff, 0xd8, 0xff]),
  },
  png: {
    label: "PNG",
    contentType: "image/png",
    extension: "png",
    hasAlpha: true,
    animates: false,
    matches: (bytes) => startsWith(bytes, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
  },
  webp: {
    label: "WebP",
    contentType: "image/webp",
    extension: "webp",
    hasAlpha: true,
    animates: true,
    matches: (bytes) => ascii(bytes, 0, 4) === "RIFF" && ascii(bytes, 8, 12) === "WEBP",
  },
  avif: {
    label: "AVIF",
    contentType: "image/avif",
    extension: "avif",
    hasAlpha: true,
    animates: false,
    matches: (bytes) => {
      const [major, ...compatible] = isoBrands(bytes);
      return major === "avif" || (major === "mif1" && compatible.includes("avif"));
    },
  },
  gif: {
    label: "GIF",
    contentType: "image/gif",
    extension: "gif",
    hasAlpha: true,
    animates: true,
    matches: (bytes) => ["GIF87a", "GIF89a"].includes(ascii(bytes, 0, 6)),
  },
  tiff: {
    label: "TIFF",
    contentType: "image/tiff",
    extension: "tiff",
    hasAlpha: true,
    animates: false,
    // The last two are BigTIFF.
    matches: (bytes) => ["II*\0", "MM\0*", "II+\0", "MM\0+"].includes(ascii(bytes, 0, 4)),
  },
} as const satisfies Record<ImageFormat, ImageFormatEntry>;

/** What comes in. */
export const SOURCE_FORMATS: Readonly<
  Record<SourceFormat, Pick<ImageFormatEntry, "label" | "contentType" | "matches">>
> = {
  ...IMAGE_FORMATS,
  heic: { label: "HEIC", contentType: "image/heic", matches: isHeic },
};
export const SOURCE_FORMAT_NAMES: readonly SourceFormat[] = [...IMAGE_FORMAT_NAMES, "heic"];

/** "JPEG, PNG, WebP, AVIF, GIF, TIFF or HEIC" */
function listLabels(): string {
  const labels = SOURCE_FORMAT_NAMES.map((format) => SOURCE_FORMATS[format].label);
  return `${labels.slice(0, -1).join(", ")} or ${labels.at(-1)}`;
}

/**
 * The format that the bytes are in, whatever was declared (threats.md U2): nothing else ever reaches a decoder, so no
 * SVG does (I3). Throws FILE_EMPTY, and UNSUPPORTED_FORMAT naming what the file is (I8) and what would work.
 */
export function parseImageFormat(bytes: Uint8Array): SourceFormat {
  if (bytes.length === 0)
    throw new MediaError("FILE_EMPTY", "The file is empty. Choose a picture and upload it again.");
  const foreign = findForeignFormat(bytes);
  const format = SOURCE_FORMAT_NAMES.find((name) => SOURCE_FORMATS[name].matches(bytes));
  if (format !== undefined && foreign === undefined) return format;
  if (foreign !== undefined) throw unsupportedFormat(foreign.what, foreign.advice);
  throw new MediaError(
    "UNSUPPORTED_FORMAT",
    `This is no picture that is known here. Save it as ${listLabels()} and add it again.`,
  );
}

/** `what` completes "This is …". */
export function unsupportedFormat(what: string, advice = "Export it as JPEG or PNG and add it again."): MediaError {
  return new MediaError("UNSUPPORTED_FORMAT", describeRefusal({ what, advice }));
}
