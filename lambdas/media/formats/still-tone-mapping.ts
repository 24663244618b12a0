import { HDR_PEAK, REFERENCE_WHITE } from "./transfer-functions.ts";

/**
 * How a still in HDR is brought to an SDR screen: by the reference white tone mapping of SMPTE ST 2094-50, which is what
 * Chromium shows of such a file, so that a rendition looks as its source does. Below diffuse white light is halved, and what
 * that leaves free is for the highlights, along a Bézier curve up to white at 1000 cd/m².
 *
 * Films have another curve (tone-mapping.ts), which keeps what is dark as it is: a film is not seen beside its source, and
 * players, which know no common curve, keep its dark parts.
 */
const WHITE = 0.5;
const PEAK = HDR_PEAK / REFERENCE_WHITE;
/** How far the curve's middle point lies from diffuse white towards the corner. */
const BEND = 0.65;
const MIDDLE = { light: 1 - BEND + BEND / WHITE, shown: (1 - BEND) * WHITE + BEND } as const;

/**
 * What a pixel's three colours are multiplied with, by the largest of them, in parts of the reference white. One factor for
 * all keeps the hue.
 */
export function findToneGain(largest: number): number {
  if (largest <= 1) return WHITE;
  if (largest >= PEAK) return 1 / largest;
  const a = 1 - 2 * MIDDLE.light + PEAK;
  const b = MIDDLE.light - 1;
  const part = (Math.sqrt(b ** 2 + a * (largest - 1)) - b) / a;
  const shown = WHITE * (1 - part) ** 2 + 2 * MIDDLE.shown * part * (1 - part) + part ** 2;
  return shown / largest;
}
