import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { delimiter, isAbsolute, join } from "node:path";
import { MediaError } from "../errors.ts";
import { type MediaFacts, parseProbe } from "../formats/av-facts.ts";
import { createTooManyPixelsError, createTooManyStreamsError } from "../formats/av-limits.ts";
import { probeArguments } from "../formats/ffmpeg-arguments.ts";
import type { Encoder, EncoderProgress, EncoderRun } from "./encoder.ts";
import { type ProcessEnd, runProcess } from "./encoder-process.ts";

export type Program = "ffmpeg" | "ffprobe";
/** The absolute path of a program; undefined where it is not installed. */
export type FindProgram = (name: Program) => Promise<string | undefined>;

/** Looks a program up as a shell does. In Lambda the ffmpeg layer stands on PATH as /opt/bin. */
export function searchPath(path: string): FindProgram {
  const folders = path.split(delimiter).filter(isAbsolute);
  return async (name) => {
    for (const folder of folders) {
      const program = join(folder, name);
      if (await isExecutable(program)) return program;
    }
    return undefined;
  };
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

/** ffprobe's answer to `PROBED_ENTRIES` is a few hundred bytes a stream. */
const MAX_PROBE_CHARACTERS = 1_000_000;

/** ffmpeg and ffprobe, 5.1 or newer, as found by `findProgram`. */
export function createFfmpegEncoder(findProgram: FindProgram): Encoder {
  return {
    probe: async (file, run) => parseProbed(await readProbe(findProgram, file, run)),
    run: async (args, run, onProgress) => {
      let done: EncoderProgress = { seconds: 0, frames: 0 };
      const listen = readProgress((said) => {
        done = { ...done, ...said };
        onProgress?.(done);
      });
      const end = await start(findProgram, "ffmpeg", args, run, run.limits.encodeSeconds, listen);
      if (end.exitCode !== 0) throw createFailure("ffmpeg", end, run);
      return done;
    },
  };
}

async function readProbe(findProgram: FindProgram, file: string, run: EncoderRun): Promise<string> {
  let json = "";
  const end = await start(
    findProgram,
    "ffprobe",
    probeArguments(file, run.limits),
    run,
    run.limits.probeSeconds,
    (text) => {
      if (json.length < MAX_PROBE_CHARACTERS) json += text;
    },
  );
  if (end.exitCode !== 0) throw createFailure("ffprobe", end, run);
  return json;
}

function parseProbed(json: string): MediaFacts {
  try {
    return parseProbe(json);
  } catch (cause) {
    throw new MediaError("CORRUPT_MEDIA", undefined, { cause });
  }
}

async function start(
  findProgram: FindProgram,
  name: Program,
  args: readonly string[],
  { directory, signal }: EncoderRun,
  seconds: number,
  onStdout: (text: string) => void,
): Promise<ProcessEnd> {
  const program = await findProgram(name);
  if (program === undefined) throw new MediaError("ENCODER_MISSING");
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(createTimeout(seconds)), seconds * 1000);
  try {
    return await runProcess(program, args, { directory, signal: AbortSignal.any([signal, deadline.signal]), onStdout });
  } catch (error) {
    throw isSpawnError(error) ? new MediaError("ENCODER_MISSING", undefined, { cause: error }) : error;
  } finally {
    clearTimeout(timer);
  }
}

function createTimeout(seconds: number): MediaError {
  return new MediaError("TIMEOUT", `The file took longer to process than the ${seconds} seconds that are allowed.`);
}

/** A file that is there but is no program for this machine: another architecture's, say. */
function isSpawnError(error: unknown): boolean {
  return error instanceof Error && "syscall" in error && String(error.syscall).startsWith("spawn");
}

/** `-progress` writes blocks of `key=value` lines; `out_time_us` is `N/A` until the first packet is out. */
function readProgress(onProgress: (said: Partial<EncoderProgress>) => void): (text: string) => void {
  let rest = "";
  return (text) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const [, key, value] = /^(out_time_us|frame)=(\d+)$/.exec(line) ?? [];
      if (key === "frame") onProgress({ frames: Number(value) });
      if (key === "out_time_us") onProgress({ seconds: Number(value) / 1e6 });
    }
  };
}

/** The shell's codes, to which the system hands a file that is no program for this machine. ffmpeg never ends with them. */
const NOT_EXECUTED: readonly number[] = [2, 126, 127];

/** What ffmpeg wrote to stderr goes to the log with the cause; a person gets our own words. */
function createFailure(program: Program, end: ProcessEnd, { limits }: EncoderRun): Error {
  const cause = new Error(`${program} ended with ${end.killedBy ?? `exit code ${end.exitCode}`}: ${end.stderr.trim()}`);
  if (end.killedBy === "SIGKILL")
    return new Error("Something killed the encoder; most likely memory ran out.", { cause });

  const says = (pattern: RegExp) => pattern.test(end.stderr);
  if (says(/No space left on device/)) return new MediaError("OUT_OF_DISK", undefined, { cause });
  if (says(/exceeds max_streams/)) return withCause(createTooManyStreamsError(limits.maxStreams), cause);
  if (says(/exceeds specified max pixel count/))
    return withCause(createTooManyPixelsError(limits.maxFramePixels), cause);
  if (says(/Unknown encoder|Unrecognized option|Option not found|No such filter/)) return createTooPoor(cause);
  if (NOT_EXECUTED.includes(end.exitCode ?? 0)) return new MediaError("ENCODER_MISSING", undefined, { cause });
  if (says(/not on whitelist/)) return createNotAllowed(end, cause);
  return new MediaError(program === "ffprobe" || isDamage(end) ? "CORRUPT_MEDIA" : "ENCODER_FAILED", undefined, {
    cause,
  });
}

function withCause(error: MediaError, cause: Error): MediaError {
  return new MediaError(error.code, error.message, { cause });
}

function createTooPoor(cause: Error): MediaError {
  const message =
    "The ffmpeg that is installed here is too old or lacks a codec. Install ffmpeg 5.1 or newer with libx264.";
  return new MediaError("ENCODER_MISSING", message, { cause });
}

function createNotAllowed({ stderr }: ProcessEnd, cause: Error): MediaError {
  const [, codec] = /Codec \((\w+)\) not on whitelist/.exec(stderr) ?? [];
  const message = codec && `The file is encoded with ${codec}, which cannot be read here.`;
  return new MediaError("UNSUPPORTED_FORMAT", message, { cause });
}

/** 69 is ffmpeg's code for "more frames failed to decode than `-max_error_rate` allows". */
function isDamage(end: ProcessEnd): boolean {
  return end.exitCode === 69 || /Invalid data found|moov atom not found|matches no streams/.test(end.stderr);
}
