import type { HeifPicture } from "./heif-picture.ts";
import type { ImageFormat, SourceFormat } from "./image-formats.ts";
import { countPixels, type ImageHeader } from "./image-header.ts";
import { type ImagePlan, keepsFrames } from "./image-plan.ts";
import { IMAGE_PRESETS } from "./image-presets.ts";

/**
 * The memory that a picture will need at its peak, from its header alone. Measured with sharp 0.35.5 and
 * MALLOC_ARENA_MAX=2 at 12, 24 and 50 MP, as the growth of a fresh process's resident set; `npm run bench` measures again.
 */

/** Node, the AWS SDK, sharp and its libraries, warm. */
const IDLE_MB = 130;
/** The source's bytes, and once more while they are received. */
const SOURCE_COPIES = 2;
/** A size's pixels, those of the next made from it, and a library's working copy. */
const SIZE_COPIES = 3;
const BYTES_PER_MB = 1024 * 1024;
const RGBA_BYTES = 4;

/** Decoding and encoding follow each other, but what one lets go of, the other's allocator may not find again: they add up. */
export function predictMemoryMb(header: ImageHeader, plan: ImagePlan): number {
  const decoding =
    heicBytes(header) + Math.max(decodingBytes(header), conversionBytes(header, plan.conversion?.format));
  return IDLE_MB + (header.bytes * SOURCE_COPIES + decoding + sizesBytes(header, plan)) / BYTES_PER_MB;
}

/** All sizes at once, since above one core two are encoded at a time. */
function sizesBytes(header: ImageHeader, plan: ImagePlan): number {
  const framePixels = plan.sizes.reduce((sum, { width, height }) => sum + width * height, 0);
  const encoderBytes = Math.max(...plan.formats.map(({ format }) => IMAGE_PRESETS[format].bytesPerPixel));
  return framePixels * (header.frames * RGBA_BYTES * SIZE_COPIES + framesAtOnce(header) * encoderBytes);
}

/** Decoders and encoders of animations keep a frame or two, however many there are. */
function framesAtOnce(header: ImageHeader): number {
  return Math.min(header.frames, 2);
}

/** What a decoder keeps for each stored pixel. Decoders that go row by row keep next to nothing. */
const DECODER_BYTES_PER_PIXEL: Readonly<Record<SourceFormat, (header: ImageHeader) => number>> = {
  // A progressive JPEG's coefficients are kept whole, two bytes each: 3 a pixel at 4:2:0, 6 at 4:4:4.
  jpeg: (header) => (header.isProgressive ? 2 * header.samplesPerPixel : ROW_BY_ROW),
  // An interlaced PNG's pixels are kept whole, and a quarter more.
  png: (header) => (header.isProgressive ? 1.25 * header.samplesPerPixel * header.bytesPerSample : 1.5),
  webp: (header) => (header.needsCanvas ? 4.5 : ROW_BY_ROW),
  avif: () => 19,
  gif: () => 5,
  // A TIFF may be one single strip.
  tiff: (header) => Math.max(1.5, header.samplesPerPixel * header.bytesPerSample),
  // Decoded before anything else happens, into a TIFF that is kept.
  heic: (header) => header.samplesPerPixel,
};
const ROW_BY_ROW = 0.25;

function decodingBytes(header: ImageHeader): number {
  return decodedPixels(header) * DECODER_BYTES_PER_PIXEL[header.format](header);
}

/** A thread, and libheif's code as its compiler holds it. */
const HEIC_THREAD_BYTES = 40 * BYTES_PER_MB;
/** WebAssembly's memory as libheif begins, and room for what it keeps of tables and of a tile. */
const HEIC_HEAP_BYTES = 32 * BYTES_PER_MB;

function heicBytes({ heif, bytes }: ImageHeader): number {
  if (heif === undefined) return 0;
  // The file once more for its thread.
  return HEIC_THREAD_BYTES + bytes + predictHeicHeapBytes(heif, bytes);
}

/**
 * The WebAssembly memory that libheif 1.23 needs for a picture: the file, the samples twice (the decoder's, libheif's),
 * a byte a pixel for what HEVC says of blocks, and RGB; beyond 8 bits, RGB in 16 bits before it is RGB in 8.
 */
export function predictHeicHeapBytes(picture: HeifPicture, sourceBytes: number): number {
  const { hasAlpha, codedPixels, samplesPerPixel, bitsPerSample } = picture;
  const sampleBytes = bitsPerSample > 8 ? 2 : 1;
  const coded = codedPixels * (2 * samplesPerPixel * sampleBytes + 1);
  const shown = codedPixels * (hasAlpha ? 4 : 3) * (sampleBytes === 1 ? 1 : 3);
  return Math.ceil(HEIC_HEAP_BYTES + sourceBytes + GROWTH * (coded + shown));
}
/** Memory grows by a tenth more than is asked for. */
const GROWTH = 1.1;

function decodedPixels(header: ImageHeader): number {
  return header.width * header.height * framesAtOnce(header);
}

/** A conversion decodes, turns and encodes the whole picture at once. */
function conversionBytes(header: ImageHeader, format: ImageFormat | undefined): number {
  if (format === undefined) return 0;
  const pixels = countPixels({ ...header, frames: keepsFrames(header, format) ? header.frames : 1 });
  const turning = header.isTurned ? RGBA_BYTES : 0;
  // Colours told by code are converted on all pixels at once, from the depth that they have.
  const recolouring = header.codedColours === undefined ? 0 : RGBA_BYTES * (1 + header.bytesPerSample);
  // A WebP that is not scaled is decoded whole, lossy or not.
  const unscaled = header.format === "webp" ? 6.5 * decodedPixels(header) : decodingBytes(header);
  return unscaled + pixels * (IMAGE_PRESETS[format].bytesPerPixel + turning + recolouring);
}
