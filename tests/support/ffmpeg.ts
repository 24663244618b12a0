import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, dirname, join } from "node:path";
import { describe } from "vitest";

/** The binaries that tests run, in the order in which `npm start` looks for them. */
export interface FfmpegTools {
  readonly ffmpeg: string;
  readonly ffprobe: string;
}

function findFfmpegTools(): FfmpegTools | undefined {
  const candidates = [process.env.FFMPEG_BIN, findStaticBinary(), ...onPath("ffmpeg")];
  for (const ffmpeg of candidates) {
    if (!ffmpeg || !existsSync(ffmpeg)) continue;
    const ffprobe = [join(dirname(ffmpeg), "ffprobe"), ...onPath("ffprobe")].find(existsSync);
    if (ffprobe) return { ffmpeg, ffprobe };
  }
  return undefined;
}

/** ffmpeg-static names the file that its install script would have fetched, whether that ran or not. */
function findStaticBinary(): string | undefined {
  const path: unknown = createRequire(import.meta.url)("ffmpeg-static");
  return typeof path === "string" ? path : undefined;
}

function onPath(name: string): string[] {
  return (process.env.PATH ?? "").split(delimiter).map((folder) => join(folder, name));
}

export const ffmpegTools = findFfmpegTools();

/** A suite that needs ffmpeg; where there is none it is skipped, and its title says so. */
export function describeWithFfmpeg(title: string, suite: (tools: FfmpegTools) => void): void {
  const tools = ffmpegTools;
  if (tools) describe(title, () => suite(tools));
  else describe.skip(`${title} (skipped: no ffmpeg with ffprobe in FFMPEG_BIN, ffmpeg-static or PATH)`, () => {});
}
