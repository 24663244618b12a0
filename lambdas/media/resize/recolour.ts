import type { CodedColours } from "../formats/coded-colours.ts";
import { findLuminance, findMatrixToSrgb, type Matrix } from "../formats/colour-matrix.ts";
import { findToneGain } from "../formats/still-tone-mapping.ts";
import { HDR_PEAK, HLG_GAMMA, lightToSrgb, REFERENCE_WHITE } from "../formats/transfer-functions.ts";

/** Rows of samples of 8 or 16 bits, red, green, blue, and alpha or not. */
export interface CodedPixels {
  readonly data: Uint8Array | Uint16Array;
  readonly channels: number;
}

const WHITE = 255;
/** sRGB's curve is steepest at black, where a step of this many is a quarter of one of 255. */
const SHADES = 16_384;

/**
 * 8-bit sRGB of pixels whose colours are told by code. On pixels, since libvips takes colours from ICC profiles alone and
 * none can hold what tone mapping does; on the few that scaling has left, 10 ms for 0.8 megapixels.
 */
export function recolour({ data, channels }: CodedPixels, colours: CodedColours): Buffer {
  const most = data instanceof Uint16Array ? 0xffff : 0xff;
  const light = tabulateLight(colours, most);
  const shades = tabulateShades();
  const matrix = findMatrixToSrgb(colours.primaries) ?? UNCHANGED;
  const map = createToneMap(colours);
  const pixel = new Float64Array(3);
  const output = Buffer.allocUnsafe(data.length);
  for (let at = 0; at < data.length; at += channels) {
    for (let channel = 0; channel < 3; channel++) pixel[channel] = light[data[at + channel] ?? 0] ?? 0;
    map?.(pixel);
    const [red = 0, green = 0, blue = 0] = pixel;
    for (let channel = 0; channel < 3; channel++) {
      const [r = 0, g = 0, b = 0] = matrix[channel] ?? [];
      const value = Math.min(1, Math.max(0, r * red + g * green + b * blue));
      output[at + channel] = shades[Math.round(value * SHADES)] ?? WHITE;
    }
    if (channels === 4) output[at + 3] = Math.round(((data[at + 3] ?? most) * WHITE) / most);
  }
  return output;
}

const UNCHANGED: Matrix = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
];

/** Of each code value. */
function tabulateLight({ toLight, isNarrow }: CodedColours, most: number): Float64Array {
  const [black, white] = isNarrow ? [16 / 255, 235 / 255] : [0, 1];
  return Float64Array.from({ length: most + 1 }, (_, code) =>
    toLight(Math.min(1, Math.max(0, (code / most - black) / (white - black)))),
  );
}

function tabulateShades(): Uint8Array {
  return Uint8Array.from({ length: SHADES + 1 }, (_, index) => Math.round(WHITE * lightToSrgb(index / SHADES)));
}

/** Changes a pixel's light in place; undefined for SDR. */
function createToneMap({ hdr, primaries }: CodedColours): ((pixel: Float64Array) => void) | undefined {
  if (hdr === undefined) return undefined;
  const [red, green, blue] = findLuminance(primaries);
  return (pixel) => {
    const [r = 0, g = 0, b = 0] = pixel;
    const system =
      hdr === "hlg" ? (HDR_PEAK / REFERENCE_WHITE) * (red * r + green * g + blue * b) ** (HLG_GAMMA - 1) : 1;
    const gain = system * findToneGain(system * Math.max(r, g, b));
    for (let channel = 0; channel < 3; channel++) pixel[channel] = gain * (pixel[channel] ?? 0);
  };
}
