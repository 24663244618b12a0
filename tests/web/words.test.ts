import { expect, it } from "vitest";
import { formatBytes, formatChange, formatDuration, formatSecondsLeft } from "../../web/shell/words.ts";

it.each([
  [0, "0 B"],
  [999, "999 B"],
  [1234, "1.2 kB"],
  [310_400, "310 kB"],
  [4_167_727, "4.2 MB"],
  [48_300_000, "48 MB"],
  [500_000_000, "500 MB"],
  [2_500_000_000, "2.5 GB"],
])("writes %d bytes as %s", (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

it.each([
  [3, "a few seconds"],
  [18, "about 20 s"],
  [54, "about 55 s"],
  [58, "about 1 min"],
  [130, "about 2 min"],
  [7_300, "about 2 h"],
])("speaks of %d seconds as %s", (seconds, text) => {
  expect(formatSecondsLeft(seconds)).toBe(text);
});

it.each([
  [4_200_000, 310_000, "93 % less"],
  [177_000, 212_000, "20 % more"],
  [1_000, 1_001, "the same size"],
  [10_000_000, 1, "99 % less"],
])("says what became of %d bytes that are now %d: %s", (before, after, text) => {
  expect(formatChange(before, after)).toBe(text);
});

it.each([
  [7.6, "0:08"],
  [83.4, "1:23"],
  [3_725, "1:02:05"],
])("writes a length of %d seconds as %s", (seconds, text) => {
  expect(formatDuration(seconds)).toBe(text);
});
