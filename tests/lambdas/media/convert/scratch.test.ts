import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import type { Encoder } from "../../../../lambdas/media/convert/encoder.ts";
import { createScratch, type Scratch } from "../../../../lambdas/media/convert/scratch.ts";
import { makeClip, makeMp4 } from "../../../support/clips.ts";
import { describeWithFfmpeg } from "../../../support/ffmpeg.ts";
import { convert, findFailure, testEncoder, withScratchFolder } from "./conversion.ts";

describe("the scratch folder (F3)", () => {
  it("is private, and gone when it is removed", async () => {
    await withScratchFolder(async (root) => {
      const folder = await createScratch(root).open();
      await writeFile(join(folder.directory, "source"), "bytes");

      expect((await stat(folder.directory)).mode & 0o777).toBe(0o700);
      expect(await folder.freeBytes()).toBeGreaterThan(0);
      await folder.remove();
      expect(await readdir(root)).toEqual([]);
    });
  });

  it("removes first what a worker that died left behind, be it another's or its own number's", async () => {
    await withScratchFolder(async (root) => {
      const dead = spawn("/bin/sh", ["-c", "exit"]);
      await once(dead, "exit");
      for (const pid of [dead.pid, process.pid]) await mkdir(join(root, `darkroom-convert-${pid}-left`));

      const folder = await createScratch(root).open();

      expect(await readdir(root)).toEqual([folder.directory.slice(root.length + 1)]);
    });
  });

  it("leaves alone what a living worker uses, what it uses itself, and what is not its own", async () => {
    await withScratchFolder(async (root) => {
      const scratch = createScratch(root);
      const first = await scratch.open();
      const others = [`darkroom-convert-${process.ppid}-busy`, "darkroom-clips", "notes"];
      for (const name of others) await mkdir(join(root, name));

      const second = await scratch.open();

      const names = [first, second].map(({ directory }) => directory.slice(root.length + 1));
      expect((await readdir(root)).sort()).toEqual([...names, ...others].sort());
    });
  });
});

describeWithFfmpeg("a disk that is nearly full (F3)", () => {
  it("sends a job back before anything is downloaded, and the next one completes", async () => {
    await withScratchFolder(async (root) => {
      const mp4 = await makeMp4();

      const probe = vi.fn(testEncoder.probe);
      const encoder = { ...testEncoder, probe };

      const failure = await findFailure(mp4, { encoder, scratch: withFreeBytes(createScratch(root), mp4.length) });

      expect(failure).toMatchObject({ code: "OUT_OF_DISK", retryable: true });
      expect(probe).not.toHaveBeenCalled();
      expect(await readdir(root)).toEqual([]);
      await expect(convert(mp4, { scratch: createScratch(root) })).resolves.toBeDefined();
    });
  });

  it("is never filled by an output: it ends at what is left, and the job goes back", async () => {
    await withScratchFolder(async (root) => {
      // Ten minutes of silence: 0.4 MB that would be 106 MB.
      const silence = await makeClip({ extension: "flac", sources: ["anullsrc=d=600"] });
      const scratch = withFreeBytes(createScratch(root), 16_000_000 + 2 * 10_000_000);
      let written = 0;
      const encoder: Encoder = {
        ...testEncoder,
        run: async (args, run, onProgress) => {
          try {
            return await testEncoder.run(args, run, onProgress);
          } finally {
            written = (await stat(join(run.directory, "converted.wav"))).size;
          }
        },
      };

      const failure = await findFailure(silence, { kind: "audio", convertTo: "wav", scratch, encoder });

      expect(failure).toMatchObject({ code: "OUT_OF_DISK", retryable: true });
      expect(written).toBeGreaterThan(1_000_000);
      expect(written).toBeLessThan(80_000_000);
      expect(await readdir(root)).toEqual([]);
    });
  });
});

function withFreeBytes(scratch: Scratch, freeBytes: number): Scratch {
  return { open: async () => ({ ...(await scratch.open()), freeBytes: async () => freeBytes }) };
}
