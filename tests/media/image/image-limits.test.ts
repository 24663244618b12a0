import { describe, expect, it } from "vitest";
import type { ImageHeader } from "../../../lambdas/media/formats/image-header.ts";
import { requireWithinMemory, requireWithinPixelLimits } from "../../../lambdas/media/formats/image-limits.ts";
import { predictMemoryMb } from "../../../lambdas/media/formats/image-memory.ts";
import { planImage } from "../../../lambdas/media/formats/image-plan.ts";
import { createHeader } from "./header.ts";

const check = (header: Partial<ImageHeader>) => () => requireWithinPixelLimits(createHeader(header));
const predict = (header: Partial<ImageHeader>) =>
  predictMemoryMb(createHeader(header), planImage(createHeader(header), { widths: [1024], avif: false }));

describe("The limits of a picture's pixels (I1)", () => {
  it.each([
    ["jpeg", 16_000, 12_500, "200 megapixels are accepted as JPEG"],
    ["png", 16_000, 12_500, "200 megapixels are accepted as PNG"],
    ["heic", 12_000, 9000, "108 megapixels are accepted as HEIC"],
    ["avif", 8000, 8000, "64 megapixels are accepted as AVIF"],
    ["gif", 10_000, 5000, "50 megapixels are accepted as GIF"],
  ] as const)("are each format's own, to the pixel: %s", (format, width, height, words) => {
    expect(check({ format, width, height })).not.toThrow();
    expect(check({ format, width, height: height + 1 })).toThrow(words);
  });

  it("let in what phones' sensors have: 50, 108 and 200 megapixels", () => {
    for (const [width, height] of [
      [8160, 6144],
      [12_000, 9000],
      [16_320, 12_240],
    ] as const) {
      expect(check({ width, height })).not.toThrow();
    }
  });

  it("count the tiles of a HEIC, however often one is shown", () => {
    const heif = { width: 64, height: 64, hasAlpha: false, samplesPerPixel: 1.5, bitsPerSample: 8 };

    expect(check({ format: "heic", width: 64, height: 64, heif: { ...heif, codedPixels: 270_000_000 } })).not.toThrow();
    expect(check({ format: "heic", width: 64, height: 64, heif: { ...heif, codedPixels: 270_000_001 } })).toThrow(
      "parts that hold far more",
    );
  });

  it("are 16 383 pixels a side", () => {
    expect(check({ width: 16_383, height: 3000 })).not.toThrow();
    expect(check({ width: 3000, height: 16_384 })).toThrow("16383 pixels a side");
  });

  it("count all frames of an animation together, and 1000 at most", () => {
    expect(check({ format: "gif", width: 1000, height: 500, frames: 100 })).not.toThrow();
    expect(check({ format: "gif", width: 1000, height: 500, frames: 101 })).toThrow(
      "101 frames, 50.5 megapixels in all",
    );
    expect(check({ format: "gif", width: 10, height: 10, frames: 1001 })).toThrow("At most 1000 frames");
  });
});

describe("The memory that a picture will need", () => {
  const large = { width: 7000, height: 7000 };

  it("is small for a JPEG and a WebP that are decoded row by row", () => {
    expect(predict(large)).toBeLessThan(200);
    expect(predict({ ...large, format: "webp" })).toBeLessThan(200);
  });

  it("grows by 3 and 6 bytes a pixel for progressive JPEG, 5 for interlaced PNG, 19 for AVIF", () => {
    const growth = (header: Partial<ImageHeader>) =>
      ((predict({ ...header, width: 4000, height: 4000 }) - predict({ ...header, width: 2000, height: 2000 })) *
        1024 *
        1024) /
      12e6;

    expect(growth({ isProgressive: true })).toBeCloseTo(3, 0);
    expect(growth({ isProgressive: true, samplesPerPixel: 3 })).toBeCloseTo(6, 0);
    expect(growth({ isProgressive: true, format: "png", samplesPerPixel: 4 })).toBeCloseTo(5, 0);
    expect(growth({ format: "avif" })).toBeCloseTo(19, 0);
  });

  it("is refused in words that name the kind where it is more than there is", () => {
    const header = createHeader({ ...large, isProgressive: true, samplesPerPixel: 3 });
    const plan = planImage(header, { widths: [1024], avif: false });

    expect(() => requireWithinMemory(header, plan, 256)).toThrow("not enough memory here for a progressive JPEG");
    expect(() => requireWithinMemory(header, plan, 1769)).not.toThrow();
  });

  it("is refused for a conversion that costs too much, with that format's own limit", () => {
    const header = createHeader(large);
    const plan = planImage(header, { widths: [1024], avif: false, convertTo: "gif" });

    expect(() => requireWithinMemory(header, plan, 10_000)).toThrow("At most 16 megapixels can be converted to GIF");
  });
});
