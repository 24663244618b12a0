import type { Metadata } from "sharp";
import { findCodedColours } from "../formats/coded-colours.ts";
import { findHeifColour } from "../formats/heif-picture.ts";
import { isSrgbProfile } from "../formats/icc-profile.ts";
import { type ImageFormat, unsupportedFormat } from "../formats/image-formats.ts";
import type { ImageHeader } from "../formats/image-header.ts";
import { readPngColours } from "../formats/png-colours.ts";
import { ascii } from "../formats/signatures.ts";
import { findUnreadableTiff, MAX_CHANNELS } from "../formats/tiff-kinds.ts";
import { reportDamage } from "./picture-damage.ts";
import { readHeicHeader } from "./read-heic-header.ts";
import type { Picture } from "./read-picture.ts";
import { sharp } from "./tuned-sharp.ts";

/**
 * Reads what the header tells, in under a millisecond and without decoding a pixel. Throws UNSUPPORTED_FORMAT and
 * CORRUPT_MEDIA.
 */
export async function readHeader({ format, source, bytes }: Picture): Promise<ImageHeader> {
  if (format === "heic") return readHeicHeader(source);
  refuseUnreadableTiff(format, source);
  // Our own limits follow, with words of their own: sharp's would call a large picture a damaged one.
  const metadata = await sharp(source, { limitInputPixels: false }).metadata().catch(reportDamage);
  const frames = format === "gif" || format === "webp" ? (metadata.pages ?? 1) : 1;
  const orientation = metadata.orientation ?? 1;
  refuseUnreadable(metadata, frames, orientation);
  return {
    format,
    bytes,
    width: metadata.autoOrient.width,
    height: metadata.autoOrient.height,
    frames,
    ...(frames > 1 && { animation: { loop: metadata.loop ?? 0, delay: metadata.delay ?? [] } }),
    isTurned: orientation > 1,
    hasAlpha: metadata.hasAlpha,
    colours: findColours(metadata),
    samplesPerPixel: countSamples(format, metadata),
    bytesPerSample: SAMPLE_BYTES[metadata.depth] ?? 8,
    isProgressive: metadata.isProgressive,
    needsCanvas: format === "webp" && ascii(source, 12, 16) !== "VP8 ",
    hasPalette: metadata.isPalette,
    // A picture of animations and transparency stands within another chunk.
    isLossless: format === "webp" && source.subarray(0, WEBP_HEAD_BYTES).includes("VP8L"),
    ...readColours(format, source, metadata.icc),
  };
}

function refuseUnreadableTiff(format: ImageFormat, source: Buffer): void {
  const kind = format === "tiff" ? findUnreadableTiff(source) : undefined;
  if (kind === undefined) return;
  throw unsupportedFormat(kind, "Save it as JPEG, PNG or a TIFF of 8 or 16 bits and add it again.");
}

function refuseUnreadable(metadata: Metadata, frames: number, orientation: number): void {
  if (metadata.channels > MAX_CHANNELS) {
    throw unsupportedFormat(`a picture of more than ${MAX_CHANNELS} channels`);
  }
  // libvips holds an animation as one tall strip: turning that would mix up its frames.
  if (frames > 1 && orientation > 1) {
    throw unsupportedFormat("an animation that is to be turned", "Save it upright and add it again.");
  }
}

function findColours(metadata: Metadata): ImageHeader["colours"] {
  if (metadata.space === "cmyk") return "cmyk";
  return metadata.space === "srgb" || metadata.space === "rgb16" ? "rgb" : "other";
}

/** Where the kind of a WebP's first picture stands, if there is no long profile before it. */
const WEBP_HEAD_BYTES = 4096;

/** A profile, or codes in its place. An AVIF's profile stands above its codes (ISO/IEC 23000-22, 7.3.6.4), a PNG's does not. */
function readColours(
  format: ImageFormat,
  source: Buffer,
  profile: Buffer | undefined,
): Pick<ImageHeader, "foreignProfile" | "codedColours"> {
  const foreignProfile = profile !== undefined && !isSrgbProfile(profile);
  if (format === "png") {
    const { overridesProfile, coded } = readPngColours(source, profile !== undefined);
    return { foreignProfile: foreignProfile && !overridesProfile, ...(coded && { codedColours: coded }) };
  }
  const { nclx } = format === "avif" && profile === undefined ? findHeifColour(source) : {};
  const coded = nclx && findCodedColours(nclx);
  return { foreignProfile, ...(coded && { codedColours: coded }) };
}

const SAMPLE_BYTES: Readonly<Partial<Record<Metadata["depth"], number>>> = {
  uchar: 1,
  char: 1,
  ushort: 2,
  short: 2,
  uint: 4,
  int: 4,
  float: 4,
};
/** Where the header does not tell, nothing is taken to be saved. */
const JPEG_SAMPLES: Readonly<Record<string, number>> = { "4:2:0": 1.5, "4:2:0:4": 2.5, "4:1:1": 1.5, "4:2:2": 2 };

function countSamples(format: ImageFormat, metadata: Metadata): number {
  if (format !== "jpeg" || metadata.channels < 3) return metadata.channels;
  return JPEG_SAMPLES[metadata.chromaSubsampling ?? ""] ?? metadata.channels;
}
