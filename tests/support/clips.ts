import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { ffmpegTools } from "./ffmpeg.ts";

/** Small video and audio files, made by ffmpeg when a test asks for them. Seconds, pixels. */

const run = promisify(execFile);

export interface ClipOptions {
  /** Decides the container: `mp4`, `mov`, `mkv`, `webm`, `avi`, `mp3`, `wav`, `ogg`, `flac`, `aac`, `m4a`. */
  readonly extension: string;
  /** lavfi sources, one input each. */
  readonly sources: readonly string[];
  /** ffmpeg's output options. */
  readonly output?: readonly string[];
}

/** Runs ffmpeg once and returns what it wrote. */
export async function makeClip({ extension, sources, output = [] }: ClipOptions): Promise<Buffer> {
  const inputs = sources.flatMap((source) => ["-f", "lavfi", "-i", source]);
  return withFolder(async (folder) => {
    const file = join(folder, `clip.${extension}`);
    await runFfmpeg([...inputs, "-threads", "1", ...output, file]);
    return readFile(file);
  });
}

export async function runFfmpeg(args: readonly string[]): Promise<Buffer> {
  if (!ffmpegTools) throw new Error("A clip was asked for where there is no ffmpeg; use describeWithFfmpeg.");
  const options = { encoding: "buffer", maxBuffer: 256 * 1024 * 1024 } as const;
  const { stdout } = await run(ffmpegTools.ffmpeg, ["-nostdin", "-v", "error", "-y", ...args], options);
  return stdout;
}

export async function withFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "darkroom-clips-"));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** lavfi sources. */
export const movingPicture = (size = "128x72", seconds = 1, framesPerSecond = 25) =>
  `testsrc2=size=${size}:rate=${framesPerSecond}:duration=${seconds}`;
export const tone = (seconds = 1, channels: "mono" | "stereo" | "5.1" = "stereo") =>
  `aevalsrc=${Array.from({ length: { mono: 1, stereo: 2, "5.1": 6 }[channels] }, (_, n) => `0.1*sin(${300 + n * 100}*2*PI*t)`).join("|")}:channel_layout=${channels}:sample_rate=44100:duration=${seconds}`;

/** H.264 that every player knows. */
export const H264 = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-profile:v", "main"] as const;
export const AAC = ["-c:a", "aac", "-b:a", "64k"] as const;

/** A film as a browser or phone would take: H.264 and AAC in MP4. */
export function makeMp4(options: { size?: string; seconds?: number; output?: readonly string[] } = {}) {
  const { size, seconds = 1, output = [] } = options;
  return makeClip({
    extension: "mp4",
    sources: [movingPicture(size, seconds), tone(seconds)],
    output: [...H264, ...AAC, "-shortest", ...output],
  });
}

/** Degrees clockwise that a player shall turn the picture by, as a phone that is held upright writes it. */
const DISPLAY_MATRICES = {
  90: [0, 1, -1, 0],
  180: [-1, 0, 0, -1],
  270: [0, -1, 1, 0],
} as const;

/** Writes the display matrix of an MP4's first track, as ffmpeg's options to do that differ from version to version. */
export function turnMp4(mp4: Buffer, degrees: keyof typeof DISPLAY_MATRICES): Buffer {
  const turned = Buffer.from(mp4);
  // tkhd, version 0: type, flags, times, id, duration, layer and volume; then nine numbers in 16.16.
  const matrixAt = turned.indexOf("tkhd") + 4 + 40;
  const [a, b, c, d] = DISPLAY_MATRICES[degrees];
  const numbers = [a, b, 0, c, d, 0];
  numbers.forEach((value, index) => void turned.writeInt32BE(value << 16, matrixAt + index * 4));
  return turned;
}

/** The boxes of an MP4, in their order. */
export function listMp4Boxes(mp4: Buffer): string[] {
  const boxes: string[] = [];
  for (let at = 0; at + 8 <= mp4.length; ) {
    const size = mp4.readUInt32BE(at);
    boxes.push(mp4.toString("latin1", at + 4, at + 8));
    at += size === 1 ? Number(mp4.readBigUInt64BE(at + 8)) : Math.max(8, size);
  }
  return boxes;
}

export interface Frame {
  readonly width: number;
  readonly height: number;
  /** `[red, green, blue]` at a point given as parts of width and height. */
  colourAt(x: number, y: number): readonly [number, number, number];
}

/** The first frame of a video or picture at `seconds`, decoded. */
export async function decodeFrame(media: Buffer, size: { width: number; height: number }, seconds = 0): Promise<Frame> {
  return withFolder(async (folder) => {
    const file = join(folder, "media");
    await writeFile(file, media);
    const seek = seconds > 0 ? ["-ss", `${seconds}`] : [];
    const raw = ["-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "rgb24", "pipe:1"];
    const rgb = await runFfmpeg(["-noautorotate", ...seek, "-i", file, ...raw]);
    if (rgb.length !== size.width * size.height * 3)
      throw new Error(`The frame is not ${size.width} × ${size.height}.`);
    return {
      ...size,
      colourAt: (x, y) => {
        const at = (Math.floor(y * size.height) * size.width + Math.floor(x * size.width)) * 3;
        return [rgb.readUInt8(at), rgb.readUInt8(at + 1), rgb.readUInt8(at + 2)];
      },
    };
  });
}
