import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { paint } from "../../../../bench/images/pictures.ts";
import { photo } from "../../../support/images.ts";
import { develop, requireFile } from "./darkroom.ts";

const WIDTH = 640;
const HEIGHT = 480;
/** As `images.widths` has them, but for the largest. */
const WIDTHS = [640, 320, 150];

/** Soft shades that a PNG's filters make short. */
const shades = () => paint(WIDTH, HEIGHT, (x, y) => [255 * x, 255 * y, 128]);
/** Stripes and blocks in a few colours, as of a drawing or a screen. */
const drawing = () =>
  paint(WIDTH, HEIGHT, (x, y) => {
    const inside = Math.hypot(x - 0.5, y - 0.5) < 0.3;
    const stripe = Math.floor(x * 16) % 3;
    return inside ? [200, 40, 40] : [stripe * 100, 90, 60 + stripe * 60];
  });

/** Packed better than is worth it for each of several sizes. */
const tight = { compressionLevel: 9, adaptiveFiltering: true, effort: 10 } as const;

describe("A rendition in the source's own size", () => {
  it.each<[string, string, () => Promise<Buffer>]>([
    ["PNG of soft shades", "w640.png", () => shades().png({ compressionLevel: 9, adaptiveFiltering: true }).toBuffer()],
    [
      "PNG with a palette",
      "w640.png",
      () =>
        drawing()
          .png({ ...tight, palette: true, dither: 0 })
          .toBuffer(),
    ],
    [
      "grey PNG of two shades",
      "w640.png",
      () =>
        drawing()
          .threshold(90)
          .toColourspace("b-w")
          .png({ ...tight, palette: true, colours: 2 })
          .toBuffer(),
    ],
    ["JPEG of low quality", "w640.jpg", () => photo(WIDTH, HEIGHT).jpeg({ quality: 65 }).toBuffer()],
    ["WebP of low quality", "w640.webp", () => photo(WIDTH, HEIGHT).webp({ quality: 72 }).toBuffer()],
    ["lossless WebP of a drawing", "w640.webp", () => drawing().webp({ lossless: true }).toBuffer()],
    [
      "AVIF of low quality",
      "w640.avif",
      () => photo(WIDTH, HEIGHT).avif({ quality: 50, effort: 0, chromaSubsampling: "4:2:0" }).toBuffer(),
    ],
  ])("is not larger than the upload, a %s", async (_kind, name, make) => {
    const picture = await make();

    const { files } = await develop(picture, { widths: WIDTHS });

    const rendition = requireFile(files, name);
    expect(rendition.length / picture.length).toBeLessThanOrEqual(1);
  });

  it("keeps every pixel of a PNG with a palette", async () => {
    const picture = await drawing()
      .png({ ...tight, palette: true, dither: 0 })
      .toBuffer();

    const { files } = await develop(picture, { widths: [WIDTH] });

    const pixels = (file: Buffer) => sharp(file).toColourspace("srgb").removeAlpha().raw().toBuffer();
    expect((await pixels(requireFile(files, "w640.png"))).equals(await pixels(picture))).toBe(true);
  });
});

describe("Smaller renditions", () => {
  it("of a picture with a palette have one too where they would be larger than the upload without", async () => {
    const picture = await drawing()
      .png({ ...tight, palette: true, dither: 0 })
      .toBuffer();

    const { files } = await develop(picture, { widths: WIDTHS });

    expect((await sharp(requireFile(files, "w320.png")).metadata()).isPalette).toBe(true);
  });

  it("of a large upload are packed once, and quickly", async () => {
    const picture = await drawing().png({ compressionLevel: 0 }).toBuffer();

    const { files } = await develop(picture, { widths: [320] });

    expect((await sharp(requireFile(files, "w320.png")).metadata()).isPalette).toBe(false);
  });

  it("are there in the source's own format even where they are larger than the upload: a fallback must be", async () => {
    const picture = await shades().png(tight).toBuffer();

    const { result } = await develop(picture, { widths: WIDTHS });

    const widths = result.renditions.filter(({ contentType }) => contentType === "image/png").map(({ width }) => width);
    expect(widths).toEqual([150, 320, 640]);
  });
});
