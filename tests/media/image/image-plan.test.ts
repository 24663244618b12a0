import { describe, expect, it } from "vitest";
import type { ImageHeader } from "../../../lambdas/media/formats/image-header.ts";
import { planImage } from "../../../lambdas/media/formats/image-plan.ts";
import { createHeader } from "./header.ts";

const plan = (header: Partial<ImageHeader>, options: { widths?: number[]; avif?: boolean } = {}) =>
  planImage(createHeader(header), { widths: options.widths ?? [150, 320, 640, 1024], avif: options.avif ?? false });

describe("The plan of a picture", () => {
  it("starts at the largest size, so that each is made from the one before", () => {
    expect(plan({ width: 4032, height: 3024 }).sizes.map(({ width }) => width)).toEqual([1024, 640, 320, 150]);
  });

  it("does not mind the order of the widths, nor that one is there twice", () => {
    const { sizes } = plan({ width: 2000 }, { widths: [320, 1024, 320, 150] });

    expect(sizes.map(({ width }) => width)).toEqual([1024, 320, 150]);
  });

  it("has no size of no height, however wide the picture is", () => {
    expect(plan({ width: 16_000, height: 2 }).sizes.map(({ height }) => height)).toEqual([1, 1, 1, 1]);
  });

  it("keeps an AVIF as AVIF and adds WebP for browsers that cannot show it, whatever their lengths", () => {
    expect(plan({ format: "avif" }).formats).toEqual([
      { format: "avif", isRequired: true },
      { format: "webp", isRequired: true },
    ]);
  });

  it("adds AVIF only where it is asked for and only for stills", () => {
    const formats = (header: Partial<ImageHeader>, avif: boolean) =>
      plan(header, { avif }).formats.map(({ format }) => format);

    expect(formats({ format: "jpeg" }, false)).toEqual(["jpeg", "webp"]);
    expect(formats({ format: "jpeg" }, true)).toEqual(["jpeg", "webp", "avif"]);
    expect(formats({ format: "gif", frames: 2 }, true)).toEqual(["gif", "webp"]);
  });
});
