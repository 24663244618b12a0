import { describe, expect, it } from "vitest";
import { readHeifPicture } from "../../../lambdas/media/formats/heif-picture.ts";
import {
  box,
  createGrid,
  createHeic,
  fullBox,
  type HeicFile,
  type HeicItem,
  iccColour,
  irot,
  ispe,
  nclxColour,
} from "../../support/heic.ts";
import { uint32 } from "../../support/hevc.ts";
import { cut } from "../../support/images.ts";

/** The header of a decoder of 4:2:0 in eight bits; the streams of these files are never decoded. */
const HVCC = box("hvcC", Buffer.from([1, ...Array.from({ length: 15 }, () => 0), 0xfd, 0xf8, 0xf8, 0, 0, 0x0f, 0]));
const STREAM = Buffer.alloc(100, 7);

function coded(id: number, width: number, height: number, more: Partial<HeicItem> = {}): HeicItem {
  return {
    id,
    type: "hvc1",
    data: STREAM,
    ...more,
    properties: [HVCC, ispe(width, height), ...(more.properties ?? [])],
  };
}

function grid(id: number, parts: readonly number[], width = 1000, height = 500): HeicItem {
  const references = [{ type: "dimg", to: parts }];
  return {
    id,
    type: "grid",
    data: createGrid(2, 1, width, height),
    properties: [ispe(width, height)],
    references,
    isInline: true,
  };
}

const read = (file: HeicFile) => readHeifPicture(createHeic(file));

describe("The header of a HEIC photo", () => {
  it("tells the upright size, the samples and how many pixels are to be decoded", () => {
    const file = { primary: 3, items: [coded(1, 512, 512), coded(2, 512, 512), grid(3, [1, 2])] };

    expect(read(file)).toMatchObject({
      width: 1000,
      height: 500,
      hasAlpha: false,
      codedPixels: 2 * 512 * 512,
      samplesPerPixel: 1.5,
      bitsPerSample: 8,
    });
    expect(read({ items: [coded(1, 640, 480, { properties: [irot(3)] })] })).toMatchObject({ width: 480, height: 640 });
  });

  it("tells the colours: an ICC profile, code points, or both", () => {
    const profile = Buffer.from("a profile");
    const properties = [iccColour(profile), nclxColour(12, 13, 6)];

    const { profile: found, nclx } = Object(read({ items: [coded(1, 64, 64, { properties })] }));

    expect(Buffer.from(found)).toEqual(profile);
    expect(nclx).toEqual({ primaries: 12, transfer: 13, matrix: 6 });
  });

  it.each([
    ["av01", "in AV1"],
    ["jpeg", "in JPEG"],
    ["unci", "not coded as HEVC"],
    ["iovl", "put together"],
  ])("says by name what is not decoded: %s", (type, words) => {
    expect(read({ items: [{ ...coded(1, 64, 64), type }] })).toEqual({ foreign: expect.stringContaining(words) });
  });

  it.each([
    ["names a primary picture that is not there", { primary: 9, items: [coded(1, 64, 64)] }],
    ["has a grid of itself", { primary: 2, items: [coded(1, 64, 64), grid(2, [2, 1])] }],
    ["has two grids of each other", { primary: 2, items: [grid(2, [3]), grid(3, [2])] }],
    ["has a grid of nothing", { primary: 2, items: [grid(2, [])] }],
    ["has a tile that is not there", { primary: 2, items: [coded(1, 64, 64), grid(2, [1, 7])] }],
    ["has grids that double four times over", doubling()],
    ["has no pixels", { items: [coded(1, 0, 64)] }],
    ["has no size", { items: [{ ...coded(1, 64, 64), properties: [HVCC] }] }],
    ["does not say how it is coded", { items: [{ ...coded(1, 64, 64), properties: [ispe(64, 64)] }] }],
    ["has no bytes", { items: [{ ...coded(1, 64, 64), data: Buffer.alloc(0) }] }],
    ["has 1001 items", { items: Array.from({ length: 1001 }, (_, index) => coded(index + 1, 64, 64)) }],
  ] as const)("is damaged where it %s", (_name, file) => {
    expect(() => read(file)).toThrow();
  });

  it("is damaged wherever the file is cut off, within a few milliseconds", () => {
    const file = createHeic({ primary: 3, items: [coded(1, 512, 512), coded(2, 512, 512), grid(3, [1, 2])] });
    const startedAt = performance.now();

    for (let percent = 1; percent < 100; percent++) expect(() => readHeifPicture(cut(file, percent / 100))).toThrow();

    expect(performance.now() - startedAt).toBeLessThan(1000);
  });

  it("with any byte of it replaced ends in an answer or an error, and never hangs", () => {
    const file = createHeic({ primary: 3, items: [coded(1, 512, 512), coded(2, 512, 512), grid(3, [1, 2])] });

    for (const value of [0, 1, 0x7f, 0xff]) {
      for (let at = 0; at < file.length - 200; at++) {
        const broken = Buffer.from(file);
        broken[at] = value;
        const startedAt = performance.now();
        try {
          readHeifPicture(broken);
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
        }
        expect(performance.now() - startedAt).toBeLessThan(500);
      }
    }
  });

  it("is not read from boxes that say they hold four thousand million entries", () => {
    const huge = uint32(0xffff_ffff);
    const meta = fullBox("meta", 0, 0, fullBox("pitm", 0, 0, Buffer.from([0, 1])), fullBox("iinf", 1, 0, huge));
    const file = Buffer.concat([box("ftyp", Buffer.from("heic"), uint32(0)), meta]);

    expect(() => readHeifPicture(file)).toThrow("4294967295 items");
  });
});

/** Four grids, each of two of the next, 32 times. */
function doubling(): HeicFile {
  const twice = (id: number) => Array.from({ length: 32 }, () => id);
  return {
    primary: 5,
    items: [coded(1, 512, 512), grid(2, twice(1)), grid(3, twice(2)), grid(4, twice(3)), grid(5, twice(4))],
  };
}
