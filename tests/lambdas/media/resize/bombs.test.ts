import { describe, expect, it } from "vitest";
import { BOMBS, photo } from "../../../support/images.ts";
import { develop, developInVain } from "./darkroom.ts";

/** threats.md I1 allows 300 MB for the whole process; a refusal by the header needs next to nothing. */
const MAX_GROWTH_BYTES = 100 * 1024 * 1024;

describe("A picture with too many pixels (I1)", () => {
  it.each(Object.entries(BOMBS))("is refused by its header, in no time and no memory: %s", async (_name, make) => {
    const bomb = await make();
    const memoryBefore = process.resourceUsage().maxRSS * 1024;
    const startedAt = performance.now();

    const { error, written } = await developInVain(bomb);

    expect(error).toMatchObject({ code: "TOO_MANY_PIXELS", retryable: false });
    expect(written).toEqual([]);
    expect(performance.now() - startedAt).toBeLessThan(2000);
    expect(process.resourceUsage().maxRSS * 1024 - memoryBefore).toBeLessThan(MAX_GROWTH_BYTES);
  });

  it("is told its size, the limit and what to do", async () => {
    const bomb = await BOMBS["15 000 × 15 000 JPEG"]?.();

    const { error } = await developInVain(bomb ?? Buffer.alloc(0));

    expect(error).toMatchObject({
      message:
        "The picture has 15000 × 15000 pixels, 225.0 megapixels in all. At most 200 megapixels are accepted as JPEG. Make it smaller and upload it again.",
    });
  });
});

describe("A picture that would not fit into the function's memory (I1)", () => {
  it("is refused with the reason: a progressive JPEG where a plain one passes", async () => {
    const size = [3000, 3000] as const;
    const plain = await photo(...size)
      .jpeg({ quality: 40 })
      .toBuffer();
    const progressive = await photo(...size)
      .jpeg({ quality: 40, progressive: true, chromaSubsampling: "4:4:4" })
      .toBuffer();

    const { error, written } = await developInVain(progressive, { memoryMb: 170 });

    expect(error).toMatchObject({ code: "TOO_MANY_PIXELS", message: expect.stringContaining("a progressive JPEG") });
    expect(written).toEqual([]);
    await expect(develop(plain, { memoryMb: 170 })).resolves.toBeDefined();
    await expect(develop(progressive, { memoryMb: 256 })).resolves.toBeDefined();
  });

  it("is refused for its conversion alone where its sizes would fit", async () => {
    const picture = await photo(2000, 2000).jpeg().toBuffer();

    const { error } = await developInVain(picture, { memoryMb: 200, convertTo: "avif" });

    expect(error).toMatchObject({
      code: "TOO_MANY_PIXELS",
      message: expect.stringContaining("not enough memory here to convert it to AVIF"),
    });
    await expect(develop(picture, { memoryMb: 200 })).resolves.toBeDefined();
  });
});
