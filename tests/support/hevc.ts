import { spawnSync } from "node:child_process";
import { describe } from "vitest";
import { ffmpegTools } from "./ffmpeg.ts";

/** HEVC pictures, encoded by ffmpeg's libx265: what a HEIC file holds. */
export interface HevcPictures {
  /** The decoder's configuration, `hvcC` (ISO/IEC 14496-15, 8.3.3.1): one for all of them. */
  readonly configuration: Buffer;
  /** One for each picture: its slices, each behind its length in four bytes. */
  readonly samples: readonly Buffer[];
}

export interface HevcOptions {
  readonly width: number;
  readonly height: number;
  /** @default yuv420p */
  readonly pixelFormat?: "yuv420p" | "yuv422p" | "yuv444p" | "yuv420p10le" | "gray";
  /** Coarseness, 0–51. @default 12 */
  readonly quantizer?: number;
  /** Of the samples: how RGB becomes YCbCr. @default bt601, full range */
  readonly matrix?: "bt709" | "bt601" | "bt2020";
}

/** Encodes pictures of one size, 8-bit RGB or (for 10 bits) little-endian 16-bit RGB, one behind the other, each for itself. */
export function encodeHevc(rgb: Buffer, options: HevcOptions): HevcPictures {
  const { width, height, pixelFormat = "yuv420p", quantizer = 12, matrix = "bt601" } = options;
  const input = pixelFormat === "yuv420p10le" ? "rgb48le" : "rgb24";
  const range = matrix === "bt2020" ? "tv" : "pc";
  const arguments_ = [
    ...["-nostdin", "-v", "error", "-f", "rawvideo", "-pix_fmt", input, "-s", `${width}x${height}`, "-i", "-"],
    ...["-vf", `scale=out_color_matrix=${matrix}:out_range=${range}`, "-pix_fmt", pixelFormat],
    ...["-c:v", "libx265", "-preset", "ultrafast"],
    ...[
      "-x265-params",
      `log-level=none:keyint=1:qp=${quantizer}:range=${range === "pc" ? "full" : "limited"}`,
      "-f",
      "hevc",
      "-",
    ],
  ];
  const run = spawnSync(requireTools().ffmpeg, arguments_, { input: rgb, maxBuffer: 2 ** 28 });
  if (run.status !== 0) throw new Error(`ffmpeg cannot encode HEVC: ${run.stderr?.toString() ?? run.error}`);
  return readStream(run.stdout);
}

function requireTools() {
  if (ffmpegTools === undefined) throw new Error("There is no ffmpeg.");
  return ffmpegTools;
}

const VPS = 32;
const SPS = 33;
const PPS = 34;
const FIRST_PARAMETER_SET = VPS;

/** ITU-T H.265, Annex B: units behind start codes. Picture after picture, since each slice says whether it is its first. */
function readStream(stream: Buffer): HevcPictures {
  const sets = new Map<number, Buffer>();
  const pictures: Buffer[][] = [];
  for (const unit of listUnits(stream)) {
    const type = ((unit[0] ?? 0) >> 1) & 63;
    if (type >= VPS && type <= PPS) sets.set(type, unit);
    if (type >= FIRST_PARAMETER_SET) continue;
    const isFirst = (unit[2] ?? 0) >= 0x80;
    if (isFirst) pictures.push([]);
    pictures.at(-1)?.push(unit);
  }
  const samples = pictures.map((units) => Buffer.concat(units.flatMap((unit) => [uint32(unit.length), unit])));
  return { configuration: createConfiguration(sets), samples };
}

function* listUnits(stream: Buffer): Generator<Buffer> {
  const startCode = Buffer.from([0, 0, 1]);
  for (let at = stream.indexOf(startCode); at !== -1; ) {
    const next = stream.indexOf(startCode, at + 3);
    let end = next === -1 ? stream.length : next;
    while (stream[end - 1] === 0) end--;
    yield stream.subarray(at + 3, end);
    at = next;
  }
}

function createConfiguration(sets: ReadonlyMap<number, Buffer>): Buffer {
  const sps = removeEscapes(sets.get(SPS) ?? Buffer.alloc(0));
  const { chroma, depth } = readSampling(sps);
  const head = Buffer.alloc(23);
  head[0] = 1;
  // Profile, tier, level: as they stand in the SPS, behind its unit's head and one byte.
  sps.copy(head, 1, 3, 15);
  head.set([0xf0, 0, 0xfc, 0xfc | chroma, 0xf8 | depth, 0xf8 | depth, 0, 0, 0x0f, sets.size], 13);
  const arrays = [...sets].map(([type, unit]) =>
    Buffer.concat([Buffer.from([0x80 | type, 0, 1]), uint16(unit.length), unit]),
  );
  return Buffer.concat([head, ...arrays]);
}

/** 7.3.2.2: what follows profile and level, for streams of one layer. */
function readSampling(sps: Buffer): { readonly chroma: number; readonly depth: number } {
  let bit = 15 * 8;
  const next = () => ((sps[bit >> 3] ?? 0) >> (7 - (bit++ & 7))) & 1;
  const golomb = (): number => {
    let zeros = 0;
    while (next() === 0 && zeros < 32) zeros++;
    let value = 1;
    for (let left = zeros; left > 0; left--) value = value * 2 + next();
    return value - 1;
  };
  golomb();
  const chroma = golomb();
  if (chroma === 3) next();
  golomb();
  golomb();
  if (next() === 1) for (let edge = 0; edge < 4; edge++) golomb();
  return { chroma, depth: golomb() };
}

/** 7.3.1: a 3 behind two zeros was put there so that no start code appears. */
function removeEscapes(unit: Buffer): Buffer {
  return Buffer.from([...unit].filter((byte, at) => !(byte === 3 && unit[at - 1] === 0 && unit[at - 2] === 0)));
}

export function uint16(...values: readonly number[]): Buffer {
  return Buffer.from(values.flatMap((value) => [value >> 8, value & 255]));
}

export function uint32(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value >>> 0, 4 * index);
  return bytes;
}

/** Whether HEIC photos can be made here. */
export const hasHevcEncoder = ((): boolean => {
  if (ffmpegTools === undefined) return false;
  const run = spawnSync(ffmpegTools.ffmpeg, ["-v", "error", "-encoders"], { encoding: "utf8" });
  return run.stdout?.includes("libx265") ?? false;
})();

/** A suite that makes HEIC photos; where no ffmpeg has libx265 it is skipped, and its title says so. */
export function describeWithHevc(title: string, suite: () => void): void {
  if (hasHevcEncoder) describe(title, suite);
  else describe.skip(`${title} (skipped: no ffmpeg with libx265 in FFMPEG_BIN, ffmpeg-static or PATH)`, () => {});
}
