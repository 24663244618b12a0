import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** Why there can be no tiny disk on this machine; undefined where there can. */
export const noTinyDisk: string | undefined = findReason();

function findReason(): string | undefined {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return "only root on Linux can mount a tmpfs";
  const folder = mkdtempSync(join(tmpdir(), "darkroom-mount-"));
  try {
    mount(folder, 1);
    execFileSync("umount", [folder]);
    return undefined;
  } catch {
    return "this machine forbids mounting a tmpfs";
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function mount(folder: string, megabytes: number): void {
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m`, "tmpfs", folder], { stdio: "pipe" });
}

export interface TinyDisk {
  readonly folder: string;
  /** Takes all space that is left. */
  fill(): void;
  free(): void;
}

/** A disk of a few megabytes, gone when the test is over: close what is on it before. */
export function mountTinyDisk(megabytes: number): TinyDisk {
  const folder = mkdtempSync(join(tmpdir(), "darkroom-tiny-"));
  mount(folder, megabytes);
  onTestFinished(() => {
    execFileSync("umount", ["--lazy", folder]);
    rmSync(folder, { recursive: true });
  });
  const filler = join(folder, "filler");
  return {
    folder,
    fill() {
      const chunk = Buffer.alloc(4096);
      try {
        for (;;) writeFileSync(filler, chunk, { flag: "a" });
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
      }
    },
    free: () => existsSync(filler) && rmSync(filler),
  };
}
