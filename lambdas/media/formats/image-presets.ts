import type { AvifOptions, GifOptions, JpegOptions, PngOptions, TiffOptions, WebpOptions } from "sharp";
import type { ImageFormat } from "./image-formats.ts";

interface EncoderOptions {
  readonly jpeg: JpegOptions;
  readonly png: PngOptions;
  readonly webp: WebpOptions;
  readonly avif: AvifOptions;
  readonly gif: GifOptions;
  readonly tiff: TiffOptions;
}

/** How one format is written. The docs' table is made from this record; a format without a preset does not compile. */
export interface ImagePreset<F extends ImageFormat> {
  readonly options: EncoderOptions[F];
  /** Tried in this order where the file came out larger than the upload, until it does not. */
  readonly tighter: readonly EncoderOptions[F][];
  /** A picture of more pixels (all frames together) is not written in this format. */
  readonly maxPixels: number;
  /** What the encoder needs at its peak, measured at 12, 24 and 50 MP; alpha and all. */
  readonly bytesPerPixel: number;
  readonly reason: string;
}

export const IMAGE_PRESETS: { readonly [F in ImageFormat]: ImagePreset<F> } = {
  jpeg: {
    options: { quality: 80 },
    // An upload that is smaller was saved with no more quality than these.
    tighter: [{ quality: 70 }, { quality: 60 }],
    maxPixels: 108_000_000,
    bytesPerPixel: 6.5,
    reason: "mozjpeg's trellis costs 6 times the CPU for 4–10 % of the bytes.",
  },
  png: {
    options: { compressionLevel: 6 },
    // Filters cost twice the CPU, and make flat graphics larger and soft shades up to 15 times smaller.
    tighter: [{ adaptiveFiltering: true }, { compressionLevel: 9, adaptiveFiltering: true }],
    maxPixels: 64_000_000,
    // The encoder itself needs one row; its output may be as large as the pixels.
    bytesPerPixel: 4.5,
    reason: "Lossless; level 9 costs 2–5 times the CPU for 2–4 % of the bytes.",
  },
  webp: {
    options: { quality: 81, effort: 2 },
    tighter: [{ quality: 70 }, { quality: 60 }],
    maxPixels: 64_000_000,
    bytesPerPixel: 6.5,
    reason: "Quality equal to the JPEG at 0.73 of its bytes; effort 4 costs twice as much for 6 %.",
  },
  avif: {
    options: { quality: 65, effort: 0, tune: "ssim", chromaSubsampling: "4:2:0" },
    tighter: [{ quality: 55 }, { quality: 45 }],
    maxPixels: 24_000_000,
    bytesPerPixel: 30,
    reason: "Quality equal to the JPEG at 0.66 of its bytes; effort 4 costs 50 times the CPU.",
  },
  gif: {
    options: { effort: 1 },
    tighter: [{ dither: 0 }, { dither: 0, interFrameMaxError: 8 }],
    maxPixels: 16_000_000,
    bytesPerPixel: 12,
    reason: "The palette is what costs: 0.3 s of CPU per megapixel even at the least effort.",
  },
  tiff: {
    options: { compression: "deflate", predictor: "horizontal" },
    tighter: [],
    maxPixels: 64_000_000,
    bytesPerPixel: 4.5,
    reason: "Lossless and read everywhere; sharp's default would be a JPEG inside a TIFF.",
  },
};
