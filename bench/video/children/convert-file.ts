import { link, mkdir, readFile, rename, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { createConvert } from "../../../lambdas/media/convert/convert-media.ts";
import type { Encoder } from "../../../lambdas/media/convert/encoder.ts";
import { createFfmpegEncoder, searchPath } from "../../../lambdas/media/convert/ffmpeg-encoder.ts";
import { createScratch } from "../../../lambdas/media/convert/scratch.ts";
import { DEFAULT_AV_LIMITS } from "../../../lambdas/media/formats/av-limits.ts";
import type { Job } from "../../../lambdas/media/jobs/job-table.ts";

/**
 * One job of the convert function as a process of its own, with files, moved and not copied, in the place of buckets:
 * `convert-file <source> <output folder> [--memory]`. Prints how much CPU its own start took, which a warm worker has
 * behind it, and with `--memory` how much memory ffmpeg took at its peak, where Linux tells.
 */
const [sourceFile = "", outputFolder = "", flag] = process.argv.slice(2);
let peakMb = 0;

/** VmHWM is the kernel's own record of the peak, so a sample only has to come before the end. */
async function readPeak(): Promise<void> {
  const children = await readFile(`/proc/self/task/${process.pid}/children`, "utf8").catch(() => "");
  for (const pid of children.trim().split(" ").filter(Boolean)) {
    const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
    const [, kilobytes] = /^VmHWM:\s+(\d+) kB/m.exec(status) ?? [];
    peakMb = Math.max(peakMb, Number(kilobytes ?? 0) / 1024);
  }
}

const ffmpeg = createFfmpegEncoder(searchPath(process.env.PATH ?? ""));
const measured: Encoder = {
  ...ffmpeg,
  run: async (...run) => {
    const timer = setInterval(() => void readPeak(), 20);
    try {
      return await ffmpeg.run(...run);
    } finally {
      clearInterval(timer);
    }
  },
};

const convert = createConvert({
  source: {
    read: () => readFile(sourceFile),
    download: (_version, path) => link(sourceFile, path),
    exists: async () => true,
  },
  renditions: {
    put: async () => {},
    putFile: async (key, path) => {
      const target = join(outputFolder, key);
      await mkdir(dirname(target), { recursive: true });
      await rename(path, target);
      return (await stat(target)).size;
    },
  },
  ffmpeg: flag === "--memory" ? measured : ffmpeg,
  limits: DEFAULT_AV_LIMITS,
  scratch: createScratch(outputFolder),
  log: console,
});

const now = new Date(0);
const job: Job = {
  jobId: "00000000-0000-4000-8000-000000000000",
  kind: "video",
  key: "video/00000000-0000-4000-8000-000000000000",
  status: "PROCESSING",
  progress: 0,
  attempt: 1,
  renditions: [],
  fileName: "clip.mp4",
  source: { contentType: "video/mp4", bytes: 1 },
  ...{ createdAt: now, uploadExpiresAt: now, abandonedAt: now, forgetAt: now },
};
const upload = { key: job.key, eTag: "", bytes: (await stat(sourceFile)).size };
const { signal } = new AbortController();
const { user, system } = process.cpuUsage();
const { renditions } = await convert({ job, upload, signal, reportProgress: () => {} });
process.stdout.write(JSON.stringify({ startMs: (user + system) / 1000, peakMb, renditions: renditions.length }));
