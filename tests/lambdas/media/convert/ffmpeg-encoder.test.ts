import { fork } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import type { EncoderRun } from "../../../../lambdas/media/convert/encoder.ts";
import { createFfmpegEncoder, searchPath } from "../../../../lambdas/media/convert/ffmpeg-encoder.ts";
import { type AvLimits, DEFAULT_AV_LIMITS } from "../../../../lambdas/media/formats/av-limits.ts";
import { withScratchFolder } from "./conversion.ts";

/** Writes its own and its child's process id, and then stays, whatever SIGTERM says. */
const STAYS = 'trap "" TERM; sleep 60 & echo "$$ $!" > pids; while :; do wait; done';

describe("the ffmpeg process (F2)", () => {
  it("is killed with all that it started at its deadline, though it ignores SIGTERM", async () => {
    await withStub(STAYS, async ({ encoder, run, directory }) => {
      const running = encoder.run([], run({ encodeSeconds: 0.5 }));

      await expect(running).rejects.toMatchObject({ code: "TIMEOUT", retryable: false });
      await expectGone(await readPids(directory));
    });
  });

  it("is killed when the work is aborted, and the reason is what was given", async () => {
    await withStub(STAYS, async ({ encoder, run, directory }) => {
      const controller = new AbortController();
      const running = encoder.run([], { ...run(), signal: controller.signal });
      const ended = expect(running).rejects.toThrow("the claim is lost");
      const pids = await readPids(directory);
      controller.abort(new Error("the claim is lost"));

      await ended;
      await expectGone(pids);
    });
  });

  it("ends when the worker is killed (E8)", async () => {
    await withStub(STAYS, async ({ program, directory }) => {
      const worker = fork(new URL("./worker-to-kill.ts", import.meta.url), [program, directory], {
        execArgv: ["--import", "tsx"],
      });
      await once(worker, "message");
      const pids = await readPids(directory);
      worker.kill("SIGKILL");

      await expectGone(pids);
    });
  });

  it("takes what it left behind with it when it ends by itself", async () => {
    await withStub('sleep 60 & echo "$$ $!" > pids', async ({ encoder, run, directory }) => {
      await encoder.run([], run());

      await expectGone(await readPids(directory));
    });
  });

  it("L2: sends no signal to its group's number any more once it has ended, though its pipes are still held open", async () => {
    // It says its own id once it is in a group of its own: before that, the end of the shell's group would be its end too.
    const holdsPipes = [
      "setsid sh -c 'echo $$ > holder; exec sleep 60' & while ! [ -s holder ]; do :; done",
      'echo "$$ $(cat holder)" > pids.new; mv pids.new pids',
    ].join("; ");
    await withStub(holdsPipes, async ({ encoder, run, directory }) => {
      const controller = new AbortController();
      const running = encoder.run([], { ...run(), signal: controller.signal });
      const ended = expect(running).rejects.toThrow("the claim is lost");
      const [group = 0, holder = 0] = await readPids(directory);
      await vi.waitFor(() => expect(() => process.kill(group, 0)).toThrow("ESRCH"), { timeout: 15_000 });
      const kill = vi.spyOn(process, "kill");
      controller.abort(new Error("the claim is lost"));

      await ended;
      expect(kill.mock.calls).toEqual([]);
      kill.mockRestore();
      process.kill(holder, "SIGKILL");
    });
  });

  it("is given no environment, and its private folder to work in", async () => {
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "secret");
    await withStub("/usr/bin/env > environment; pwd > folder", async ({ encoder, run, directory }) => {
      await encoder.run([], run());

      const names = (await readFile(join(directory, "environment"), "utf8")).match(/^\w+(?==)/gm) ?? [];
      // A shell, which ffmpeg is not, sets these itself.
      expect(names.filter((name) => !["PWD", "OLDPWD", "SHLVL", "_"].includes(name))).toEqual([]);
      expect((await readFile(join(directory, "folder"), "utf8")).trim()).toContain(directory);
    });
    vi.unstubAllEnvs();
  });

  it("tells how far it is, and how far it came", async () => {
    const says = "echo frame=7; echo out_time_us=N/A; echo out_time_us=500000; echo speed=2x; echo out_time_us=1250000";
    await withStub(says, async ({ encoder, run }) => {
      const said: number[] = [];

      const done = await encoder.run([], run(), ({ seconds }) => said.push(seconds));

      expect(done).toEqual({ seconds: 1.25, frames: 7 });
      expect(said).toEqual([0, 0.5, 1.25]);
    });
  });
});

describe("what ffmpeg says when it fails", () => {
  it.each([
    ["exit 1", "ENCODER_FAILED"],
    ["echo 'Conversion failed' >&2; exit 69", "CORRUPT_MEDIA"],
    ["echo 'source: Invalid data found when processing input' >&2; exit 1", "CORRUPT_MEDIA"],
    ["echo 'av_interleaved_write_frame(): No space left on device' >&2; exit 1", "OUT_OF_DISK"],
    ["echo \"Unknown encoder 'libx264'\" >&2; exit 1", "ENCODER_MISSING"],
    ["echo 'Picture size 9x9 exceeds specified max pixel count 4' >&2; exit 1", "TOO_MANY_PIXELS"],
    ["kill -SEGV $$", "ENCODER_FAILED"],
  ])("%s becomes %s", async (script, code) => {
    await withStub(script, async ({ encoder, run }) => {
      await expect(encoder.run([], run())).rejects.toMatchObject({ name: "DarkroomError", code });
    });
  });

  it("is worth another try when the kernel killed it, most likely for its memory", async () => {
    await withStub("kill -KILL $$", async ({ encoder, run }) => {
      await expect(encoder.run([], run())).rejects.not.toHaveProperty("code");
    });
  });

  it("keeps its own words for the log, as the cause, and out of the public message", async () => {
    await withStub("echo 'secret detail' >&2; exit 1", async ({ encoder, run }) => {
      const failure = await encoder.run([], run()).catch((error: Error) => error);

      expect(failure).toMatchObject({ cause: expect.objectContaining({ message: expect.stringContaining("secret") }) });
      expect(failure).toMatchObject({ message: expect.not.stringContaining("secret") });
    });
  });

  it("is CORRUPT_MEDIA when ffprobe answers with something that is not its JSON", async () => {
    await withStub("echo '{}'", async ({ encoder, run }) => {
      await expect(encoder.probe("source", run())).rejects.toMatchObject({ code: "CORRUPT_MEDIA" });
    });
  });
});

describe("finding ffmpeg", () => {
  it("takes the first folder of PATH that has it, and none that is relative", async () => {
    await withScratchFolder(async (root) => {
      for (const folder of ["a", "b", "c"]) await mkdir(join(root, folder));
      await writeFile(join(root, "a", "ffmpeg"), "not executable");
      await writeFile(join(root, "b", "ffmpeg"), "", { mode: 0o755 });
      await writeFile(join(root, "c", "ffmpeg"), "", { mode: 0o755 });
      const find = searchPath(["relative", "", ...["a", "b", "c"].map((folder) => join(root, folder))].join(":"));

      expect(await find("ffmpeg")).toBe(join(root, "b", "ffmpeg"));
      expect(await find("ffprobe")).toBeUndefined();
    });
  });

  it("ends a job as ENCODER_MISSING where it is not installed, and says what to do", async () => {
    const encoder = createFfmpegEncoder(async () => undefined);
    const run = { directory: ".", limits: DEFAULT_AV_LIMITS, signal: new AbortController().signal };

    const failing = encoder.probe("source", run);

    await expect(failing).rejects.toMatchObject({ code: "ENCODER_MISSING", retryable: false });
    await expect(failing).rejects.toThrow("Install ffmpeg");
  });

  it("ends a job as ENCODER_MISSING where the file is no program for this machine", async () => {
    await withScratchFolder(async (directory) => {
      const program = join(directory, "ffmpeg");
      await writeFile(program, Buffer.from([0x7f, 0x45, 0x4c, 0x46]), { mode: 0o755 });
      const encoder = createFfmpegEncoder(async () => program);

      const running = encoder.run([], { directory, limits: DEFAULT_AV_LIMITS, signal: new AbortController().signal });

      await expect(running).rejects.toMatchObject({ code: "ENCODER_MISSING" });
    });
  });
});

interface Stub {
  readonly program: string;
  readonly directory: string;
  readonly encoder: ReturnType<typeof createFfmpegEncoder>;
  readonly run: (limits?: Partial<AvLimits>) => EncoderRun;
}

/** A shell script in the place of ffmpeg and ffprobe. */
async function withStub(script: string, use: (stub: Stub) => Promise<void>): Promise<void> {
  await withScratchFolder(async (directory) => {
    const program = join(directory, "ffmpeg");
    await writeFile(program, `#!/bin/sh\n${script}\n`);
    await chmod(program, 0o755);
    await use({
      program,
      directory,
      encoder: createFfmpegEncoder(async () => program),
      run: (limits) => ({
        directory,
        limits: { ...DEFAULT_AV_LIMITS, ...limits },
        signal: new AbortController().signal,
      }),
    });
  });
}

async function readPids(directory: string): Promise<number[]> {
  return vi.waitFor(
    async () => {
      const pids = (await readFile(join(directory, "pids"), "utf8")).trim().split(" ").map(Number);
      expect(pids).toHaveLength(2);
      return pids;
    },
    { timeout: 20_000 },
  );
}

/** Gone, or dead and not yet reaped by init. */
async function expectGone(pids: readonly number[]): Promise<void> {
  await vi.waitFor(
    async () => {
      for (const pid of pids) expect(await isRunning(pid)).toBe(false);
    },
    { timeout: 15_000 },
  );
}

async function isRunning(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const status = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  return !status.includes(") Z ");
}
