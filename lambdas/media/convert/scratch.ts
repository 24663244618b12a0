import { mkdtemp, readdir, rm, statfs } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Room on the disk for one job at a time. */
export interface Scratch {
  /** A new private folder; folders of workers that died are removed first (threats.md F3: a warm Lambda keeps its /tmp). */
  open(): Promise<ScratchFolder>;
}

export interface ScratchFolder {
  readonly directory: string;
  freeBytes(): Promise<number>;
  remove(): Promise<void>;
}

const FOLDER_PATTERN = /^darkroom-convert-(\d+)-/;

/**
 * @param root the folder for the folders. Default: the system's, which in Lambda is /tmp.
 */
export function createScratch(root: string = tmpdir()): Scratch {
  const open = new Set<string>();
  return {
    open: async () => {
      await removeLeftBehind(root, open);
      // mkdtemp makes it readable to its owner alone.
      const directory = await mkdtemp(join(root, `darkroom-convert-${process.pid}-`));
      open.add(directory);
      return {
        directory,
        freeBytes: () => measureFree(directory),
        remove: async () => {
          open.delete(directory);
          await rm(directory, { recursive: true, force: true, maxRetries: 3 });
        },
      };
    },
  };
}

async function measureFree(directory: string): Promise<number> {
  const { bavail, bsize } = await statfs(directory);
  return bavail * bsize;
}

/** Several workers share a laptop's folder: only what belongs to no living process, or to this one's past, goes. */
async function removeLeftBehind(root: string, open: ReadonlySet<string>): Promise<void> {
  for (const name of await readdir(root)) {
    const pid = Number(FOLDER_PATTERN.exec(name)?.[1]);
    const path = join(root, name);
    if (!Number.isInteger(pid) || open.has(path)) continue;
    if (pid === process.pid || !isAlive(pid)) await rm(path, { recursive: true, force: true, maxRetries: 3 });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, and is another user's.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
