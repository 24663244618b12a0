/** How code values stand for light: what films and stills in HDR have in common, and sRGB. Codes and light are 0–1. */

/** Diffuse white of HDR, in cd/m² (ITU-R BT.2408); SDR's scale is in parts of it. */
export const REFERENCE_WHITE = 203;
/** What masters are graded to, and HLG is made for, in cd/m². */
export const HDR_PEAK = 1000;
/** HLG's own gamma, of a screen of 1000 cd/m²; it belongs to a pixel's luminance (ITU-R BT.2100). */
export const HLG_GAMMA = 1.2;
/** SMPTE ST 2084, and the light of its code 1, in cd/m². */
export const PQ = {
  m1: 0.1593017578125,
  m2: 78.84375,
  c1: 0.8359375,
  c2: 18.8515625,
  c3: 18.6875,
  peak: 10_000,
} as const;

/** In parts of the reference white: up to 49. */
export function pqToLight(code: number): number {
  const root = code ** (1 / PQ.m2);
  return (PQ.peak / REFERENCE_WHITE) * (Math.max(root - PQ.c1, 0) / (PQ.c2 - PQ.c3 * root)) ** (1 / PQ.m1);
}

/** The light of the scene, 0–1 (BT.2100, table 5). What a screen makes of it, a pixel's three colours tell together. */
export function hlgToSceneLight(code: number): number {
  if (code <= 0.5) return code ** 2 / 3;
  return (Math.exp((code - 0.55991073) / 0.17883277) + 0.28466892) / 12;
}

/** IEC 61966-2-1 */
export function srgbToLight(code: number): number {
  return code <= 0.04045 ? code / 12.92 : ((code + 0.055) / 1.055) ** 2.4;
}

export function lightToSrgb(light: number): number {
  return light <= 0.0031308 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055;
}
