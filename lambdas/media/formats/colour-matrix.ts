/** Colours by where they stand in CIE 1931's x and y: red, green, blue, white. */
export interface Primaries {
  readonly red: Chromaticity;
  readonly green: Chromaticity;
  readonly blue: Chromaticity;
  readonly white: Chromaticity;
}
export type Chromaticity = readonly [x: number, y: number];
type Vector = readonly [number, number, number];
export type Matrix = readonly [Vector, Vector, Vector];

export const D65: Chromaticity = [0.3127, 0.329];
/** BT.709's, too. */
export const SRGB_PRIMARIES: Primaries = { red: [0.64, 0.33], green: [0.3, 0.6], blue: [0.15, 0.06], white: D65 };
/** Rounding in files; Display P3's red is 0.04 away. */
const TOLERANCE = 0.003;

export function areSrgbPrimaries(primaries: Primaries): boolean {
  return (["red", "green", "blue", "white"] as const).every((name) =>
    primaries[name].every((value, axis) => Math.abs(value - (SRGB_PRIMARIES[name][axis] ?? 0)) < TOLERANCE),
  );
}

/** From linear light in these primaries to sRGB's, white to white. Undefined where they span no colours. */
export function findMatrixToSrgb(primaries: Primaries): Matrix | undefined {
  const [from, to] = [findMatrixToXyz(primaries), findMatrixToXyz(SRGB_PRIMARIES)];
  const back = to && invert(to);
  if (from === undefined || back === undefined) return undefined;
  return multiply(back, multiply(adaptWhite(primaries.white), from));
}

/** The part of a pixel's luminance that each colour has. */
export function findLuminance(primaries: Primaries): Vector {
  return findMatrixToXyz(primaries)?.[1] ?? [0.2126, 0.7152, 0.0722];
}

/** SMPTE RP 177. */
function findMatrixToXyz({ red, green, blue, white }: Primaries): Matrix | undefined {
  if ([red, green, blue, white].some(([, y]) => y <= 0)) return undefined;
  const columns = transpose([toXyz(red), toXyz(green), toXyz(blue)]);
  const inverse = invert(columns);
  if (inverse === undefined) return undefined;
  const scale = apply(inverse, toXyz(white));
  return columns.map((row) => row.map((value, column) => value * (scale[column] ?? 0))) as unknown as Matrix;
}

function toXyz([x, y]: Chromaticity): Vector {
  return [x / y, 1, (1 - x - y) / y];
}

/** Bradford's, as ICC profiles are made with. */
const CONES: Matrix = [
  [0.8951, 0.2664, -0.1614],
  [-0.7502, 1.7135, 0.0367],
  [0.0389, -0.0685, 1.0296],
];
const UNIT: Matrix = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
];

/** To sRGB's white. */
function adaptWhite(white: Chromaticity): Matrix {
  const [from, to] = [apply(CONES, toXyz(white)), apply(CONES, toXyz(D65))];
  const scale: Matrix = [
    [to[0] / from[0], 0, 0],
    [0, to[1] / from[1], 0],
    [0, 0, to[2] / from[2]],
  ];
  const inverse = invert(CONES);
  return inverse === undefined ? UNIT : multiply(inverse, multiply(scale, CONES));
}

function apply(matrix: Matrix, [a, b, c]: Vector): Vector {
  const [x, y, z] = matrix.map(([p, q, r]) => p * a + q * b + r * c);
  return [x ?? 0, y ?? 0, z ?? 0];
}

function multiply(left: Matrix, right: Matrix): Matrix {
  const [a, b, c] = transpose(right).map((column) => apply(left, column));
  return transpose([a ?? UNIT[0], b ?? UNIT[1], c ?? UNIT[2]]);
}

function transpose([[a, b, c], [d, e, f], [g, h, i]]: Matrix): Matrix {
  return [
    [a, d, g],
    [b, e, h],
    [c, f, i],
  ];
}

function invert([[a, b, c], [d, e, f], [g, h, i]]: Matrix): Matrix | undefined {
  const determinant = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
  if (Math.abs(determinant) < 1e-6) return undefined;
  const over = (value: number) => value / determinant;
  return [
    [over(e * i - f * h), over(c * h - b * i), over(b * f - c * e)],
    [over(f * g - d * i), over(a * i - c * g), over(c * d - a * f)],
    [over(d * h - e * g), over(b * g - a * h), over(a * e - b * d)],
  ];
}
