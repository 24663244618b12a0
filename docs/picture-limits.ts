import { MAX_PIXELS } from "../lambdas/media/formats/image-bounds.ts";
import type { SourceFormat } from "../lambdas/media/formats/image-formats.ts";
import type { ImageHeader } from "../lambdas/media/formats/image-header.ts";
import { predictMemoryMb } from "../lambdas/media/formats/image-memory.ts";
import { planImage } from "../lambdas/media/formats/image-plan.ts";

/** The largest picture of each kind that is accepted, by the function's own arithmetic. */

/** The default of `functions.resize.memoryMb`, `images.widths` and `limits.imageBytes`. */
export const RESIZE_MEMORY_MB = 1769;
export const SOURCE_MB = 50;
const WIDTHS = [150, 320, 640, 1024];

interface Kind {
  readonly label: string;
  readonly format: SourceFormat;
  readonly header?: Partial<ImageHeader>;
}

const KINDS: readonly Kind[] = [
  { label: "JPEG", format: "jpeg" },
  { label: "progressive JPEG, 4:2:0", format: "jpeg", header: { isProgressive: true } },
  { label: "progressive JPEG, 4:4:4", format: "jpeg", header: { isProgressive: true, samplesPerPixel: 3 } },
  { label: "PNG", format: "png", header: { samplesPerPixel: 4 } },
  { label: "interlaced PNG, 8 bits with alpha", format: "png", header: { isProgressive: true, samplesPerPixel: 4 } },
  {
    label: "interlaced PNG, 16 bits with alpha",
    format: "png",
    header: { isProgressive: true, samplesPerPixel: 4, bytesPerSample: 2 },
  },
  { label: "WebP, lossy", format: "webp" },
  { label: "WebP, lossless or with alpha", format: "webp", header: { needsCanvas: true } },
  { label: "TIFF, 8 bits", format: "tiff", header: { samplesPerPixel: 3 } },
  { label: "TIFF, 16 bits with alpha", format: "tiff", header: { samplesPerPixel: 4, bytesPerSample: 2 } },
  { label: "HEIC, 8 bits", format: "heic", header: { samplesPerPixel: 3 } },
  { label: "HEIC, 10 bits", format: "heic", header: { samplesPerPixel: 3 } },
  { label: "AVIF", format: "avif" },
  { label: "GIF", format: "gif" },
];

/** Megapixels of a 4:3 picture, rounded down. */
function findLargest({ label, format, header }: Kind): number {
  const limit = MAX_PIXELS[format] / 1_000_000;
  for (let megapixels = limit; megapixels > 1; megapixels--) {
    const height = Math.floor(Math.sqrt(megapixels * 750_000));
    const width = Math.floor((megapixels * 1_000_000) / height);
    const picture = createHeader({ ...header, format, width, height });
    const isDeep = label.includes("10 bits");
    const whole = format === "heic" ? { ...picture, heif: createHeif(width, height, isDeep ? 10 : 8) } : picture;
    if (predictMemoryMb(whole, planImage(whole, { widths: WIDTHS, avif: true })) <= RESIZE_MEMORY_MB) return megapixels;
  }
  return 0;
}

function createHeader(header: Partial<ImageHeader> & Pick<ImageHeader, "format" | "width" | "height">): ImageHeader {
  return {
    bytes: SOURCE_MB * 1_000_000,
    frames: 1,
    isTurned: false,
    hasAlpha: false,
    colours: "rgb",
    samplesPerPixel: 1.5,
    bytesPerSample: 1,
    isProgressive: false,
    needsCanvas: false,
    hasPalette: false,
    isLossless: false,
    foreignProfile: false,
    ...header,
  };
}

function createHeif(width: number, height: number, bitsPerSample: number) {
  return { width, height, hasAlpha: false, codedPixels: width * height, samplesPerPixel: 1.5, bitsPerSample };
}

/** A table of every kind. */
export function formatLargest(): string {
  const rows = KINDS.map((kind) => {
    const largest = findLargest(kind);
    const limit = MAX_PIXELS[kind.format] / 1_000_000;
    return `| ${kind.label} | ${limit} MP | ${largest} MP |`;
  });
  return [`| source | at most | of these, in ${RESIZE_MEMORY_MB} MB |`, "| --- | --: | --: |", ...rows].join("\n");
}
