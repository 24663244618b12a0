import { mkdir, readdir, readFile, rename, rm, rmdir, writeFile } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import { sha256 } from "./ffmpeg-release.ts";

/** A file of `dist/` as the manifest names it. */
export interface WrittenFile {
  readonly path: string;
  readonly sha256: string;
  readonly bytes: number;
}

/** Writes a file of `dist/` whole or not at all: a runtime may be reading the old one. */
export async function writeOutput(outputFolder: string, path: string, bytes: Uint8Array): Promise<WrittenFile> {
  const target = join(outputFolder, path);
  const draft = `${target}.${process.pid}.draft`;
  await mkdir(dirname(target), { recursive: true });
  await writeFile(draft, bytes);
  await rename(draft, target);
  return { path, sha256: sha256(bytes), bytes: bytes.byteLength };
}

/** Whether a file of `dist/` is still the one that was written. */
export async function isIntact(outputFolder: string, file: WrittenFile): Promise<boolean> {
  const bytes = await readFile(join(outputFolder, file.path)).catch(() => undefined);
  return bytes !== undefined && bytes.byteLength === file.bytes && sha256(bytes) === file.sha256;
}

/** Removes what earlier builds left in a folder of `dist/`: functions that are gone, hashed files of the old page. */
export async function removeOthers(outputFolder: string, folder: string, keep: ReadonlySet<string>): Promise<void> {
  const root = join(outputFolder, folder);
  const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    if (entry.isDirectory()) continue;
    const path = join(entry.parentPath, entry.name);
    if (!keep.has(relative(outputFolder, path).split(sep).join("/"))) await rm(path, { force: true });
  }
  for (const entry of entries.filter((found) => found.isDirectory()).reverse()) {
    await rmdir(join(entry.parentPath, entry.name)).catch(() => undefined);
  }
}
