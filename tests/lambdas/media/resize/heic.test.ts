import { setImmediate } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import sharp, { type Sharp } from "sharp";
import { expect, it, vi } from "vitest";
import { paint } from "../../../../bench/images/pictures.ts";
import { decodeHeic } from "../../../../lambdas/media/resize/decode-heic.ts";
import { readHeader } from "../../../../lambdas/media/resize/read-header.ts";
import { readPicture } from "../../../../lambdas/media/resize/read-picture.ts";
import {
  ALPHA,
  auxC,
  clap,
  createGrid,
  createHeic,
  createHeicGrid,
  createHeicPhoto,
  first,
  type HeicItem,
  hvcC,
  iccColour,
  imir,
  irot,
  ispe,
  nclxColour,
} from "../../../support/heic.ts";
import { describeWithHevc, encodeHevc } from "../../../support/hevc.ts";
import { corners, cut, photo } from "../../../support/images.ts";
import { compareLook, develop, developInVain, requireFile, sampleColours } from "./darkroom.ts";

/** Two codecs in a row move smoothed colours by about 4. */
const CODEC_NOISE = 10;

describeWithHevc("A HEIC photo", () => {
  it("becomes JPEG and WebP in every size, and is told of as what it is", async () => {
    const { result, files } = await develop(await createHeicPhoto(photo(480, 320)), { widths: [150, 480] });

    expect([...files.keys()].sort()).toEqual(["w150.jpg", "w150.webp", "w480.jpg", "w480.webp"]);
    expect(result.source).toMatchObject({ contentType: "image/heic", width: 480, height: 320 });
    expect(await compareLook(requireFile(files, "w480.jpg"), await photo(480, 320).png().toBuffer())).toBeLessThan(
      CODEC_NOISE,
    );
  });

  it("in tiles, as an iPhone writes it, is put together and cut to its size", async () => {
    const picture = corners(1200, 700);

    const { result, files } = await develop(await createHeicGrid(picture.clone()), { widths: [600], convertTo: "png" });

    expect(result.source).toMatchObject({ width: 1200, height: 700 });
    for (const name of ["w600.jpg", "converted.png"]) {
      expect(await sampleDifference(requireFile(files, name), await picture.clone().png().toBuffer())).toBeLessThan(
        CODEC_NOISE,
      );
    }
    expect(await sharp(requireFile(files, "converted.png")).metadata()).toMatchObject({ width: 1200, height: 700 });
  });

  it.each(["yuv422p", "yuv444p", "gray", "yuv420p10le"] as const)("in %s is read as well", async (pixelFormat) => {
    const grey = () =>
      paint(480, 320, (x, y) => [200 * x, 200 * x, 200 * x].map((value) => value + 50 * y) as [number, number, number]);
    const picture = pixelFormat === "gray" ? grey : () => photo(480, 320);

    const { files } = await develop(await createHeicPhoto(picture(), { pixelFormat }), { widths: [480] });

    const expected = await picture().png().toBuffer();
    expect(await compareLook(requireFile(files, "w480.jpg"), expected)).toBeLessThan(CODEC_NOISE);
  });

  it.each([
    ["a quarter turn", [irot(1)], (image: Sharp) => image.rotate(-90)],
    ["half a turn", [irot(2)], (image: Sharp) => image.rotate(180)],
    ["three quarter turns", [irot(3)], (image: Sharp) => image.rotate(90)],
    ["a mirror", [imir(1)], (image: Sharp) => image.flop()],
    ["a mirror behind a turn", [irot(1), imir(0)], (image: Sharp) => image.rotate(-90)],
  ] as const)("is turned by its own boxes, once: %s", async (name, properties, turn) => {
    const turned = sharp(await turn(corners(480, 320)).png().toBuffer());
    const upright = await (name.includes("behind") ? turned.flip() : turned).png().toBuffer();
    const { width, height } = await sharp(upright).metadata();

    const { result, files } = await develop(await createHeicPhoto(corners(480, 320), { properties }), {
      widths: [width],
    });

    expect(result.source).toMatchObject({ width, height });
    expect(await sampleDifference(requireFile(files, `w${width}.jpg`), upright)).toBeLessThan(CODEC_NOISE);
  });

  it("is not turned by EXIF too, which cameras write beside the boxes", async () => {
    const exif = Buffer.concat([
      Buffer.alloc(4),
      (await photo(8, 8).withMetadata({ orientation: 6 }).jpeg().toBuffer()).subarray(12, 200),
    ]);
    const { data, info } = await corners(480, 320).raw().toBuffer({ resolveWithObject: true });
    const coded = encodeHevc(data, info);
    const heic = createHeic({
      items: [
        { id: 1, type: "hvc1", data: first(coded), properties: [hvcC(coded), ispe(480, 320)] },
        { id: 2, type: "Exif", data: exif, references: [{ type: "cdsc", to: [1] }] },
      ],
    });

    const { result, files } = await develop(heic, { widths: [480] });

    expect(result.source).toMatchObject({ width: 480, height: 320 });
    expect(
      await sampleDifference(requireFile(files, "w480.jpg"), await corners(480, 320).png().toBuffer()),
    ).toBeLessThan(CODEC_NOISE);
  });

  it("is cut as its clean aperture says, up to the 64 pixels that libheif puts up with; beyond them it is refused by name", async () => {
    const { result } = await develop(await createHeicPhoto(photo(480, 320), { properties: [clap(441, 301)] }));
    const { error } = await developInVain(await createHeicPhoto(photo(480, 320), { properties: [clap(401, 201)] }));

    expect(result.source).toMatchObject({ width: 441, height: 301 });
    expect(error).toMatchObject({ code: "UNSUPPORTED_FORMAT", message: expect.stringContaining("cropped") });
  });

  it("in Display P3, as iPhones write it, is converted to sRGB, in sizes and in conversions", async () => {
    const { icc } = await sharp(await corners().withIccProfile("p3").png().toBuffer()).metadata();
    // The code values that Display P3 has for these colours.
    const inP3 = await corners().withIccProfile("p3").raw().toBuffer();
    const { width, height } = { width: 480, height: 320 };
    const raw = sharp(inP3, { raw: { width, height, channels: 3 } });
    const properties = [iccColour(icc ?? Buffer.alloc(0))];

    const { files } = await develop(await createHeicPhoto(raw.clone(), { properties }), {
      widths: [240],
      convertTo: "tiff",
    });

    const plain = await sharp(
      requireFile((await develop(await createHeicPhoto(raw.clone()), { widths: [240] })).files, "w240.jpg"),
    ).toBuffer();
    const expected = await corners().png().toBuffer();
    expect(await sampleDifference(plain, expected)).toBeGreaterThan(CODEC_NOISE);
    for (const name of ["w240.jpg", "converted.tiff"]) {
      expect(await sampleDifference(requireFile(files, name), expected)).toBeLessThan(CODEC_NOISE);
      expect(await sharp(requireFile(files, name)).metadata()).toMatchObject({ hasProfile: false, depth: "uchar" });
    }
  });

  it("in Display P3 by code points alone is converted as well", async () => {
    const inP3 = await corners().withIccProfile("p3").raw().toBuffer();
    const picture = sharp(inP3, { raw: { width: 480, height: 320, channels: 3 } });

    const heic = await createHeicPhoto(picture, { properties: [nclxColour(12, 13, 6)] });
    const { files } = await develop(heic, { widths: [240] });

    const expected = await corners().png().toBuffer();
    expect(await sampleDifference(requireFile(files, "w240.jpg"), expected)).toBeLessThan(CODEC_NOISE);
  });

  it("with BT.709's matrix in its nclx is decoded by that", async () => {
    const properties = [nclxColour(1, 13, 1)];

    const { files } = await develop(await createHeicPhoto(corners(), { matrix: "bt709", properties }), {
      widths: [240],
    });

    expect(await sampleDifference(requireFile(files, "w240.jpg"), await corners().png().toBuffer())).toBeLessThan(
      CODEC_NOISE,
    );
  });

  it("keeps its transparency, as PNG", async () => {
    const { data, info } = await corners(480, 320).raw().toBuffer({ resolveWithObject: true });
    const mask = await sharp({ create: { width: 480, height: 320, channels: 3, background: "#808080" } })
      .raw()
      .toBuffer();
    const [coded, alpha] = [encodeHevc(data, info), encodeHevc(mask, { ...info, pixelFormat: "gray" })];
    const heic = createHeic({
      items: [
        { id: 1, type: "hvc1", data: first(coded), properties: [hvcC(coded), ispe(480, 320)] },
        {
          id: 2,
          type: "hvc1",
          data: first(alpha),
          properties: [hvcC(alpha), ispe(480, 320), ALPHA],
          references: [{ type: "auxl", to: [1] }],
        },
      ],
    });

    const { files } = await develop(heic, { widths: [240] });

    expect([...files.keys()].sort()).toEqual(["w240.png", "w240.webp"]);
    const [, , , opacity] = (await sharp(requireFile(files, "w240.png")).stats()).channels;
    expect(opacity?.mean).toBeGreaterThan(118);
    expect(opacity?.mean).toBeLessThan(138);
  });

  it("is decoded without its thumbnail, depth map or gain map, and with what a camera hangs behind it", async () => {
    const { data, info } = await corners(480, 320).raw().toBuffer({ resolveWithObject: true });
    const small = await corners(160, 112).raw().toBuffer();
    const [coded, thumbnail] = [encodeHevc(data, info), encodeHevc(small, { width: 160, height: 112 })];
    const side: Pick<HeicItem, "data" | "type"> = { type: "hvc1", data: first(thumbnail) };
    const heic = createHeic({
      items: [
        { ...side, id: 2, properties: [hvcC(thumbnail), ispe(160, 112)], references: [{ type: "thmb", to: [1] }] },
        {
          ...side,
          id: 3,
          properties: [hvcC(thumbnail), ispe(160, 112), auxC("urn:com:apple:photo:2020:aux:hdrgainmap")],
          references: [{ type: "auxl", to: [1] }],
        },
        { id: 1, type: "hvc1", data: first(coded), properties: [hvcC(coded), ispe(480, 320)] },
      ],
      trailer: Buffer.from("\0\0\u0001\u0002SEFT trailer of a maker's own", "latin1"),
    });

    const { result, files } = await develop(heic, { widths: [480] });

    expect(result.source).toMatchObject({ width: 480, height: 320 });
    expect([...files.keys()].sort()).toEqual(["w480.jpg", "w480.webp"]);
  });

  it.each([
    ["one picture", () => createHeicPhoto(photo(480, 320))],
    ["tiles", () => createHeicGrid(photo(700, 520))],
  ])("fails for good and leaves nothing behind, wherever it is cut off: %s (I2)", async (_name, make) => {
    const whole = await make();

    for (const percent of Array.from({ length: 99 }, (_, index) => index + 1)) {
      const { error, written } = await developInVain(cut(whole, percent / 100), { widths: [150], convertTo: "webp" });
      expect({ percent, written, error }).toMatchObject({
        written: [],
        error: { code: expect.stringMatching(/^(CORRUPT_MEDIA|UNSUPPORTED_FORMAT)$/), retryable: false },
      });
    }
  });

  it("whose stream is a far larger picture than its header says fails in the memory of the small one, and the next is decoded (I1)", async () => {
    const { data, info } = await corners(4096, 3072).raw().toBuffer({ resolveWithObject: true });
    const coded = encodeHevc(data, { ...info, quantizer: 40 });
    const bomb = createHeic({
      items: [{ id: 1, type: "hvc1", data: first(coded), properties: [hvcC(coded), ispe(64, 64)] }],
    });
    const whole = await createHeicPhoto(photo(480, 320));

    const { error, written } = await developInVain(bomb);

    expect(error).toMatchObject({ code: "CORRUPT_MEDIA", retryable: false });
    expect(written).toEqual([]);
    await expect(develop(whole)).resolves.toBeDefined();
  });

  it("of one tile shown a thousand times is refused by its header (I1)", async () => {
    const { data, info } = await corners(512, 512).raw().toBuffer({ resolveWithObject: true });
    const coded = encodeHevc(data, info);
    const parts = Array.from({ length: 1000 }, () => 1);
    const bomb = createHeic({
      primary: 2,
      items: [
        { id: 1, type: "hvc1", data: first(coded), properties: [hvcC(coded), ispe(512, 512)] },
        {
          id: 2,
          type: "grid",
          data: createGrid(25, 40, 12_800, 20_480),
          properties: [ispe(64, 64)],
          references: [{ type: "dimg", to: parts }],
          isInline: true,
        },
      ],
    });

    const { error, written } = await developInVain(bomb);

    expect(error).toMatchObject({ code: expect.stringMatching(/^(TOO_MANY_PIXELS|CORRUPT_MEDIA)$/), retryable: false });
    expect(written).toEqual([]);
  });

  it("is refused by name where it is switched off", async () => {
    const { error } = await developInVain(await createHeicPhoto(photo(64, 64)), { heic: false });

    expect(error).toMatchObject({ code: "UNSUPPORTED_FORMAT", message: expect.stringContaining("a HEIC photo") });
  });

  it("ends with its job: a signal stops its decoder", async () => {
    const heic = await createHeicPhoto(photo(1600, 1200));
    const controller = new AbortController();
    const developing = developInVain(heic, {
      signal: controller.signal,
      reportProgress: () => controller.abort(new Error("too late")),
    });

    expect((await developing).error).toMatchObject({ message: "too late" });
  });

  it("is let go of as soon as nobody needs it, not with its decoder's deadline or its job: pictures do not pile up (I1)", async () => {
    const source = await createHeicPhoto(photo(480, 320));
    const { signal } = new AbortController();

    const pixels = await decodePhoto(source, signal).then(({ buffer }) => new WeakRef(buffer));
    // Node keeps the last message of all threads.
    await decodePhoto(source, signal);
    await collectGarbage();

    expect({ isKept: pixels.deref() !== undefined, isAborted: signal.aborted }).toEqual({
      isKept: false,
      isAborted: false,
    });
  });

  it("finds its decoder compiled by the photo before", async () => {
    const source = await createHeicPhoto(photo(64, 64));
    await decodePhoto(source);
    const compile = vi.spyOn(WebAssembly, "Module");

    await decodePhoto(source);

    expect(compile).not.toHaveBeenCalled();
    compile.mockRestore();
  });
});

async function decodePhoto(source: Buffer, signal = new AbortController().signal): Promise<Buffer> {
  const { heif } = await readHeader(readPicture(source));
  if (heif === undefined) throw new Error("This is no HEIC.");
  return decodeHeic(source, heif, signal);
}

async function collectGarbage(): Promise<void> {
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("gc");
  if (typeof collect !== "function") throw new Error("V8 gives no garbage collector.");
  // A WeakRef holds what it points at until its own turn of the event loop is over.
  await setImmediate();
  collect();
}

async function sampleDifference(a: Buffer, b: Buffer): Promise<number> {
  const [left, right] = [(await sampleColours(a)).flat(), (await sampleColours(b)).flat()];
  return Math.max(...left.map((value, index) => Math.abs(value - (right[index] ?? 0))));
}
