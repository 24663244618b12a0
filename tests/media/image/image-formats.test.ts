import { describe, expect, it } from "vitest";
import { CONVERSIONS } from "../../../contracts/media/media.ts";
import { IMAGE_FORMATS, parseImageFormat } from "../../../lambdas/media/formats/image-formats.ts";
import { IMAGE_PRESETS } from "../../../lambdas/media/formats/image-presets.ts";
import { VALID_PICTURES, type ValidPicture } from "../../support/images.ts";

const FORMAT_OF = { jpg: "jpeg", png: "png", webp: "webp", avif: "avif", gif: "gif", tiff: "tiff" } as const;

describe("A picture's format", () => {
  it.each(Object.keys(VALID_PICTURES) as ValidPicture[])("is found by the bytes of %s", async (name) => {
    const extension = name.split(".").at(-1) as keyof typeof FORMAT_OF;

    expect(parseImageFormat(await VALID_PICTURES[name]())).toBe(FORMAT_OF[extension]);
  });

  it("is not believed from bytes that say little", () => {
    for (const bytes of [[0xff], [0xff, 0xd8], [0x89, 0x50], [0x52, 0x49, 0x46, 0x46], [0]]) {
      expect(() => parseImageFormat(Buffer.from(bytes))).toThrow("This is no picture that is known here");
    }
  });

  it("has an entry and a preset for each that a request may ask for", () => {
    expect(Object.keys(IMAGE_FORMATS).sort()).toEqual([...CONVERSIONS.image].sort());
    expect(Object.keys(IMAGE_PRESETS).sort()).toEqual([...CONVERSIONS.image].sort());
  });
});
