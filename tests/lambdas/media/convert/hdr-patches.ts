/** Colours as light, and what the standards make of it: HDR's codes by BT.2100, SDR's by BT.1886. */

export type HdrTransfer = "smpte2084" | "arib-std-b67";
/** Red, green and blue of BT.709, in parts of HDR's reference white of 203 cd/m² (BT.2408). */
export type Light = readonly [number, number, number];

export const PATCHES = {
  /** What 18 % of grey is by BT.2408: 26 cd/m². */
  grey: [0.128, 0.128, 0.128],
  red: [0.25, 0.04, 0.04],
  green: [0.05, 0.25, 0.04],
  blue: [0.03, 0.05, 0.28],
  white: [1, 1, 1],
  /** 1000 cd/m². */
  peak: [4.926, 4.926, 4.926],
} as const satisfies Record<string, Light>;

/** Y′CbCr of BT.2020 in ten bits, limited range. */
export function encodeHdr(light: Light, transfer: HdrTransfer): [number, number, number] {
  const wide = toBt2020(light).map((part) => (part * 203) / 1000);
  const [r = 0, g = 0, b = 0] = transfer === "smpte2084" ? wide.map(encodePq) : encodeHlg(wide);
  const y = 0.2627 * r + 0.678 * g + 0.0593 * b;
  return [
    Math.round(64 + 876 * y),
    Math.round(512 + (896 * (b - y)) / 1.8814),
    Math.round(512 + (896 * (r - y)) / 1.4746),
  ];
}

/** As a screen of gamma 2.4 wants it, 0–255. */
export function toSdr(light: Light): number[] {
  return light.map((part) => Math.round(255 * part ** (1 / 2.4)));
}

/** ITU-R BT.2087. */
function toBt2020([r, g, b]: Light): number[] {
  return [
    0.6274 * r + 0.3293 * g + 0.0433 * b,
    0.0691 * r + 0.9195 * g + 0.0114 * b,
    0.0164 * r + 0.088 * g + 0.8956 * b,
  ];
}

/** Of light in parts of 1000 cd/m². */
function encodePq(light: number): number {
  const power = (light / 10) ** 0.1593017578125;
  return ((0.8359375 + 18.8515625 * power) / (1 + 18.6875 * power)) ** 78.84375;
}

/** Undoes the system gamma of 1.2, which a screen of 1000 cd/m² has, and codes the scene. */
function encodeHlg(display: readonly number[]): number[] {
  const [r = 0, g = 0, b = 0] = display;
  const luminance = 0.2627 * r + 0.678 * g + 0.0593 * b;
  return display.map((part) => {
    const scene = part * luminance ** ((1 - 1.2) / 1.2);
    return scene <= 1 / 12 ? Math.sqrt(3 * scene) : 0.17883277 * Math.log(12 * scene - 0.28466892) + 0.55991073;
  });
}
