import { hasFragments } from "./av-completeness.ts";
import { CONTAINERS, type Container } from "./av-container.ts";
import { countsFrames, skipTags } from "./mpeg-frames.ts";
import type { ReadAt } from "./read-at.ts";
import { findWavData } from "./wav-data.ts";

/**
 * What the length is worth that ffprobe gives.
 * - `counted`: the header counts what is in the file. What comes out shorter is a file whose end is missing.
 * - `told`: by the header or the last page.
 * - `guessed`: by ffprobe, from the first bytes' rate, or from a header that does not know. Only reading all of it tells.
 */
export interface Length {
  readonly source: "counted" | "told" | "guessed";
  /** A WAV that is to be read to its end, whatever its header says. */
  readonly sizeIsUnknown?: boolean;
}

export async function readLength(container: Container, fileBytes: number, readAt: ReadAt): Promise<Length> {
  if (container === CONTAINERS.aac) return { source: "guessed" };
  if (container === CONTAINERS.mp3) return { source: (await countsFrames(fileBytes, readAt)) ? "counted" : "guessed" };
  if (container === CONTAINERS.flac) return { source: (await countsSamples(readAt)) ? "counted" : "guessed" };
  if (container === CONTAINERS.wav) {
    const data = await findWavData(fileBytes, readAt);
    const sizeIsUnknown = data !== undefined && data.announcedBytes === undefined;
    return sizeIsUnknown ? { source: "guessed", sizeIsUnknown } : { source: "told" };
  }
  const isFragmented = container.demuxer === CONTAINERS.mp4.demuxer && (await hasFragments(fileBytes, readAt));
  return { source: isFragmented ? "guessed" : "told" };
}

/** FLAC's first block counts the samples, in 36 bits; a streaming encoder leaves 0. */
async function countsSamples(readAt: ReadAt): Promise<boolean> {
  const head = await readAt(await skipTags(readAt), 26);
  if (head.length < 26 || head.toString("latin1", 0, 4) !== "fLaC") return false;
  return (head.readUInt8(21) & 0x0f) !== 0 || head.readUInt32BE(22) !== 0;
}
