import { createHash } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import type { HostFfmpeg, HostProgram } from "./find-ffmpeg.ts";

/** Everything in the project that a build reads. A change in `build/` itself counts. */
const INPUT_FOLDERS = ["build", "contracts", "lambdas", "web"];
const INPUT_FILES = ["package.json", "package-lock.json", "tsconfig.json", "node_modules/.package-lock.json"];

/** One hash over all inputs: the same hash means that a build would write the same files. */
export async function fingerprintInputs(
  projectFolder: string,
  settings: { readonly mode: string; readonly hasLayerPrograms: boolean; readonly ffmpeg: HostFfmpeg },
): Promise<string> {
  const hash = createHash("sha256");
  const paths = [...INPUT_FILES];
  for (const folder of INPUT_FOLDERS) paths.push(...(await listFiles(projectFolder, folder)));
  const contents = await Promise.all(paths.map((path) => readFile(join(projectFolder, path)).catch(() => undefined)));
  paths.forEach((path, index) => {
    const content = contents[index];
    hash.update(`${path}\0${content ? createHash("sha256").update(content).digest("hex") : "absent"}\n`);
  });
  const programs = await Promise.all([settings.ffmpeg.ffmpeg, settings.ffmpeg.ffprobe].map(describeProgram));
  hash.update(JSON.stringify([settings.mode, settings.hasLayerPrograms, process.platform, process.arch, programs]));
  return hash.digest("hex");
}

async function listFiles(projectFolder: string, folder: string): Promise<string[]> {
  const entries = await readdir(join(projectFolder, folder), { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(projectFolder, join(entry.parentPath, entry.name)).split(sep).join("/"))
    .sort();
}

async function describeProgram(program: HostProgram | undefined): Promise<string> {
  if (!program) return "none";
  const { size, mtimeMs } = await stat(program.path);
  return `${program.path} ${size} ${mtimeMs}`;
}
