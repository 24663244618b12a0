import type { ImageHeader } from "../../../lambdas/media/formats/image-header.ts";

/** A plain JPEG's header, but for what the test is about. */
export function createHeader(header: Partial<ImageHeader> = {}): ImageHeader {
  return {
    format: "jpeg",
    bytes: 1_000_000,
    width: 1200,
    height: 800,
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
