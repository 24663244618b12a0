import type { SourceFormat } from "./image-formats.ts";

/** Figures alone, apart from what is done with them, so that presign, which tells them, stays small. */

/**
 * Checked on the header, before anything is decoded (threats.md I1). The largest sensor of a phone has 200 megapixels,
 * 16 320 × 12 240, and writes them as JPEG; what needs more memory than the function has is refused besides, by
 * arithmetic. AVIF needs 19 bytes a pixel: 64 megapixels are 1.2 GB. GIF is all animations and old graphics.
 */
export const MAX_PIXELS: Readonly<Record<SourceFormat, number>> = {
  jpeg: 200_000_000,
  png: 200_000_000,
  webp: 200_000_000,
  tiff: 200_000_000,
  heic: 108_000_000,
  avif: 64_000_000,
  gif: 50_000_000,
};
/** Of all frames together, since each is scaled and encoded: a GIF's palette alone takes 0.3 s of CPU a megapixel. */
export const MAX_ANIMATION_PIXELS = 50_000_000;
/** WebP, which nearly every picture is also written as, has no longer side. */
export const MAX_SIDE_PIXELS = 16_383;
/** About half a minute of animation; each frame is scaled and encoded in every size and format (threats.md I6). */
export const MAX_FRAMES = 1000;
