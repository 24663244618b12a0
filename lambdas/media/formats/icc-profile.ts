import { ascii, findUint } from "./signatures.ts";

/**
 * Whether an embedded colour profile describes sRGB itself, so that there is nothing to convert. Profiles are compared by
 * what they do, not by their name: dozens of makers ship sRGB under names of their own. Format: ICC.1:2022, §7 and §10.
 */
export function isSrgbProfile(profile: Uint8Array): boolean {
  if (ascii(profile, 16, 20) !== "RGB " || ascii(profile, 36, 40) !== "acsp") return false;
  const tags = readTags(profile);
  // A lookup table, where there is one, wins over the matrix.
  if (tags.has("A2B0")) return false;
  return Object.entries(SRGB_PRIMARIES).every(([channel, primary]) => {
    const matrix = findXyz(profile, tags.get(`${channel}XYZ`));
    const curve = tags.get(`${channel}TRC`);
    return (
      matrix?.every((value, axis) => Math.abs(value - (primary[axis] ?? 0)) < PRIMARY_TOLERANCE) &&
      isSrgbCurve(profile, curve)
    );
  });
}

/** sRGB's primaries adapted to the profile connection space's white, D50 (ICC's own sRGB profile). */
const SRGB_PRIMARIES: Readonly<Record<"r" | "g" | "b", readonly number[]>> = {
  r: [0.4361, 0.2225, 0.0139],
  g: [0.3851, 0.7169, 0.0971],
  b: [0.1431, 0.0606, 0.7141],
};
/** Makers' sRGB profiles differ by up to 0.002; Display P3's red X is 0.08 away. */
const PRIMARY_TOLERANCE = 0.004;
/** Linear light at three code values, and how far a curve may be off: half a step of 8 bits at the steepest. */
const SRGB_CURVE = [0.25, 0.5, 0.75].map((code) => ({ code, light: ((code + 0.055) / 1.055) ** 2.4 }));
const CURVE_TOLERANCE = 0.005;
/** 7.2.1: 128 bytes of header, the number of tags, twelve bytes a tag. A profile of sRGB has about 17 tags. */
const MAX_TAGS = 100;

function readTags(profile: Uint8Array): Map<string, number> {
  const count = Math.min(findUint(profile, 128, 4) ?? 0, MAX_TAGS);
  const tags = new Map<string, number>();
  for (let offset = 132; offset < 132 + 12 * count; offset += 12) {
    tags.set(ascii(profile, offset, offset + 4), findUint(profile, offset + 4, 4) ?? profile.length);
  }
  return tags;
}

function findXyz(profile: Uint8Array, offset: number | undefined): number[] | undefined {
  if (offset === undefined || ascii(profile, offset, offset + 4) !== "XYZ ") return undefined;
  return [8, 12, 16].map((axis) => findFixed(profile, offset + axis));
}

/** s15Fixed16Number */
function findFixed(profile: Uint8Array, offset: number): number {
  return ((findUint(profile, offset, 4) ?? 0) | 0) / 0x10000;
}

function isSrgbCurve(profile: Uint8Array, offset: number | undefined): boolean {
  if (offset === undefined) return false;
  const evaluate = readCurve(profile, offset);
  return SRGB_CURVE.every(({ code, light }) => Math.abs(evaluate(code) - light) < CURVE_TOLERANCE);
}

/** Code value to light, 0–1. What is not understood is NaN, which is near nothing. */
function readCurve(profile: Uint8Array, offset: number): (code: number) => number {
  const type = ascii(profile, offset, offset + 4);
  if (type === "curv") return readTable(profile, offset);
  const isParametricSrgb = type === "para" && findUint(profile, offset + 8, 2) === 3;
  if (!isParametricSrgb) return () => Number.NaN;
  // 10.18, function type 3: light = (a·code + b)^g from code d upwards, c·code below.
  const [g = 0, a = 0, b = 0, c = 0, d = 0] = [12, 16, 20, 24, 28].map((at) => findFixed(profile, offset + at));
  return (code) => (code >= d ? (a * code + b) ** g : c * code);
}

/** 10.6: a table of 16-bit values; a table of one is a gamma, which sRGB's curve is not. */
function readTable(profile: Uint8Array, offset: number): (code: number) => number {
  const count = findUint(profile, offset + 8, 4) ?? 0;
  if (count < 2) return () => Number.NaN;
  return (code) => {
    const entry = findUint(profile, offset + 12 + 2 * Math.round(code * (count - 1)), 2);
    return entry === undefined ? Number.NaN : entry / 0xffff;
  };
}
