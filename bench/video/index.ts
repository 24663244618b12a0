import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import * as z from "zod";
import { bundleScript, childCpuMs, findTool, runScript } from "../child.ts";
import { type Bench, type GoalResult, interleave, median } from "../measure.ts";

const run = promisify(execFile);
const GOAL = 7;
const MEMORY_RUNS = 3;

/** The settings of performance.md, and nothing else: a film in, a film out. */
const BARE_ENCODE = [
  ...["-map", "0:v", "-map", "0:a", "-c:v", "libx264", "-preset", "veryfast", "-crf", "23", "-threads", "2"],
  ...["-c:a", "aac", "-b:a", "160k", "-movflags", "+faststart"],
] as const;

interface Clips {
  readonly folder: string;
  readonly ffmpeg: string;
  /** Ten seconds of Full HD that must be encoded: its level is above 4.2. */
  readonly encoded: string;
  /** The same, that only has to be copied. */
  readonly fitting: string;
}

/** Goal 7: a job of the convert function in a warm worker, ffprobe and the check of every output included. */
export async function measureConvert(): Promise<readonly GoalResult[]> {
  const ffmpeg = findFfmpeg();
  if (!ffmpeg) return [{ goal: GOAL, what: "convert 1080p", skipped: "no ffmpeg with ffprobe on PATH" }];
  const folder = await mkdtemp(join(tmpdir(), "darkroom-bench-"));
  try {
    const clips = await makeClips(ffmpeg, folder);
    const script = await bundleScript(new URL("./children/convert-file.ts", import.meta.url));
    return [...(await measureCpu(clips, script)), await measureMemory(clips, script)];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export const videoBenches: Readonly<Record<number, readonly Bench[]>> = { [GOAL]: [measureConvert] };

function findFfmpeg(): string | undefined {
  const ffmpeg = process.env.FFMPEG_BIN ?? findTool("ffmpeg");
  return ffmpeg && findTool("ffprobe") ? ffmpeg : undefined;
}

/** A zoom into the Mandelbrot set: detail and motion everywhere, some 8 Mbit/s at the rate factor that is used. */
async function makeClips(ffmpeg: string, folder: string): Promise<Clips> {
  const [encoded, fitting] = [join(folder, "encoded.mp4"), join(folder, "fitting.mp4")];
  const picture = "mandelbrot=size=1920x1080:rate=30";
  const inputs = ["-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", "sine=frequency=300:duration=10"];
  const output = ["-t", "10", "-c:v", "libx264", "-preset", "veryfast", "-crf", "23", "-pix_fmt", "yuv420p"];
  const sound = ["-c:a", "aac", "-ac", "2"];
  await run(ffmpeg, ["-v", "error", ...inputs, ...output, "-level", "4.2", "-g", "60", ...sound, fitting]);
  const relabel = ["-c", "copy", "-bsf:v", "h264_metadata=level=5.1"];
  await run(ffmpeg, ["-v", "error", "-i", fitting, ...relabel, encoded]);
  return { folder, ffmpeg, encoded, fitting };
}

async function measureCpu({ folder, ffmpeg, encoded, fitting }: Clips, script: string): Promise<GoalResult[]> {
  const environment = { PATH: `${dirname(ffmpeg)}:${process.env.PATH ?? ""}` };
  const ours = (source: string) => () => measureJob(script, source, folder, environment);
  const bareOutput = join(folder, "bare.mp4");
  const figures = await interleave({
    bare: () => childCpuMs(ffmpeg, ["-nostdin", "-v", "error", "-y", "-i", encoded, ...BARE_ENCODE, bareOutput]),
    encode: ours(encoded),
    copy: ours(fitting),
  });
  const line = { goal: GOAL, unit: "ms CPU", peer: figures.bare };
  const [encodeRatio, copyRatio] = [figures.encode / figures.bare, figures.copy / figures.bare];
  return [
    {
      ...line,
      what: "1080p → mp4, poster, 5 thumbnails, against a bare encode",
      ours: figures.encode,
      ratio: encodeRatio,
      expected: "≤ 1.05 of bare",
      met: encodeRatio <= 1.05,
    },
    {
      ...line,
      what: "1080p that fits → the same, against a bare encode",
      ours: figures.copy,
      ratio: copyRatio,
      expected: "≤ 0.05 of bare",
      met: copyRatio <= 0.05,
    },
  ];
}

/** CPU of the process and of all that it started, less its own start. */
async function measureJob(script: string, source: string, folder: string, environment: NodeJS.ProcessEnv) {
  const printed = join(folder, "printed.json");
  const total = await childCpuMs(
    "sh",
    ["-c", '"$0" "$1" "$2" "$3" > "$4"', process.execPath, script, source, folder, printed],
    environment,
  );
  const { startMs } = z.object({ startMs: z.number() }).parse(JSON.parse(await readFile(printed, "utf8")));
  return total - startMs;
}

async function measureMemory({ folder, encoded }: Clips, script: string): Promise<GoalResult> {
  const line = { goal: GOAL, what: "1080p → mp4, poster, 5 thumbnails: ffmpeg's memory" };
  if (process.platform !== "linux") return { ...line, skipped: "only Linux tells the peak of another process" };
  const peaks: number[] = [];
  for (let round = 0; round < MEMORY_RUNS; round++) {
    const printed = await runScript(script, [encoded, folder, "--memory"]);
    peaks.push(z.object({ peakMb: z.number() }).parse(printed).peakMb);
  }
  const peakMb = median(peaks);
  return { ...line, unit: "MB", ours: peakMb, ratio: peakMb, expected: "≤ 350 MB", met: peakMb > 0 && peakMb <= 350 };
}
