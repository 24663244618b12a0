import { expect, it } from "vitest";
import { checkLimits, DEFAULT_AV_LIMITS } from "../../../../lambdas/media/formats/av-limits.ts";

/** A film as a phone or a camera stores it. */
function createFilm(storedWidth: number, storedHeight: number) {
  const display = { width: storedWidth, height: storedHeight };
  const shape = { storedWidth, storedHeight, rotation: 0, pixelAspect: 1, display };
  const coding = { index: 0, codec: "hevc", pixelFormat: "yuv420p10le", interlaced: false, hiddenSeconds: 0 };
  const picture = { ...shape, ...coding, framesPerSecond: 30 };
  return { demuxer: "mov", durationSeconds: 10, streamCount: 1, picture, unreadPictures: [], unreadSounds: [] };
}

it.each([
  ["4K", 3840, 2160],
  ["4K open gate", 3840, 2880],
  ["4K of cinema", 4096, 2160],
  ["an action camera's 5.3K", 5312, 2988],
  ["4K held upright", 2160, 3840],
])("a film in %s is accepted", (_name, width, height) => {
  expect(() => checkLimits(createFilm(width, height), DEFAULT_AV_LIMITS)).not.toThrow();
});

it("a film in 8K is not, and is told its size (F2)", () => {
  expect(() => checkLimits(createFilm(7680, 4320), DEFAULT_AV_LIMITS)).toThrow("7680 × 4320");
});
