import type { CreateRaw, Sharp } from "sharp";
import type { CodedColours } from "../formats/coded-colours.ts";
import { MAX_PIXELS } from "../formats/image-bounds.ts";
import { IMAGE_FORMATS, type ImageFormat } from "../formats/image-formats.ts";
import type { ImageHeader } from "../formats/image-header.ts";
import type { PlannedSize } from "../formats/image-plan.ts";
import { IMAGE_PRESETS } from "../formats/image-presets.ts";
import { reportDamage } from "./picture-damage.ts";
import { recolour } from "./recolour.ts";
import { sharp } from "./tuned-sharp.ts";

/** Decoded pixels: upright, 8-bit sRGB, with alpha or not. An animation's frames stand one below the other. */
export interface Pixels {
  readonly data: Buffer;
  readonly raw: CreateRaw;
  readonly animation?: ImageHeader["animation"];
}

/** Longer than any picture within the limits takes on one core; a decoder cannot be interrupted otherwise. */
const DECODE_SECONDS = 25;
/** What a JPEG shows where the picture is transparent; sharp alone would show black. */
const PAPER = "#ffffff";

/**
 * Opens the source for decoding. `failOn: "warning"` stands although it is sharp's default: "truncated" accepts every
 * tenth damaged file (threats.md I2).
 */
function open(source: Buffer, header: ImageHeader, frames: number): Sharp {
  return sharp(source, {
    failOn: "warning",
    limitInputPixels: Math.max(...Object.values(MAX_PIXELS)),
    autoOrient: true,
    animated: frames > 1,
    ignoreIcc: header.colours === "rgb" || header.codedColours !== undefined,
  }).timeout({ seconds: DECODE_SECONDS });
}

/**
 * sharp converts colours before it scales, on every pixel of the source: 130 ms against 93 for a P3 photo. So RGB is
 * decoded without its profile, and the output profile's conversion, which comes last and still finds the embedded one,
 * does it on the few that are left. It also brings 16-bit colours out of Display P3, where sharp 0.35.5 leaves them.
 */
function toSrgb(image: Sharp, header: ImageHeader): Sharp {
  const eightBit = image.toColourspace("srgb");
  const isLeftToConvert = header.colours === "rgb" && header.foreignProfile;
  return isLeftToConvert ? eightBit.withIccProfile("srgb", { attach: false }) : eightBit;
}

/** Decodes the whole file, once, and scales it on the way. Throws CORRUPT_MEDIA and TIMEOUT. */
export async function decode(source: Buffer, header: ImageHeader, size: PlannedSize): Promise<Pixels> {
  const scaled = open(source, header, header.frames).resize(size.width, size.height, { fit: "fill" });
  if (header.codedColours !== undefined) return toRecoloured(scaled, header.codedColours, header.bytesPerSample);
  return toPixels(toSrgb(scaled, header), size, header.animation).catch(reportDamage);
}

/** The next smaller size, made from the one before: a quarter of the CPU of decoding again, at the same quality. */
export async function shrink(pixels: Pixels, size: PlannedSize): Promise<Pixels> {
  return toPixels(fromPixels(pixels).resize(size.width, size.height, { fit: "fill" }), size, pixels.animation);
}

/** Encoded anew, always, and without metadata: nothing that came along with the pixels gets out (threats.md I4, I7). */
export async function encode(
  pixels: Pixels,
  format: ImageFormat,
  tighter: Readonly<Record<string, unknown>> = {},
): Promise<Buffer> {
  const animates = pixels.animation !== undefined && IMAGE_FORMATS[format].animates;
  return write(
    fromPixels(animates ? pixels : firstFrame(pixels)),
    format,
    animates ? pixels.animation : undefined,
    tighter,
  ).toBuffer();
}

/** The whole source in another format, row by row: decoded again, since its pixels at full size may not fit into memory. */
export async function convert(source: Buffer, header: ImageHeader, format: ImageFormat): Promise<Buffer> {
  const animation = IMAGE_FORMATS[format].animates ? header.animation : undefined;
  const image = open(source, header, animation === undefined ? 1 : header.frames);
  if (header.codedColours !== undefined) {
    return encode(await toRecoloured(image, header.codedColours, header.bytesPerSample), format);
  }
  return write(toSrgb(image, header), format, animation).toBuffer().catch(reportDamage);
}

function write(image: Sharp, format: ImageFormat, animation: ImageHeader["animation"], tighter = {}): Sharp {
  const opaque = IMAGE_FORMATS[format].hasAlpha ? image : image.flatten({ background: PAPER });
  return opaque.toFormat(format, { ...IMAGE_PRESETS[format].options, ...tighter, ...animation });
}

function fromPixels(pixels: Pixels): Sharp {
  return sharp(pixels.data, { raw: pixels.raw, limitInputPixels: false, animated: pixels.animation !== undefined });
}

/** A still of an animation. */
export function firstFrame({ data, raw }: Pixels): Pixels {
  const { pageHeight = raw.height, ...rest } = raw;
  return { data: data.subarray(0, raw.width * pageHeight * raw.channels), raw: { ...rest, height: pageHeight } };
}

/** A still whose colours are told by code. What has more than 8 bits keeps them up to there: in PQ, 8 would show steps. */
async function toRecoloured(image: Sharp, colours: CodedColours, bytesPerSample: number): Promise<Pixels> {
  const isWide = bytesPerSample > 1;
  const coded = image.toColourspace(isWide ? "rgb16" : "srgb").raw({ depth: isWide ? "ushort" : "uchar" });
  const { data, info } = await coded.toBuffer({ resolveWithObject: true }).catch(reportDamage);
  const samples = isWide ? new Uint16Array(data.buffer, data.byteOffset, data.length / 2) : data;
  const { width, height, channels } = info;
  return { data: recolour({ data: samples, channels }, colours), raw: { width, height, channels } };
}

async function toPixels(image: Sharp, size: PlannedSize, animation: ImageHeader["animation"]): Promise<Pixels> {
  const { data, info } = await image.raw().toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  // Of a raw strip, sharp reports the page height from before the resize.
  return animation === undefined
    ? { data, raw: { width, height, channels } }
    : { data, raw: { width, height, channels, pageHeight: size.height }, animation };
}
