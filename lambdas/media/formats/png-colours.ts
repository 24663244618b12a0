import { areKnown, type CodedColours, findCodedColours, gamma } from "./coded-colours.ts";
import { areSrgbPrimaries, findMatrixToSrgb, type Primaries, SRGB_PRIMARIES } from "./colour-matrix.ts";
import { listPngChunks, type PngChunk } from "./png-chunks.ts";
import { findUint } from "./signatures.ts";

/** What of a PNG's words on its colours counts. */
export interface PngColours {
  /** A code that stands above any ICC profile. */
  readonly overridesProfile: boolean;
  readonly coded?: CodedColours;
}

/** Of PNG: third edition, §4.3: `cICP` before `iCCP` before `sRGB` before `gAMA` and `cHRM`. An ICC profile is the caller's. */
export function readPngColours(bytes: Uint8Array, hasProfile: boolean): PngColours {
  const chunks = new Map<string, PngChunk>();
  for (const chunk of listPngChunks(bytes)) {
    if (chunk.type === "IDAT") break;
    if (!chunks.has(chunk.type)) chunks.set(chunk.type, chunk);
  }
  const cicp = chunks.get("cICP");
  if (cicp !== undefined && cicp.end - cicp.start === 4) {
    const [primaries = 0, transfer = 0, matrix = 0, isFullRange = 1] = bytes.subarray(cicp.start, cicp.end);
    const points = { primaries, transfer, isNarrow: isFullRange === 0 };
    // A PNG holds RGB; any other matrix is an error (§11.3.2.6).
    if (matrix === 0 && areKnown(points)) return { overridesProfile: true, ...optional(findCodedColours(points)) };
  }
  if (hasProfile || chunks.has("sRGB")) return { overridesProfile: false };
  return { overridesProfile: false, ...optional(readGamma(bytes, chunks.get("gAMA"), chunks.get("cHRM"))) };
}

function optional(coded: CodedColours | undefined) {
  return coded === undefined ? {} : { coded };
}

const PARTS = 100_000;
/** sRGB's curve is near 1/2.2, and writers of sRGB say so; libpng takes what is within 5 % for the same. */
const SRGB_GAMMA = 1 / 2.2;
const GAMMA_TOLERANCE = 0.05;
/** Beyond these, libpng says, it is a mistake. */
const GAMMAS = { least: 0.01, most: 100 } as const;

/** `cHRM` alone says too little to know how codes stand for light, and browsers leave it; so it is left here. */
function readGamma(
  bytes: Uint8Array,
  gama: PngChunk | undefined,
  chrm: PngChunk | undefined,
): CodedColours | undefined {
  const encoding = gama === undefined ? 0 : (findUint(bytes, gama.start, 4) ?? 0) / PARTS;
  if (encoding < GAMMAS.least || encoding > GAMMAS.most) return undefined;
  const primaries = (chrm && findPrimaries(bytes, chrm)) ?? SRGB_PRIMARIES;
  const isSrgbGamma = Math.abs(encoding / SRGB_GAMMA - 1) < GAMMA_TOLERANCE && areSrgbPrimaries(primaries);
  return isSrgbGamma ? undefined : { primaries, toLight: gamma(1 / encoding), isNarrow: false };
}

/** White, red, green, blue, x before y, in 100 000ths (§11.3.2.1); undefined where they span no colours. */
function findPrimaries(bytes: Uint8Array, { start, end }: PngChunk): Primaries | undefined {
  if (end - start !== 32) return undefined;
  const point = (index: number) =>
    [0, 4].map((axis) => (findUint(bytes, start + 8 * index + axis, 4) ?? 0) / PARTS) as [number, number];
  const primaries = { white: point(0), red: point(1), green: point(2), blue: point(3) };
  return findMatrixToSrgb(primaries) === undefined ? undefined : primaries;
}
