import { areSrgbPrimaries, type Chromaticity, D65, type Primaries, SRGB_PRIMARIES } from "./colour-matrix.ts";
import { hlgToSceneLight, pqToLight, srgbToLight } from "./transfer-functions.ts";

/** Colours that a file tells by codes or numbers, where others have an ICC profile. Never sRGB's own. */
export interface CodedColours {
  readonly primaries: Primaries;
  /** PQ's light is in parts of the reference white, HLG's is the scene's. */
  readonly toLight: (code: number) => number;
  readonly hdr?: "pq" | "hlg";
  /** Black is 16 of 255 and white 235. */
  readonly isNarrow: boolean;
}

/** Code points of ITU-T H.273, as PNG's `cICP` and HEIF's `nclx` hold them. */
export interface CodePoints {
  readonly primaries: number;
  readonly transfer: number;
  readonly isNarrow?: boolean;
}

/** H.273, table 2. Standard C white, of NTSC's first years, and DCI's own. */
const C_WHITE: Chromaticity = [0.31, 0.316];
const SMPTE_C = { red: [0.63, 0.34], green: [0.31, 0.595], blue: [0.155, 0.07], white: D65 } as const;
const PRIMARIES: Readonly<Record<number, Primaries>> = {
  1: SRGB_PRIMARIES,
  2: SRGB_PRIMARIES,
  4: { red: [0.67, 0.33], green: [0.21, 0.71], blue: [0.14, 0.08], white: C_WHITE },
  5: { red: [0.64, 0.33], green: [0.29, 0.6], blue: [0.15, 0.06], white: D65 },
  6: SMPTE_C,
  7: SMPTE_C,
  8: { red: [0.681, 0.319], green: [0.243, 0.692], blue: [0.145, 0.049], white: C_WHITE },
  9: { red: [0.708, 0.292], green: [0.17, 0.797], blue: [0.131, 0.046], white: D65 },
  11: { red: [0.68, 0.32], green: [0.265, 0.69], blue: [0.15, 0.06], white: [0.314, 0.351] },
  12: { red: [0.68, 0.32], green: [0.265, 0.69], blue: [0.15, 0.06], white: D65 },
  22: { red: [0.63, 0.34], green: [0.295, 0.605], blue: [0.155, 0.077], white: D65 },
};

/**
 * H.273, table 3. A camera's curves (BT.601, 709, 2020 and their like) are shown as sRGB's, as browsers show an
 * AVIF's: files say so of pictures that were graded on a screen.
 */
const TRANSFERS: Readonly<Record<number, Pick<CodedColours, "toLight" | "hdr">>> = {
  ...Object.fromEntries([1, 2, 6, 7, 11, 12, 13, 14, 15].map((code) => [code, { toLight: srgbToLight }])),
  4: { toLight: gamma(2.2) },
  5: { toLight: gamma(2.8) },
  8: { toLight: gamma(1) },
  16: { toLight: pqToLight, hdr: "pq" },
  17: { toLight: (code) => Math.min(1, (52.37 / 48) * code ** 2.6) },
  18: { toLight: hlgToSceneLight, hdr: "hlg" },
};

export function gamma(exponent: number): (code: number) => number {
  return (code) => code ** exponent;
}

/** Whether the codes are of those that are understood; others count as if they were not there. */
export function areKnown({ primaries, transfer }: CodePoints): boolean {
  return PRIMARIES[primaries] !== undefined && TRANSFERS[transfer] !== undefined;
}

/** Undefined for sRGB, and for codes that are not known. */
export function findCodedColours({ primaries, transfer, isNarrow = false }: CodePoints): CodedColours | undefined {
  const [space, curve] = [PRIMARIES[primaries], TRANSFERS[transfer]];
  if (space === undefined || curve === undefined) return undefined;
  const isSrgb = curve.toLight === srgbToLight && areSrgbPrimaries(space) && !isNarrow;
  return isSrgb ? undefined : { primaries: space, ...curve, isNarrow };
}
