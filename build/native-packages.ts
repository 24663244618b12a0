import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { promisify } from "node:util";
import * as z from "zod";
import { BuildError } from "./build-error.ts";
import type { ZipEntry } from "./zip.ts";

const run = promisify(execFile);

/** A machine in npm's words, as they stand in a package's `os`, `cpu` and `libc`. */
export interface Platform {
  readonly os: string;
  readonly cpu: string;
  readonly libc?: string;
}

/** What a Lambda function runs on: Amazon Linux 2023 (glibc 2.34), arm64. */
export const LAMBDA_PLATFORM: Platform = { os: "linux", cpu: "arm64", libc: "glibc" };

const lockedPackage = z.looseObject({
  version: z.string().optional(),
  integrity: z.string().optional(),
  os: z.array(z.string()).optional(),
  cpu: z.array(z.string()).optional(),
  libc: z.array(z.string()).optional(),
  dependencies: z.record(z.string(), z.string()).optional(),
  optionalDependencies: z.record(z.string(), z.string()).optional(),
});
const lockFile = z.looseObject({ packages: z.record(z.string(), lockedPackage) });
export type LockFile = z.infer<typeof lockFile>;

export async function readLockFile(projectFolder: string): Promise<LockFile> {
  return lockFile.parse(JSON.parse(await readFile(join(projectFolder, "package-lock.json"), "utf8")));
}

/**
 * The packages with machine code that these packages want on a platform: their optional dependencies whose `os`, `cpu` and
 * `libc` name it, and those of these in turn. `sharp` on Lambda: `@img/sharp-linux-arm64` and its libvips.
 */
export function findNativePackages(lock: LockFile, names: Iterable<string>, platform: Platform): string[] {
  const found = new Set<string>();
  const visit = (name: string): void => {
    for (const optional of Object.keys(lock.packages[`node_modules/${name}`]?.optionalDependencies ?? {})) {
      const entry = lock.packages[`node_modules/${optional}`];
      if (found.has(optional) || !entry || !fits(entry, platform)) continue;
      found.add(optional);
      visit(optional);
    }
  };
  for (const name of names) visit(name);
  return [...found].sort();
}

function fits(entry: z.infer<typeof lockedPackage>, platform: Platform): boolean {
  const { os, cpu, libc } = entry;
  if (!os || !cpu) return false;
  const libcFits = !libc || (platform.libc !== undefined && libc.includes(platform.libc));
  return os.includes(platform.os) && cpu.includes(platform.cpu) && libcFits;
}

/** Runs npm in a folder. An argument of `stagePackages`, so that a test can stand in for it. */
export type RunNpm = (args: readonly string[], folder: string) => Promise<void>;

const runNpm: RunNpm = async (args, folder) => {
  await run("npm", [...args], { cwd: folder, timeout: 300_000, maxBuffer: 16 * 1024 * 1024 });
};

/**
 * Fetches packages for another machine than this one into a staging folder, and returns its `node_modules`. npm installs
 * from a lock file that is cut out of the project's own: exact versions, and npm itself checks each integrity hash.
 */
export async function stagePackages(
  lock: LockFile,
  names: readonly string[],
  cacheFolder: string,
  npm: RunNpm = runNpm,
): Promise<string> {
  const files = cutLockFile(lock, names);
  const key = createHash("sha256").update(files.lock).digest("hex").slice(0, 16);
  const folder = join(cacheFolder, "native", key);
  if (await isFolder(folder)) return join(folder, "node_modules");

  const draft = `${folder}.${process.pid}`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { recursive: true });
  try {
    await writeFile(join(draft, "package.json"), files.manifest);
    await writeFile(join(draft, "package-lock.json"), files.lock);
    // --force: npm otherwise refuses packages for another machine. It does not loosen the integrity check.
    await npm(["ci", "--force", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund"], draft);
    // Another build may have staged the same meanwhile: then its folder stays.
    if (!(await isFolder(folder))) await rename(draft, folder);
  } catch (error) {
    throw stagingError(names, error);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return join(folder, "node_modules");
}

function cutLockFile(lock: LockFile, names: readonly string[]): { manifest: string; lock: string } {
  const dependencies: Record<string, string> = {};
  const packages: Record<string, unknown> = {};
  for (const name of names) {
    const entry = lock.packages[`node_modules/${name}`];
    if (!entry?.version || !entry.integrity) {
      throw new BuildError(
        `package-lock.json has no version and integrity for ${name}: run npm install and commit it.`,
      );
    }
    dependencies[name] = entry.version;
    packages[`node_modules/${name}`] = { ...entry, optional: undefined, dev: undefined };
  }
  const manifest = { name: "darkroom-native-packages", version: "1.0.0", dependencies };
  const body = { ...manifest, lockfileVersion: 3, requires: true, packages: { "": manifest, ...packages } };
  return { manifest: JSON.stringify(manifest), lock: JSON.stringify(body) };
}

function stagingError(names: readonly string[], error: unknown): BuildError {
  const stderr = error instanceof Error && "stderr" in error ? String(error.stderr) : "";
  const reason = stderr
    .split("\n")
    .filter((line) => line.startsWith("npm error") && !line.includes("complete log"))
    .slice(0, 4)
    .join("\n");
  return new BuildError(
    `Could not fetch the packages that a function needs on Lambda (${names.join(", ")}):\n` +
      `${reason || String(error)}\n` +
      "They come from the npm registry, as in package-lock.json. Check the connection and npm's registry setting.",
    { cause: error },
  );
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/** Read by nobody at run time: documentation and C headers. */
const NOT_SHIPPED = /(\.md|\.h)$/i;

/** A package's files as they stand in a zip: `node_modules/<name>/…`. */
export async function readPackageFiles(nodeModules: string, name: string): Promise<Map<string, ZipEntry>> {
  const files = new Map<string, ZipEntry>();
  const root = join(nodeModules, name);
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || NOT_SHIPPED.test(entry.name)) continue;
    const path = join(entry.parentPath, entry.name);
    files.set(`node_modules/${relative(nodeModules, path).split(sep).join("/")}`, { bytes: await readFile(path) });
  }
  return files;
}
