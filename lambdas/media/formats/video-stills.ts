import type { Size } from "./video-frame.ts";

/**
 * Which frames become thumbnails, and which of them the poster. ffmpeg writes every candidate as a thumbnail and as a few
 * raw pixels, and the first ones as posters too; looking at the pixels, the best is chosen, so that a film that fades in
 * from black does not get a black poster. All of it comes from the one decode.
 */
export const THUMBNAIL_COUNT = 5;
/** A poster of Full HD costs 20 ms of CPU: for a film that is only copied, a twentieth of everything. */
export const POSTER_CANDIDATES = 4;

/** Where in the film, as parts of its length. */
const MOMENTS = [0.1, 0.3, 0.5, 0.7, 0.9] as const satisfies { readonly length: typeof THUMBNAIL_COUNT };

/**
 * ffmpeg's `select` for the candidates: the first frame, for a film shorter than its header says, and the first frame at
 * or after each moment.
 */
export function selectMoments(durationSeconds: number): string {
  const moments = MOMENTS.map((part) => (part * durationSeconds).toFixed(3));
  return ["eq(n,0)", ...moments.map((moment) => `gte(t,${moment})*lt(prev_selected_t,${moment})`)].join("+");
}

/** A sound that ends a little later than the picture must not take the last key frame out of its fifth. */
const NARROWER = 0.95;

/** The same where only key frames are decoded, which may be many seconds apart: the first one of each fifth of the film. */
export function selectKeyFrames(durationSeconds: number): string {
  const fifth = (time: string) => `floor(${time}/${((durationSeconds / THUMBNAIL_COUNT) * NARROWER).toFixed(3)})`;
  return `eq(n,0)+gt(${fifth("t")},${fifth("prev_selected_t")})`;
}

/**
 * The candidates that become thumbnails, in the film's order, counted from 0. `selectMoments` puts one before its five,
 * which is left out unless there is no other; `selectKeyFrames` may give six.
 */
export function chooseThumbnails(candidateCount: number, keyFramesOnly: boolean): number[] {
  const all = Array.from({ length: candidateCount }, (_, index) => index);
  if (keyFramesOnly || candidateCount === 1) return all.slice(0, THUMBNAIL_COUNT);
  return all.slice(1, 1 + THUMBNAIL_COUNT);
}

/** The pixels of each candidate, out of ffmpeg's raw video. */
export function splitFrames(rgba: Buffer, size: Size): Buffer[] {
  const bytes = size.width * size.height * 4;
  return Array.from({ length: Math.floor(rgba.length / bytes) }, (_, n) => rgba.subarray(n * bytes, (n + 1) * bytes));
}

/**
 * The candidate for the poster: the one at 30 %, or else at 50 %, 10 % or the very first, whose contrast is at least half
 * of the best one's. Dark, white and blank frames have next to none.
 */
export function choosePoster(frames: readonly Buffer[]): number {
  const contrasts = frames.slice(0, POSTER_CANDIDATES).map(measureContrast);
  const enough = Math.max(...contrasts) / 2;
  const preferred = [2, 3, 1, 0].filter((index) => index < contrasts.length);
  return preferred.find((index) => (contrasts[index] ?? 0) >= enough) ?? 0;
}

/** Standard deviation of the luma, 0–127. */
function measureContrast(rgba: Buffer): number {
  const pixels = rgba.length / 4;
  let sum = 0;
  let squares = 0;
  for (let at = 0; at < rgba.length; at += 4) {
    const luma = 0.299 * rgba.readUInt8(at) + 0.587 * rgba.readUInt8(at + 1) + 0.114 * rgba.readUInt8(at + 2);
    sum += luma;
    squares += luma * luma;
  }
  return Math.sqrt(Math.max(0, squares / pixels - (sum / pixels) ** 2));
}
