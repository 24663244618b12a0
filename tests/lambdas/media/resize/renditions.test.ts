import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { photo as takePhoto } from "../../../../bench/images/pictures.ts";
import { corners, photo, VALID_PICTURES, type ValidPicture } from "../../../support/images.ts";
import { develop, JOB_ID, requireFile } from "./darkroom.ts";

describe("The renditions of a picture", () => {
  it("are one of every width in the source's own format and, where it is smaller, in WebP", async () => {
    const picture = await photo(800, 600).jpeg().toBuffer();

    const { result } = await develop(picture, { widths: [150, 320, 640] });

    expect(result.renditions.map(({ name, width, height, key }) => [name, width, height, key])).toEqual([
      ["w150", 150, 113, `v1/${JOB_ID}/w150.webp`],
      ["w150", 150, 113, `v1/${JOB_ID}/w150.jpg`],
      ["w320", 320, 240, `v1/${JOB_ID}/w320.webp`],
      ["w320", 320, 240, `v1/${JOB_ID}/w320.jpg`],
      ["w640", 640, 480, `v1/${JOB_ID}/w640.webp`],
      ["w640", 640, 480, `v1/${JOB_ID}/w640.jpg`],
    ]);
  });

  it("are what their entries say: format, dimensions and length", async () => {
    const picture = await photo(800, 600).jpeg().toBuffer();

    const { result, files } = await develop(picture, { avif: true, convertTo: "png" });

    for (const rendition of result.renditions) {
      const file = requireFile(files, rendition.key.split("/").at(-1) ?? "");
      const { mediaType, width, height } = await sharp(file).metadata();
      expect({ contentType: mediaType, width, height, bytes: file.length }).toEqual({
        contentType: rendition.contentType,
        width: rendition.width,
        height: rendition.height,
        bytes: rendition.bytes,
      });
    }
    expect(files.size).toBe(result.renditions.length);
    expect(files.size).toBeGreaterThan(4);
  });

  it("are never wider than the source, which keeps its own width", async () => {
    const picture = await photo(500, 333).jpeg().toBuffer();

    const { result } = await develop(picture, { widths: [150, 320, 640, 1024] });

    expect([...new Set(result.renditions.map(({ width }) => width))]).toEqual([150, 320, 500]);
  });

  it("are there for a source narrower than every width, in its own size", async () => {
    const picture = await photo(90, 60).png().toBuffer();

    const { result } = await develop(picture);

    expect(new Set(result.renditions.map(({ name, width, height }) => `${name} ${width} × ${height}`))).toEqual(
      new Set(["w90 90 × 60"]),
    );
  });

  it("have heights that come from the source's own, whatever sizes lie between", async () => {
    const picture = await photo(1000, 667).jpeg().toBuffer();

    const { result } = await develop(picture, { widths: [151, 331, 643, 997] });

    expect(new Set(result.renditions.map(({ width, height }) => `${width} × ${height}`))).toEqual(
      new Set(["151 × 101", "331 × 221", "643 × 429", "997 × 665"]),
    );
  });

  it("are not written in WebP where that is not smaller, as with much noise", async () => {
    const picture = await takePhoto(320, 240, 1, 120).jpeg().toBuffer();

    const { files } = await develop(picture, { widths: [320] });

    expect([...files.keys()]).toEqual(["w320.jpg"]);
    const webp = await sharp(picture).webp({ quality: 81, effort: 2 }).toBuffer();
    expect(webp.length).toBeGreaterThan(requireFile(files, "w320.jpg").length);
  });

  it("grow smaller from format to format, so that the last that a browser knows is the best", async () => {
    const picture = await photo(800, 600).jpeg().toBuffer();

    const { result } = await develop(picture, { avif: true, widths: [640] });

    const bytes = (type: string) => result.renditions.find(({ contentType }) => contentType === type)?.bytes ?? 0;
    expect(bytes("image/avif")).toBeLessThan(bytes("image/webp"));
    expect(bytes("image/webp")).toBeLessThan(bytes("image/jpeg"));
  });

  it.each([
    ["photo.jpg", ["jpeg", "webp"]],
    ["photo.png", ["png", "webp"]],
    ["photo.webp", ["webp"]],
    ["photo.avif", ["avif", "webp"]],
    ["photo.gif", ["gif", "webp"]],
    ["photo.tiff", ["jpeg", "webp"]],
  ] as const)("of %s are in %s", async (name, formats) => {
    const { result } = await develop(await VALID_PICTURES[name](), { widths: [150] });

    const written = result.renditions.map(({ contentType }) => contentType.replace("image/", ""));
    expect(written.sort()).toEqual([...formats].sort());
  });

  it("of a TIFF with alpha are PNG, because JPEG would lose it", async () => {
    const picture = await corners().ensureAlpha(0.5).tiff({ compression: "lzw" }).toBuffer();

    const { files } = await develop(picture, { widths: [150] });

    expect((await sharp(requireFile(files, "w150.png")).metadata()).hasAlpha).toBe(true);
  });

  it("are the same bytes when the message comes twice (E3)", async () => {
    const picture = await photo(480, 320).ensureAlpha(0.9).png().toBuffer();

    const [first, second] = [await develop(picture, { avif: true }), await develop(picture, { avif: true })];

    expect(second.result).toEqual(first.result);
    for (const [name, body] of first.files) expect(requireFile(second.files, name).equals(body)).toBe(true);
  });

  it("come with the facts of the source, upright and by its bytes instead of its declaration", async () => {
    const picture = await photo(480, 320).withMetadata({ orientation: 6 }).png().toBuffer();

    const { result } = await develop(picture);

    expect(result.source).toEqual({ contentType: "image/png", bytes: picture.length, width: 320, height: 480 });
  });

  it("come with a placeholder, a thumbhash in base64", async () => {
    const { result } = await develop(await VALID_PICTURES["photo.jpg"]());

    const hash = Buffer.from(result.placeholder ?? "", "base64");
    expect(hash.length).toBeGreaterThan(10);
    expect(hash.length).toBeLessThan(30);
  });

  it.each(Object.keys(VALID_PICTURES) as ValidPicture[])("are made of %s", async (name) => {
    const { result } = await develop(await VALID_PICTURES[name](), { avif: true });

    expect(result.renditions.length).toBeGreaterThan(0);
    expect(result.placeholder).toBeDefined();
  });
});

describe("A conversion", () => {
  it.each(["jpeg", "png", "webp", "avif", "gif", "tiff"] as const)(
    "to %s is one more rendition, called converted, in the source's size",
    async (convertTo) => {
      const picture = await photo(480, 320).jpeg().toBuffer();

      const { result, files } = await develop(picture, { convertTo });

      const full = result.renditions.find(({ name }) => name === "converted");
      expect(full).toMatchObject({ width: 480, height: 320, contentType: `image/${convertTo}` });
      const file = requireFile(files, full?.key.split("/").at(-1) ?? "");
      expect((await sharp(file).metadata()).mediaType).toBe(`image/${convertTo}`);
    },
  );

  it("of a turned picture is upright, at full size and from a second decode", async () => {
    const picture = await corners(900, 600).withMetadata({ orientation: 8 }).jpeg().toBuffer();

    const { result } = await develop(picture, { convertTo: "webp", widths: [150] });

    expect(result.renditions.find(({ name }) => name === "converted")).toMatchObject({ width: 600, height: 900 });
  });

  it("of a transparent picture to JPEG lies on white, not on black", async () => {
    const picture = await corners().ensureAlpha(0).png().toBuffer();

    const { files } = await develop(picture, { convertTo: "jpeg" });

    const { channels } = await sharp(requireFile(files, "converted.jpg")).stats();
    expect(channels.map(({ min }) => min)).toEqual([255, 255, 255]);
  });

  it("to a format of sound or video is refused", async () => {
    const picture = await VALID_PICTURES["photo.jpg"]();

    await expect(develop(picture, { convertTo: "mp4" })).rejects.toMatchObject({
      code: "UNSUPPORTED_CONVERSION",
      message: expect.stringContaining("JPEG, PNG, WebP"),
    });
  });
});
