import { expect, it } from "vitest";
import { describeBytes } from "../../../lambdas/support/describe-bytes.ts";

it.each([
  [1, "1 byte", "1 byte"],
  [999, "999 bytes", "999 bytes"],
  [1000, "1 kB", "1 kB"],
  [310_400, "320 kB", "310 kB"],
  [999_999, "1 MB", "990 kB"],
  [4_167_727, "4.2 MB", "4.1 MB"],
  [25_000_000, "25 MB", "25 MB"],
  [25_000_001, "26 MB", "25 MB"],
  [500_000_000, "500 MB", "500 MB"],
  [5_368_709_120, "5.4 GB", "5.3 GB"],
  [2 ** 52, "4.6 PB", "4.5 PB"],
])("says %d bytes as %s at most and %s at least", (bytes, up, down) => {
  expect(describeBytes(bytes, "up")).toBe(up);
  expect(describeBytes(bytes, "down")).toBe(down);
});
