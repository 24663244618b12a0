import { describe, expect, it } from "vitest";
import { readSwitch, readWidths } from "../../../lambdas/resize/settings.ts";

describe("The resize function's settings", () => {
  it("are widths in pixels, with or without blanks between", () => {
    expect(readWidths("150, 320,640,1024")).toEqual([150, 320, 640, 1024]);
  });

  it.each(["", "150,", "0", "-1", "1.5", "wide", "16384"])("refuse the widths %j", (text) => {
    expect(() => readWidths(text)).toThrow("IMAGE_WIDTHS");
  });

  it("are a switch that is on or off, and nothing between", () => {
    expect([readSwitch("IMAGE_AVIF", "true"), readSwitch("IMAGE_AVIF", "false")]).toEqual([true, false]);
    expect(() => readSwitch("IMAGE_AVIF", "yes")).toThrow('IMAGE_AVIF is "yes"; expected "true" or "false".');
  });
});
