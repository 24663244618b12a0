import type { Metadata } from "sharp";
import { isCompleteGif } from "../media/gif-blocks.ts";
import { isSrgbProfile } from "../media/icc-profile.ts";
import { type ImageFormat, parseImageFormat, unsupportedFormat } from "../media/image-formats.ts";
import type { ImageHeader } from "../media/image-header.ts";
import { isCompletePng } from "../media/png-chunks.ts";
import { ascii } from "../media/signatures.ts";
import { reportDamage } from "./picture-damage.ts";
import { sharp } from "./tuned-sharp.ts";

/**
 * Reads what the header tells, in under a millisecond and without decoding a pixel. Throws FILE_EMPTY,
 * UNSUPPORTED_FORMAT and CORRUPT_MEDIA.
 */
export async function readHeader(source: Buffer): Promise<ImageHeader> {
  const format = parseImageFormat(source);
  if (IS_COMPLETE[format]?.(source) === false) reportDamage(new Error(`The ${format} ends before its end mark.`));
  // Our own limits follow, with words of their own: sharp's would call a large picture a damaged one.
  const metadata = await sharp(source, { limitInputPixels: false }).metadata().catch(reportDamage);
  const frames = format === "gif" || format === "webp" ? (metadata.pages ?? 1) : 1;
  const orientation = metadata.orientation ?? 1;
  refuseUnreadable(metadata, frames, orientation);
  return {
    format,
    bytes: source.length,
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
    foreignProfile: metadata.icc !== undefined && !isSrgbProfile(metadata.icc),
  };
}

/** The formats whose decoders are content with less than the whole file (security.md I2); the others complain themselves. */
const IS_COMPLETE: Readonly<Partial<Record<ImageFormat, (source: Uint8Array) => boolean>>> = {
  gif: isCompleteGif,
  png: isCompletePng,
};

/** sharp's own limit of colours, alpha and extra channels together. */
const MAX_CHANNELS = 5;

function refuseUnreadable(metadata: Metadata, frames: number, orientation: number): void {
  if (metadata.channels > MAX_CHANNELS) {
    throw unsupportedFormat(
      `a picture of ${metadata.channels} channels, of which at most ${MAX_CHANNELS} are understood`,
    );
  }
  // libvips holds an animation as one tall strip: turning that would mix up its frames.
  if (frames > 1 && orientation > 1) {
    throw unsupportedFormat(
      "an animation that is to be turned, which is not possible",
      "Save it upright and upload it again.",
    );
  }
}

function findColours(metadata: Metadata): ImageHeader["colours"] {
  if (metadata.space === "cmyk") return "cmyk";
  return metadata.space === "srgb" || metadata.space === "rgb16" ? "rgb" : "other";
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
