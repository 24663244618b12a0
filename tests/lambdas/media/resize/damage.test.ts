import { describe, expect, it } from "vitest";
import { HARMLESS_DEFECTS, segmentStart } from "../../../support/harmless-defects.ts";
import { animation, cut, END_MARK_BYTES, photo, VALID_PICTURES, type ValidPicture } from "../../../support/images.ts";
import { develop, developInVain } from "./darkroom.ts";

const EVERY_PERCENT = Array.from({ length: 99 }, (_, index) => (index + 1) / 100);

describe("A damaged picture (I2)", () => {
  it.each(Object.keys(VALID_PICTURES) as ValidPicture[])(
    "fails for good and leaves nothing behind, wherever %s is cut off",
    async (name) => {
      const whole = await VALID_PICTURES[name]();

      const markBytes = END_MARK_BYTES[name.split(".").at(-1) ?? ""] ?? 0;
      for (const part of EVERY_PERCENT) {
        if (cut(whole, part).length >= whole.length - markBytes) continue;
        const { error, written } = await developInVain(cut(whole, part), { widths: [150], convertTo: "webp" });
        expect({ part, written, error }).toMatchObject({
          written: [],
          error: { code: expect.stringMatching(/^(CORRUPT_MEDIA|UNSUPPORTED_FORMAT)$/), retryable: false },
        });
      }
    },
    120_000,
  );

  it.each([
    ["a baseline JPEG", () => photo(250, 170).jpeg().toBuffer()],
    ["a JPEG with all colours", () => photo(250, 170).jpeg({ chromaSubsampling: "4:4:4" }).toBuffer()],
    ["a grey JPEG", () => photo(250, 170).toColourspace("b-w").jpeg().toBuffer()],
    ["a progressive JPEG", () => photo(250, 170).jpeg({ progressive: true }).toBuffer()],
    ["a PNG", () => photo(80, 60).png().toBuffer()],
    ["an interlaced PNG", () => photo(80, 60).png({ progressive: true }).toBuffer()],
  ])("fails where %s lacks a single byte besides its end mark, or any more of its last 120", async (name, make) => {
    const whole = await make();
    const markBytes = name.endsWith("JPEG") || name.startsWith("a JPEG") ? 2 : 12;

    for (let missing = 1; missing <= 120; missing += missing < 12 ? 1 : 9) {
      const { error } = await developInVain(whole.subarray(0, -markBytes - missing), { widths: [40] });

      expect({ missing, error }).toMatchObject({ error: { code: "CORRUPT_MEDIA" } });
    }
  });

  it("fails where a progressive JPEG ends between two scans, though each of those that came is whole", async () => {
    const picture = await photo(250, 170).jpeg({ progressive: true }).toBuffer();
    const scans = [...picture.keys()].filter((at) => picture[at] === 0xff && picture[at + 1] === 0xc4).slice(1);
    expect(scans.length).toBeGreaterThan(2);

    for (const start of scans.filter((at) => at > segmentStart(picture, 0xda))) {
      const { error } = await developInVain(picture.subarray(0, start), { widths: [40] });

      expect({ start, error }).toMatchObject({ error: { code: "CORRUPT_MEDIA" } });
    }
  });

  it("fails where a GIF ends with what was to come before a frame, or within one", async () => {
    const picture = await animation("gif", { frames: 3 });
    const lastFrame = picture.lastIndexOf(Buffer.from([0x21, 0xf9, 4]));

    for (const end of [lastFrame + 8, lastFrame + 20, picture.length - 3]) {
      expect((await developInVain(picture.subarray(0, end))).error).toMatchObject({ code: "CORRUPT_MEDIA" });
    }
  });

  it("fails where an end mark is missing and something within the scan too", async () => {
    const picture = (await photo(250, 170).jpeg().toBuffer()).subarray(0, -2);
    const scan = segmentStart(picture, 0xda) + 20;

    for (let at = scan; at < picture.length - 400; at += Math.floor(picture.length / 9)) {
      const holed = Buffer.concat([picture.subarray(0, at), picture.subarray(at + 400)]);

      expect((await developInVain(holed, { widths: [40] })).error).toMatchObject({ code: "CORRUPT_MEDIA" });
    }
  });

  it("is found by its pixels where its length is right", async () => {
    const picture = await photo(480, 320).jpeg().toBuffer();
    // Restart markers and other codes where there are none.
    picture.fill(0xff, picture.length / 2, picture.length / 2 + 200);

    const { error, written } = await developInVain(picture);

    expect(error).toMatchObject({ code: "CORRUPT_MEDIA" });
    expect(written).toEqual([]);
  });

  it("is told of in words for its owner, with the decoder's own kept as the cause", async () => {
    const { error } = await developInVain(cut(await VALID_PICTURES["photo.jpg"](), 0.6));

    expect(error).toMatchObject({
      message: "The picture is damaged or incomplete. Open it, save it again and upload that.",
      cause: { message: expect.stringContaining("VipsJpeg") },
    });
  });

  it("that is empty is called empty", async () => {
    expect((await developInVain(Buffer.alloc(0))).error).toMatchObject({ code: "FILE_EMPTY" });
  });

  it("that is longer than is accepted is not even opened", async () => {
    const picture = await VALID_PICTURES["photo.png"]();

    const { error } = await developInVain(picture, { maxBytes: picture.length - 1 });

    expect(error).toMatchObject({ code: "FILE_TOO_LARGE" });
    await expect(develop(picture, { maxBytes: picture.length })).resolves.toBeDefined();
  });
});

describe("A picture with a defect that costs no pixel", () => {
  it.each(Object.entries(HARMLESS_DEFECTS))("is shown as without it: %s", async (_defect, make) => {
    const { whole, defective } = await make();
    expect(defective.equals(whole)).toBe(false);

    const [expected, actual] = [await develop(whole), await develop(defective)];

    expect(actual.result.source).toEqual({ ...expected.result.source, bytes: defective.length });
    expect([...actual.files]).toEqual([...expected.files]);
  });

  it.each(Object.entries(HARMLESS_DEFECTS))(
    "is taken no byte of where it lacks data besides: %s",
    async (_defect, make) => {
      const { defective } = await make();

      for (const part of [0.3, 0.6, 0.9]) {
        const { error, written } = await developInVain(cut(defective, part), { widths: [150] });

        expect({ part, written, error }).toMatchObject({ written: [], error: { code: "CORRUPT_MEDIA" } });
      }
    },
  );

  it("is not changed in the store's own bytes, which a second try may read", async () => {
    const { defective } = await (
      HARMLESS_DEFECTS["a TIFF's tags out of order"] ?? (() => Promise.reject(new Error()))
    )();
    const before = Buffer.from(defective);

    await develop(defective);

    expect(defective.equals(before)).toBe(true);
  });
});
