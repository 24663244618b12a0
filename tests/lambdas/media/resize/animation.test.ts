import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { animation, SINGLE_FRAMES } from "../../../support/images.ts";
import { develop, developInVain, requireFile, sampleColours } from "./darkroom.ts";

describe("An animation (I6)", () => {
  it.each([
    ["gif", "w100.gif"],
    ["webp", "w100.webp"],
  ] as const)("in %s keeps its frames, their times and its loops in every size", async (format, rendition) => {
    const picture = await animation(format, { frames: 6, delay: 120 });

    const { result, files } = await develop(picture, { widths: [50, 100, 200] });

    expect(await sharp(requireFile(files, rendition)).metadata()).toMatchObject({
      width: 100,
      height: 50,
      pages: 6,
      delay: Array(6).fill(120),
      loop: 0,
    });
    expect(result.source).toMatchObject({ width: 200, height: 100 });
  });

  it("has the right frame in the right place after scaling", async () => {
    const picture = await animation("webp", { frames: 4 });

    const { files } = await develop(picture, { widths: [50, 100] });

    const small = requireFile(files, "w50.webp");
    for (const page of [0, 1, 2, 3]) {
      const [expected, actual] = [await meanColour(picture, page), await meanColour(small, page)];
      const differences = expected.map((mean, channel) => Math.abs(mean - (actual[channel] ?? 0)));
      expect(Math.max(...differences)).toBeLessThan(6);
    }
  });

  it("is not written as AVIF, which would hold one frame of it", async () => {
    const { files } = await develop(await animation("gif"), { avif: true });

    expect([...files.keys()].filter((name) => name.endsWith(".avif"))).toEqual([]);
  });

  it("is converted to a still as its first frame, and to WebP with all", async () => {
    const picture = await animation("gif", { frames: 3 });

    const still = await develop(picture, { convertTo: "png" });
    const moving = await develop(picture, { convertTo: "webp" });

    expect(await sharp(requireFile(still.files, "converted.png")).metadata()).toMatchObject({
      width: 200,
      height: 100,
    });
    expect(await sharp(requireFile(moving.files, "converted.webp")).metadata()).toMatchObject({ pages: 3 });
  });

  it("that is to be turned is refused by name, since its frames would be mixed up", async () => {
    const upright = await animation("webp");
    const picture = await sharp(upright, { animated: true }).withMetadata({ orientation: 6 }).webp().toBuffer();

    const { error } = await developInVain(picture);

    expect(error).toMatchObject({ code: "UNSUPPORTED_FORMAT", message: expect.stringContaining("animation") });
  });
});

describe("An animation of one frame", () => {
  it.each(Object.entries(SINGLE_FRAMES))("is a still: %s", async (_name, make) => {
    const { files, result } = await develop(await make(), { widths: [100] });

    expect(result.source).toMatchObject({ width: 200, height: 100 });
    for (const file of files.values()) expect((await sharp(file).metadata()).pages ?? 1).toBe(1);
    const [red = []] = await sampleColours(requireFile(files, "w100.webp"));
    expect(red.map((value, channel) => Math.abs(value - ([200, 40, 40][channel] ?? 0)))).toSatisfy(
      (differences: number[]) => Math.max(...differences) <= 12,
    );
  });

  it("is refused as PNG where the frame is another picture than the one that stands for it", async () => {
    const picture = await SINGLE_FRAMES["one.png"]();
    picture.write("fdAT", picture.indexOf("fcTL"));

    const { error } = await developInVain(picture);

    expect(error).toMatchObject({ code: "UNSUPPORTED_FORMAT", message: expect.stringContaining("an animated PNG") });
  });
});

async function meanColour(animated: Buffer, page: number): Promise<number[]> {
  const { channels } = await sharp(animated, { page }).removeAlpha().stats();
  return channels.map(({ mean }) => mean);
}
