import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { BuildError } from "./build-error.ts";

/** A first build fetches packages, so another waits for as long as that may take. */
const MAX_WAIT_MS = 300_000;
const POLL_MS = 50;

/**
 * Runs one build at a time: two that write the same `dist/` would mix their files. The lock is a file with the holder's
 * process id; one whose holder is gone is taken over.
 */
export async function withBuildLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  await mkdir(dirname(path), { recursive: true });
  const giveUpAt = Date.now() + MAX_WAIT_MS;
  while (!(await tryTake(path))) {
    if (Date.now() > giveUpAt) {
      throw new BuildError(
        `Another build has been running for ${MAX_WAIT_MS / 1000} s. If there is none, delete ${path}.`,
      );
    }
    await delay(POLL_MS);
  }
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}

async function tryTake(path: string): Promise<boolean> {
  try {
    await writeFile(path, String(process.pid), { flag: "wx" });
    return true;
  } catch {
    const holder = Number(await readFile(path, "utf8").catch(() => ""));
    if (holder > 0 && !isRunning(holder)) await rm(path, { force: true });
    return false;
  }
}

function isRunning(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    // EPERM: it runs, but belongs to somebody else.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
