import { describe, expect, it } from "vitest";
import { DISGUISED_FILES, photo } from "../../../support/images.ts";
import { develop, developInVain } from "./darkroom.ts";

describe("A file that is no picture (U2, I3, I8)", () => {
  it.each(Object.entries(DISGUISED_FILES))(
    "is refused by name, with what would work: %s",
    async (_name, { make, named }) => {
      const { error, written } = await developInVain(await make());

      expect(error).toMatchObject({
        code: "UNSUPPORTED_FORMAT",
        retryable: false,
        message: expect.stringMatching(/(Export|Add|Save|Unpack) [^.]+\.$/),
      });
      expect(error).toHaveProperty("message", expect.stringContaining(named));
      expect(error).toHaveProperty(
        "message",
        expect.toSatisfy(({ length }: string) => length <= 140),
      );
      expect(written).toEqual([]);
    },
  );
});

const PAYLOAD = "<script>alert('polyglot')</script>PK\u0003\u0004";

describe("What no table knows", () => {
  it("is told the formats that work (I8)", async () => {
    const { error } = await developInVain(Buffer.from("nothing in particular"));

    expect(error).toHaveProperty(
      "message",
      "This is no picture that is known here. Save it as JPEG, PNG, WebP, AVIF, GIF, TIFF or HEIC and add it again.",
    );
  });
});

describe("A picture that is something else too (I7)", () => {
  it.each(["jpeg", "png", "webp", "gif", "tiff"] as const)("loses what hangs behind its %s", async (format) => {
    const picture = await photo(200, 150).toFormat(format).toBuffer();
    const polyglot = Buffer.concat([picture, Buffer.from(PAYLOAD)]);

    const { files } = await develop(polyglot, { convertTo: format });

    expect(files.size).toBeGreaterThan(1);
    for (const file of files.values()) expect(file.includes("polyglot")).toBe(false);
  });

  it("loses what stands in its metadata, and is written as what its bytes are", async () => {
    const picture = await photo(200, 150)
      .withExif({ IFD0: { ImageDescription: PAYLOAD } })
      .jpeg()
      .toBuffer();
    expect(picture.includes("polyglot")).toBe(true);

    const { files, result } = await develop(picture, { convertTo: "jpeg" });

    for (const file of files.values()) expect(file.includes("polyglot")).toBe(false);
    for (const { contentType } of result.renditions) expect(contentType).toMatch(/^image\/(jpeg|webp)$/);
  });
});
