import type { CodedColours } from "./coded-colours.ts";
import type { HeifPicture } from "./heif-picture.ts";
import type { SourceFormat } from "./image-formats.ts";

/** What a picture's header tells before anything is decoded. Pixels are upright: as seen, after its EXIF orientation. */
export interface ImageHeader {
  readonly format: SourceFormat;
  readonly bytes: number;
  readonly width: number;
  /** Of one frame. */
  readonly height: number;
  /** 1 for a still. */
  readonly frames: number;
  /** How often an animation plays, 0 for ever; each frame's milliseconds. */
  readonly animation?: { readonly loop: number; readonly delay: number[] };
  /** EXIF says that the stored pixels are not upright. */
  readonly isTurned: boolean;
  readonly hasAlpha: boolean;
  readonly colours: "rgb" | "cmyk" | "other";
  /** Stored samples per pixel: 1.5 for a JPEG whose colours are halved both ways. */
  readonly samplesPerPixel: number;
  readonly bytesPerSample: number;
  /** A progressive JPEG or an interlaced PNG: pixels are complete only at the end of the file. */
  readonly isProgressive: boolean;
  /** A WebP that is no plain lossy still. */
  readonly needsCanvas: boolean;
  /** At most 256 colours, from a palette. */
  readonly hasPalette: boolean;
  /** A WebP whose pixels are kept exactly. */
  readonly isLossless: boolean;
  /** The embedded colour profile, where it says anything else than sRGB. */
  readonly foreignProfile: boolean;
  /** What libheif must know; of a HEIC alone. */
  readonly heif?: HeifPicture;
  /** Colours other than sRGB's that are told by code, where no profile counts. */
  readonly codedColours?: CodedColours;
}

/** Of all frames together. */
export function countPixels(header: Pick<ImageHeader, "width" | "height" | "frames">): number {
  return header.width * header.height * header.frames;
}
