import { describe, expect, it } from "vitest";
import { cut, photo, VALID_PICTURES, type ValidPicture } from "../../support/images.ts";
import { develop, developInVain } from "./darkroom.ts";

const EVERY_PERCENT = Array.from({ length: 99 }, (_, index) => (index + 1) / 100);

describe("A damaged picture (I2)", () => {
  it.each(Object.keys(VALID_PICTURES) as ValidPicture[])(
    "fails for good and leaves nothing behind, wherever %s is cut off",
    async (name) => {
      const whole = await VALID_PICTURES[name]();

      for (const part of EVERY_PERCENT) {
        const { error, written } = await developInVain(cut(whole, part), { widths: [150], convertTo: "webp" });
        expect({ part, written, error }).toMatchObject({
          written: [],
          error: { code: expect.stringMatching(/^(CORRUPT_MEDIA|UNSUPPORTED_FORMAT)$/), retryable: false },
        });
      }
    },
    120_000,
  );

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
