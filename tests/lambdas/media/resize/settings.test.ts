import { describe, expect, it } from "vitest";
import { readWidths } from "../../../../lambdas/media/resize/settings.ts";

describe("The resize function's settings", () => {
  it("are widths in pixels, with or without blanks between", () => {
    expect(readWidths("150, 320,640,1024")).toEqual([150, 320, 640, 1024]);
  });

  it.each(["", "150,", "0", "-1", "1.5", "wide", "16384"])("refuse the widths %j", (text) => {
    expect(() => readWidths(text)).toThrow("IMAGE_WIDTHS");
  });
});
