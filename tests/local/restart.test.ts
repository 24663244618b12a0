import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it, onTestFinished, vi } from "vitest";
import { findFreeBasePort, RuntimeProcess } from "../soak/runtime-process.ts";
import { H264, makeClip, movingPicture } from "../support/clips.ts";
import { describeWithFfmpeg } from "../support/ffmpeg.ts";
import { synthesizeTestStack } from "../support/laptop.ts";
import { requireBuild } from "../support/require-build.ts";
import { makeTemporaryFolder } from "../support/temporary-folder.ts";
import { readJob, uploadFile, waitForJob } from "../support/uploads.ts";

/** The lease of a film's worker is 15 minutes: whoever waits for that to run out waits in vain here. */
const SECONDS_OF_THE_TEST = 150;

async function startRuntime(): Promise<{ runtime: RuntimeProcess; logs: string }> {
  const folder = makeTemporaryFolder("restart");
  const { folder: artifactsFolder } = requireBuild();
  const stateFolder = join(folder, "state");
  const runtime = new RuntimeProcess({
    stackFolders: [synthesizeTestStack(join(folder, "cdktf.out"), artifactsFolder)],
    artifactsFolder,
    stateFolder,
    basePort: await findFreeBasePort(),
    terminalLevel: "silent",
  });
  onTestFinished(() => runtime.stop("SIGKILL"));
  await runtime.start();
  return { runtime, logs: join(stateFolder, "logs") };
}

/** Large enough that it is encoded for seconds, and cannot be copied. */
const makeLongFilm = () =>
  makeClip({
    extension: "mkv",
    sources: [movingPicture("1280x720", 30, 30)],
    output: [...H264, "-profile:v", "high", "-qp", "4"],
  });

function findTries(logs: string, jobId: string): { readonly time: string; readonly attempt: number }[] {
  const lines = readFileSync(join(logs, "aws-lambda-darkroom-dev-media-convert.jsonl"), "utf8").trim().split("\n");
  const parsed = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  const begun = parsed.filter((line) => line.message === "The job is begun." && line.jobId === jobId);
  return begun.map(({ time, attempt }) => ({ time: String(time), attempt: Number(attempt) }));
}

describeWithFfmpeg("a film that is being encoded", () => {
  it(
    "E8: goes on within seconds when the runtime is killed with kill -9 and started again",
    async () => {
      const { runtime, logs } = await startRuntime();
      const body = await makeLongFilm();
      const film = { fileName: "long.mkv", contentType: "video/x-matroska", body };
      const upload = await uploadFile(String(runtime.system.outputs.apiUrl), film);
      await vi.waitFor(async () => expect((await readJob(upload.statusUrl)).progress).toBeGreaterThan(5), 60_000);

      await runtime.stop("SIGKILL");
      await runtime.start();
      const startedAt = Date.now();
      const job = await waitForJob(upload, SECONDS_OF_THE_TEST);

      const [first, second, ...more] = findTries(logs, upload.jobId);
      expect(job.status).toBe("COMPLETED");
      expect([first?.attempt, second?.attempt, more]).toEqual([1, 2, []]);
      expect(Date.parse(second?.time ?? "") - startedAt).toBeLessThan(10_000);
    },
    (SECONDS_OF_THE_TEST + 90) * 1000,
  );
});
