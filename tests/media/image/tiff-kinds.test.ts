import { describe, expect, it } from "vitest";
import { findUnreadableTiff } from "../../../lambdas/media/formats/tiff-kinds.ts";
import { develop, developInVain, requireFile, sampleColours } from "../../lambdas/media/resize/darkroom.ts";
import { SHORT, type TiffShape, tiff } from "../../support/tiff.ts";

const WIDTH = 64;
const HEIGHT = 40;
const PIXELS = WIDTH * HEIGHT;

/** One colour everywhere, by what a pixel's bytes are. */
function plain(pixel: readonly number[], shape: Partial<TiffShape>): Buffer {
  const data = Buffer.concat(Array.from({ length: PIXELS }, () => Buffer.from(pixel)));
  return tiff({ width: WIDTH, height: HEIGHT, samples: 3, bits: 8, photometric: 2, data, ...shape });
}

const float = (...values: number[]) => [...Buffer.from(new Float32Array(values).buffer)];
const palette = Array.from({ length: 768 }, (_, index) => [200, 100, 50][Math.floor(index / 256)] ?? 0).map(
  (v) => v * 257,
);

describe("A TIFF", () => {
  it.each<[string, Buffer, readonly number[]]>([
    ["RGB", plain([200, 100, 50], {}), [200, 100, 50]],
    ["RGB of 16 bits", plain([0, 200, 0, 100, 0, 50], { bits: 16 }), [200, 100, 50]],
    [
      "RGB, each colour on its own",
      plain([], {
        isPlanar: true,
        data: Buffer.concat([200, 100, 50].map((value) => Buffer.alloc(PIXELS, value))),
      }),
      [200, 100, 50],
    ],
    [
      "RGB of floating point, which is linear light",
      plain(float(0.5776, 0.1274, 0.0319), { bits: 32, sampleFormat: 3 }),
      [200, 100, 50],
    ],
    ["grey", plain([90], { samples: 1, photometric: 1 }), [90, 90, 90]],
    ["grey upside down", plain([90], { samples: 1, photometric: 0 }), [165, 165, 165]],
    ["grey of 16 bits", plain([0, 90], { samples: 1, bits: 16, photometric: 1 }), [90, 90, 90]],
    [
      "grey of 4 bits",
      plain([], { samples: 1, bits: 4, photometric: 1, data: Buffer.alloc(PIXELS / 2, 0x99) }),
      [153, 153, 153],
    ],
    [
      "black and white",
      plain([], { samples: 1, bits: 1, photometric: 0, data: Buffer.alloc(PIXELS / 8) }),
      [255, 255, 255],
    ],
    [
      "of a palette",
      plain([7], { samples: 1, photometric: 3, tags: [{ tag: 320, type: SHORT, values: palette }] }),
      [200, 100, 50],
    ],
    ["CIE Lab of 16 bits", plain([75, 136, 23, 80, 51, 67], { bits: 16, photometric: 8 }), [255, 0, 0]],
    ["in inks", plain([0, 255, 255, 0], { samples: 4, photometric: 5 }), [232, 0, 0]],
    [
      "in inks of 16 bits",
      plain([0, 0, 255, 255, 255, 255, 0, 0], { samples: 4, bits: 16, photometric: 5 }),
      [232, 0, 0],
    ],
  ])("%s comes out in its colours", async (_kind, picture, expected) => {
    const { files } = await develop(picture, { widths: [WIDTH], convertTo: "png" });

    const [colour = []] = await sampleColours(requireFile(files, "converted.png"));
    const differences = colour.map((value, channel) => Math.abs(value - (expected[channel] ?? 0)));
    expect({ colour, worst: Math.max(...differences) }).toMatchObject({
      worst: expect.toSatisfy((worst: number) => worst <= 12),
    });
  });

  it.each<[string, Buffer]>([
    [
      "a TIFF of 32-bit floating point numbers",
      plain(float(0.5), { samples: 1, bits: 32, photometric: 1, sampleFormat: 3 }),
    ],
    [
      "a TIFF of 16-bit floating point numbers",
      plain([0, 56], { samples: 1, bits: 16, photometric: 1, sampleFormat: 3 }),
    ],
    [
      "a TIFF of 64-bit floating point numbers",
      plain(Array(8).fill(0), { samples: 1, bits: 64, photometric: 1, sampleFormat: 3 }),
    ],
    ["a TIFF of signed numbers", plain([9], { samples: 1, photometric: 1, sampleFormat: 2 })],
    ["a TIFF of complex numbers", plain(Array(8).fill(0), { samples: 1, bits: 64, photometric: 1, sampleFormat: 6 })],
    ["a TIFF of 32 bits a sample", plain([0, 0, 0, 9], { samples: 1, bits: 32, photometric: 1 })],
    [
      "a TIFF of 12 bits a sample",
      plain([], { samples: 1, bits: 12, photometric: 1, data: Buffer.alloc(PIXELS * 1.5) }),
    ],
    ["a TIFF in CIE Lab colours", plain([200, 1, 1], { photometric: 8 })],
    ["a TIFF in ICC Lab colours", plain([200, 1, 1], { photometric: 9 })],
    ["a TIFF in LogLuv colours", plain([200, 1, 1], { photometric: 32_845 })],
    ["a TIFF of a camera's raw colour filters", plain([9], { samples: 1, photometric: 32_803 })],
    [
      "a TIFF that is a transparency mask",
      plain([], { samples: 1, bits: 1, photometric: 4, data: Buffer.alloc(PIXELS / 8) }),
    ],
    ["a TIFF of an unknown kind of colours (77)", plain([200, 1, 1], { photometric: 77 })],
    ["a TIFF that is compressed by JPEG 2000", plain([200, 1, 1], { compression: 34_712 })],
    ["a TIFF that is compressed by old-style JPEG", plain([200, 1, 1], { compression: 6 })],
    ["a TIFF that is compressed by an unknown method (5555)", plain([200, 1, 1], { compression: 5555 })],
    ["a TIFF of 6 channels", plain([1, 2, 3, 4, 5, 6], { samples: 6 })],
    [
      "a TIFF in other inks than",
      plain([1, 2, 3, 4], { samples: 4, photometric: 5, tags: [{ tag: 332, type: SHORT, values: [2] }] }),
    ],
    [
      "a TIFF whose colours have different numbers of bits",
      plain([1, 2, 3], { tags: [{ tag: 258, type: SHORT, values: [8, 8, 16] }] }),
    ],
  ])("that would not come out right is refused by its kind: %s", async (named, picture) => {
    const { error, written } = await developInVain(picture);

    expect(error).toMatchObject({ code: "UNSUPPORTED_FORMAT", message: expect.stringContaining(named) });
    expect(written).toEqual([]);
  });

  it("is not judged where its tags cannot be read: that it is damaged, its decoder says", () => {
    expect(findUnreadableTiff(plain([1, 2, 3], {}).subarray(0, 60))).toBeUndefined();
    expect(findUnreadableTiff(Buffer.from("II*\0\xff\xff\xff\xff", "latin1"))).toBeUndefined();
  });
});
