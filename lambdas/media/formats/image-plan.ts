import type { Conversion } from "../../../contracts/media/media.ts";
import { isConversionOf } from "../../../contracts/media/media.ts";
import { MediaError } from "../errors.ts";
import { IMAGE_FORMAT_NAMES, IMAGE_FORMATS, type ImageFormat, type SourceFormat } from "./image-formats.ts";
import type { ImageHeader } from "./image-header.ts";

/** One size of a picture: `w640` is 640 pixels wide. */
export interface PlannedSize {
  readonly name: string;
  readonly width: number;
  readonly height: number;
}

export interface PlannedFormat {
  readonly format: ImageFormat;
  /** Otherwise it is written only where it is smaller than what is. */
  readonly isRequired: boolean;
}

export interface ImagePlan {
  /** Largest first: each is made from the one before. */
  readonly sizes: readonly [PlannedSize, ...PlannedSize[]];
  /** In this order, the same for every size. */
  readonly formats: readonly PlannedFormat[];
  /** What the renditions should not be larger than, and how that may be reached. */
  readonly source: Pick<ImageHeader, "bytes" | "hasPalette" | "isLossless">;
  /** One more rendition, in the size of the source. */
  readonly conversion?: { readonly size: PlannedSize; readonly format: ImageFormat };
}

export interface ImagePlanOptions {
  readonly widths: readonly number[];
  readonly avif: boolean;
  readonly convertTo?: Conversion | undefined;
}

/** The rendition that `convertTo` asks for. */
export const CONVERSION_NAME = "converted";

/** Decides what is made of a picture. Throws UNSUPPORTED_CONVERSION. */
export function planImage(header: ImageHeader, options: ImagePlanOptions): ImagePlan {
  const sizes = planSizes(header, options.widths);
  const formats = planFormats(header, options.avif);
  if (options.convertTo === undefined) return { sizes, formats, source: header };
  const size = { name: CONVERSION_NAME, width: header.width, height: header.height };
  return { sizes, formats, source: header, conversion: { size, format: requireImageFormat(options.convertTo) } };
}

/**
 * Never enlarged: of the widths beyond the source's own, the source's own is left, so that nothing it holds is lost. Every height comes from the original's, not from
 * the size before, or rounding adds up to a pixel (performance.md).
 */
function planSizes(header: ImageHeader, widths: readonly number[]): [PlannedSize, ...PlannedSize[]] {
  const fitting = new Set(widths.map((width) => Math.min(width, header.width)));
  const [largest = header.width, ...smaller] = [...fitting].sort((a, b) => b - a);
  const toSize = (width: number): PlannedSize => ({
    name: `w${width}`,
    width,
    height: Math.max(1, Math.round((width * header.height) / header.width)),
  });
  return [toSize(largest), ...smaller.map(toSize)];
}

/** What a browser is given of each source: a format of the web that keeps what the source can show. */
const OWN_FORMAT: Readonly<Record<SourceFormat, (header: ImageHeader) => ImageFormat>> = {
  jpeg: () => "jpeg",
  png: () => "png",
  webp: () => "webp",
  avif: () => "avif",
  gif: () => "gif",
  tiff: (header) => (header.hasAlpha ? "png" : "jpeg"),
  heic: (header) => (header.hasAlpha ? "png" : "jpeg"),
};

/**
 * The source's own format is always there, and WebP for an AVIF, which older browsers cannot show: `<picture>` falls back
 * on it, so it is written even where it comes out larger than the upload (after tighter settings have been tried). What
 * else is made is made to be smaller: where it is not, it is not written.
 */
function planFormats(header: ImageHeader, avif: boolean): PlannedFormat[] {
  const own = OWN_FORMAT[header.format](header);
  const formats: PlannedFormat[] = [{ format: own, isRequired: true }];
  if (own !== "webp") formats.push({ format: "webp", isRequired: own === "avif" });
  // sharp writes no animated AVIF, and a still in place of an animation is not a smaller one of the same.
  if (avif && own !== "avif" && header.frames === 1) formats.push({ format: "avif", isRequired: false });
  return formats;
}

function requireImageFormat(convertTo: Conversion): ImageFormat {
  if (isConversionOf("image", convertTo)) return convertTo as ImageFormat;
  const labels = IMAGE_FORMAT_NAMES.map((format) => IMAGE_FORMATS[format].label).join(", ");
  throw new MediaError(
    "UNSUPPORTED_CONVERSION",
    `A picture cannot be converted to ${convertTo}. It can be to ${labels}.`,
  );
}

/** Whether this format keeps the source's frames; a still format shows the first. */
export function keepsFrames(header: ImageHeader, format: ImageFormat): boolean {
  return header.frames > 1 && IMAGE_FORMATS[format].animates;
}
