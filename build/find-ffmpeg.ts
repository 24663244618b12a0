import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { BuildError } from "./build-error.ts";

/** This machine's own programs, each with the place where it was found. */
export interface HostProgram {
  readonly path: string;
  /** "FFMPEG_BIN", "ffmpeg-static", "PATH": for the progress line. */
  readonly source: string;
}

export interface HostFfmpeg {
  readonly ffmpeg: HostProgram | undefined;
  readonly ffprobe: HostProgram | undefined;
}

export interface FfmpegPlaces {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Where ffmpeg-static keeps its program once it was downloaded: `node_modules/ffmpeg-static/ffmpeg`. */
  readonly staticFfmpeg: string;
  /** Where `npm start` keeps the release's ffprobe, which ffmpeg-static lacks. */
  readonly fetchedFfprobe?: string;
}

/**
 * ffmpeg: FFMPEG_BIN, the program of ffmpeg-static where it really exists, PATH. ffprobe: FFPROBE_BIN, beside that ffmpeg,
 * the fetched one, PATH. A variable that names no program is an error in the person's own settings: it is reported, not passed over (BuildError).
 */
export async function findHostFfmpeg(places: FfmpegPlaces): Promise<HostFfmpeg> {
  const { environment } = places;
  const ffmpeg =
    (await fromVariable(environment, "FFMPEG_BIN")) ??
    (await fromFile(places.staticFfmpeg, "ffmpeg-static")) ??
    (await fromPath(environment, "ffmpeg"));
  const ffprobe =
    (await fromVariable(environment, "FFPROBE_BIN")) ??
    (ffmpeg && (await fromFile(join(dirname(ffmpeg.path), "ffprobe"), ffmpeg.source))) ??
    (places.fetchedFfprobe ? await fromFile(places.fetchedFfprobe, "ffmpeg-static's release") : undefined) ??
    (await fromPath(environment, "ffprobe"));
  return { ffmpeg, ffprobe };
}

async function fromVariable(environment: FfmpegPlaces["environment"], name: string): Promise<HostProgram | undefined> {
  const path = environment[name];
  if (!path) return undefined;
  const found = await fromFile(path, name);
  if (found) return found;
  throw new BuildError(
    `${name} is set to "${path}", which is not a program that can be run. Correct it, or unset it to have one found.`,
  );
}

async function fromPath(environment: FfmpegPlaces["environment"], name: string): Promise<HostProgram | undefined> {
  for (const folder of (environment.PATH ?? "").split(delimiter)) {
    const found = folder ? await fromFile(join(folder, name), "PATH") : undefined;
    if (found) return found;
  }
  return undefined;
}

async function fromFile(path: string, source: string): Promise<HostProgram | undefined> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile() ? { path, source } : undefined;
  } catch {
    return undefined;
  }
}
