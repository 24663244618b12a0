import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { corners, MUTED, photo, VALID_PICTURES } from "../../../support/images.ts";
import { compareLook, develop, requireFile, sampleColours } from "./darkroom.ts";

/** A codec at quality 80 moves smoothed colours by about 3. */
const CODEC_NOISE = 8;
/** Inks and paper: conversions differ, hues do not. */
const INK = 30;

describe("The colours of a rendition (I5)", () => {
  it.each([
    ["sixteen-bit.png", "w480.png"],
    ["grey.jpg", "w480.jpg"],
    ["alpha.png", "w480.png"],
    ["palette.png", "w480.png"],
    ["photo.tiff", "w480.jpg"],
    ["photo.avif", "w480.avif"],
    ["photo.gif", "w480.gif"],
  ] as const)("of %s are those of the source", async (name, rendition) => {
    const picture = await VALID_PICTURES[name]();

    const { files } = await develop(picture, { widths: [480] });

    expect(await compareLook(requireFile(files, rendition), picture)).toBeLessThan(CODEC_NOISE);
  });

  it("are 8-bit sRGB without a profile, whatever the source has", async () => {
    const picture = await photo(480, 320).withIccProfile("p3").toColourspace("rgb16").png().toBuffer();

    const { files } = await develop(picture, { avif: true, convertTo: "tiff" });

    for (const file of files.values()) {
      expect(await sharp(file).metadata()).toMatchObject({ space: "srgb", depth: "uchar", hasProfile: false });
    }
  });

  it.each([
    ["JPEG", "jpeg", "srgb", "w240.jpg"],
    ["PNG", "png", "srgb", "w240.png"],
    ["WebP", "webp", "srgb", "w240.webp"],
    ["16-bit PNG", "png", "rgb16", "w240.png"],
  ] as const)(
    "of a Display P3 %s are converted, in sizes and in conversions",
    async (_label, format, depth, rendition) => {
      const red = corners().withIccProfile("p3").toColourspace(depth);
      const picture = await red.toFormat(format, { quality: 95 }).toBuffer();

      const { files } = await develop(picture, { widths: [240], convertTo: "tiff" });

      const expected = await sampleColours(await corners().png().toBuffer());
      for (const file of [requireFile(files, rendition), requireFile(files, "converted.tiff")]) {
        const colours = await sampleColours(file);
        expect(colours.flat().map((value, index) => Math.abs(value - (expected.flat()[index] ?? 0)))).toSatisfy(
          (differences: number[]) => Math.max(...differences) < CODEC_NOISE,
        );
      }
    },
  );

  it("of a Display P3 picture would be wrong if the profile were dropped, so the test above can fail", async () => {
    const picture = await corners().withIccProfile("p3").png().toBuffer();

    const unconverted = await sharp(picture, { ignoreIcc: true }).png().toBuffer();

    expect(await compareLook(unconverted, await corners().png().toBuffer())).toBeGreaterThan(CODEC_NOISE);
  });

  it.each([
    ["with a profile", true],
    ["without a profile", false],
  ])("of a CMYK JPEG %s keep their hues", async (_label, withProfile) => {
    const upright = () => corners(480, 320, MUTED);
    const inks = upright().toColourspace("cmyk");
    const picture = await (withProfile ? inks.withIccProfile("cmyk") : inks).jpeg({ quality: 95 }).toBuffer();

    const { files } = await develop(picture, { widths: [240] });

    expect((await sharp(picture).metadata()).space).toBe("cmyk");
    const difference = await compareLook(requireFile(files, "w240.jpg"), await upright().png().toBuffer());
    expect(difference).toBeLessThan(INK);
  });

  it("keep a source's transparency in every format that has any", async () => {
    const picture = await photo(480, 320).ensureAlpha(0.5).png().toBuffer();

    const { files } = await develop(picture, { avif: true, convertTo: "webp" });

    for (const file of files.values()) expect((await sharp(file).stats()).isOpaque).toBe(false);
  });
});
