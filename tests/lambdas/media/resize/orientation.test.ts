import sharp, { type Sharp } from "sharp";
import { describe, expect, it } from "vitest";
import { corners, photo } from "../../../support/images.ts";
import { compareLook, develop, requireFile } from "./darkroom.ts";

/** How a picture is stored that each of EXIF's eight orientations makes upright. sharp flips before it rotates. */
const STORED = {
  1: (upright: Sharp) => upright,
  2: (upright: Sharp) => upright.flop(),
  3: (upright: Sharp) => upright.rotate(180),
  4: (upright: Sharp) => upright.flip(),
  5: (upright: Sharp) => upright.flip().rotate(90),
  6: (upright: Sharp) => upright.rotate(270),
  7: (upright: Sharp) => upright.flip().rotate(270),
  8: (upright: Sharp) => upright.rotate(90),
} as const;

/** The corners' hard edges ring; a wrong turn is off by 150. */
const EDGE = 40;

describe("A picture's orientation (I4)", () => {
  it.each(Object.keys(STORED).map(Number) as (keyof typeof STORED)[])(
    "of %i is applied, in sizes and in conversions",
    async (orientation) => {
      const upright = await corners(480, 320).png().toBuffer();
      const turned = await STORED[orientation](sharp(upright)).png().toBuffer();
      const picture = await sharp(turned).withMetadata({ orientation }).jpeg({ quality: 95 }).toBuffer();

      const { result, files } = await develop(picture, { widths: [240], convertTo: "png" });

      expect(result.source).toMatchObject({ width: 480, height: 320 });
      for (const name of ["w240.jpg", "w240.webp", "converted.png"]) {
        expect(await compareLook(requireFile(files, name), upright)).toBeLessThan(EDGE);
      }
    },
  );
});

describe("A picture's metadata (I4)", () => {
  it("is in no rendition: no EXIF, no place, no XMP, no profile, no comment", async () => {
    const secret = "N 52° 31' 12.025\"";
    const picture = await photo(480, 320)
      .withExif({
        IFD0: { Copyright: secret, Make: "A camera" },
        IFD3: { GPSLatitude: "52/1 31/1 12/1", GPSLatitudeRef: "N" },
      })
      .withXmp(`<x:xmpmeta xmlns:x="adobe:ns:meta/"><a>${secret}</a></x:xmpmeta>`)
      .keepIccProfile()
      .jpeg()
      .toBuffer();
    expect(picture.includes(secret)).toBe(true);

    const { files } = await develop(picture, { avif: true, convertTo: "tiff" });

    for (const [name, file] of files) {
      const { exif, xmp, iptc, icc, comments } = await sharp(file).metadata();
      expect({ name, exif, xmp, iptc, icc, comments }).toEqual({ name });
      expect(file.includes(secret)).toBe(false);
    }
  });
});
