import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { avifWithCodes } from "../../../support/avif.ts";
import { chunk, withPngChunks } from "../../../support/images.ts";
import { develop, requireFile, sampleColours } from "./darkroom.ts";

/** What a rendition may differ from what a browser shows of its source. */
const CLOSE = 12;
type Colour = readonly [number, number, number];

const ORANGE: Colour = [200, 120, 60];
const GREY: Colour = [128, 128, 128];

function plain([r, g, b]: Colour) {
  return sharp({ create: { width: 64, height: 48, channels: 3, background: { r, g, b } } });
}

const numbers = (...values: number[]) => {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, 4 * index);
  return bytes;
};
const cicp = (...codes: number[]) => chunk("cICP", Buffer.from(codes));
const gama = (value: number) => chunk("gAMA", numbers(value));
/** Adobe RGB's. */
const chrm = chunk("cHRM", numbers(31_270, 32_900, 64_000, 33_000, 21_000, 71_000, 15_000, 6000));
const srgb = chunk("sRGB", Buffer.from([0]));

async function colourOf(picture: Buffer): Promise<{ sized: number[]; converted: number[] }> {
  const { files } = await develop(picture, { widths: [32], convertTo: "png" });
  const own = [...files.keys()].find((name) => /^w32\.(png|avif)$/.test(name)) ?? "";
  const [sized = []] = await sampleColours(requireFile(files, own));
  const [converted = []] = await sampleColours(requireFile(files, "converted.png"));
  return { sized, converted };
}

function expectClose(colour: readonly number[], expected: Colour): void {
  const worst = Math.max(...colour.map((value, channel) => Math.abs(value - (expected[channel] ?? 0))));
  expect({ colour, expected, worst }).toMatchObject({ worst: expect.toSatisfy((value: number) => value <= CLOSE) });
}

/** Expected is what Chromium 156, forced to sRGB, draws of the same bytes. */
describe("The colours of a PNG that tells them by code or number", () => {
  it.each<[string, Buffer[], Colour, Colour]>([
    ["linear light", [gama(100_000)], GREY, [188, 188, 188]],
    ["a gamma of 1/1.67", [gama(60_000)], ORANGE, [213, 145, 84]],
    ["sRGB's own gamma, which changes nothing", [gama(45_455)], ORANGE, ORANGE],
    ["Adobe RGB's gamma and primaries", [gama(45_470), chrm], ORANGE, [224, 121, 53]],
    ["primaries without a gamma, which change nothing", [chrm], ORANGE, ORANGE],
    ["a gamma beside sRGB's own mark, which counts more", [srgb, gama(100_000)], ORANGE, ORANGE],
    ["Display P3", [cicp(12, 13, 0, 1)], ORANGE, [213, 115, 42]],
    ["a code that counts more than all others", [cicp(12, 13, 0, 1), srgb, gama(100_000)], ORANGE, [213, 115, 42]],
    ["linear BT.2020", [cicp(9, 8, 0, 1)], ORANGE, [255, 176, 124]],
    ["codes that nobody knows, which change nothing", [cicp(99, 13, 0, 1)], ORANGE, ORANGE],
    ["a code of YUV, which a PNG cannot hold", [cicp(9, 16, 9, 1)], ORANGE, ORANGE],
    ["PQ: grey", [cicp(9, 16, 0, 1)], GREY, [132, 132, 132]],
    ["PQ: a colour", [cicp(9, 16, 0, 1)], [76, 153, 128], [0, 211, 121]],
    ["HLG: grey", [cicp(9, 18, 0, 1)], GREY, [99, 99, 99]],
    ["HLG: a colour", [cicp(9, 18, 0, 1)], ORANGE, [230, 76, 29]],
  ])("are honoured in sizes and in conversions: %s", async (_kind, chunks, stored, expected) => {
    const picture = withPngChunks(await plain(stored).png().toBuffer(), ...chunks);

    const { sized, converted } = await colourOf(picture);

    expectClose(sized, expected);
    expectClose(converted, expected);
  });

  it("are those of a profile, whatever the gamma says, and those of a code, whatever the profile says", async () => {
    const profiled = await plain(ORANGE).withIccProfile("p3").png().toBuffer();

    expectClose((await colourOf(withPngChunks(profiled, gama(100_000)))).sized, ORANGE);
    const stored = await sampleColours(await sharp(profiled, { ignoreIcc: true }).png().toBuffer());
    const [red = 0, green = 0, blue = 0] = stored[0] ?? [];
    expectClose((await colourOf(withPngChunks(profiled, cicp(1, 13, 0, 1)))).sized, [red, green, blue]);
  });

  it("keep their transparency, and the depth that they have until they are converted", async () => {
    const deep = await plain(ORANGE).ensureAlpha(0.5).toColourspace("rgb16").png().toBuffer();

    const { files } = await develop(withPngChunks(deep, cicp(9, 16, 0, 1)), { widths: [32] });

    const shallow = (await colourOf(withPngChunks(await plain(ORANGE).png().toBuffer(), cicp(9, 16, 0, 1)))).sized;
    const { data } = await sharp(requireFile(files, "w32.png")).raw().toBuffer({ resolveWithObject: true });
    expect(data[3]).toBeGreaterThan(125);
    expect(data[3]).toBeLessThan(130);
    expect([...data.subarray(0, 3)].map((value, channel) => Math.abs(value - (shallow[channel] ?? 0)))).toSatisfy(
      (differences: number[]) => Math.max(...differences) <= 3,
    );
  });
});

/** The same of an AVIF. */
describe("The colours of an AVIF that tells them by code", () => {
  it.each<[string, number, number, Colour, Colour]>([
    ["sRGB", 1, 13, ORANGE, ORANGE],
    ["BT.709, which is shown as sRGB", 1, 1, ORANGE, ORANGE],
    ["nothing", 2, 2, ORANGE, ORANGE],
    ["Display P3", 12, 13, ORANGE, [213, 115, 42]],
    ["PQ, without a grey veil", 9, 16, [38, 38, 38], [8, 8, 8]],
    ["PQ: white", 9, 16, [195, 195, 195], [254, 254, 254]],
    ["HLG", 9, 18, ORANGE, [230, 76, 29]],
  ])("are honoured in sizes and in conversions: %s", async (_kind, primaries, transfer, stored, expected) => {
    const picture = await avifWithCodes(plain(stored), primaries, transfer);

    const { sized, converted } = await colourOf(picture);

    expectClose(sized, expected);
    expectClose(converted, expected);
  });
});
