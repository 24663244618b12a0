import { cp, mkdir, readFile, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import type { ArtifactManifest } from "../contracts/artifacts.ts";
import { FFMPEG_LAYER } from "../contracts/artifacts.ts";
import { BuildError } from "./build-error.ts";
import type { HostFfmpeg } from "./find-ffmpeg.ts";
import { findNativePackages, type LockFile, type Platform } from "./native-packages.ts";

/** This machine, in npm's words. */
export function findHostPlatform(): Platform {
  const { platform: os, arch: cpu } = process;
  return os === "linux" ? { os, cpu, libc: isGlibc() ? "glibc" : "musl" } : { os, cpu };
}

function isGlibc(): boolean {
  const report = process.report.getReport();
  return "header" in report && typeof report.header === "object" && "glibcVersionRuntime" in (report.header ?? {});
}

export interface OverlaySettings {
  readonly projectFolder: string;
  readonly outputFolder: string;
  readonly lock: LockFile;
  readonly host: Platform;
  readonly ffmpeg: HostFfmpeg;
  /** The npm packages that the functions bundle. */
  readonly packages: readonly string[];
}

const NODE_MODULES = "laptop/node_modules";
const LAYER = `laptop/layers/${FFMPEG_LAYER}`;

/** Lays out this machine's own binaries, which stand in for the arm64 ones on the laptop, and nowhere else. */
export async function createLaptopOverlay(settings: OverlaySettings): Promise<ArtifactManifest["laptop"]> {
  await copyNativePackages(settings);
  const hasFfmpeg = await linkFfmpeg(settings);
  return { nodeModules: NODE_MODULES, layers: hasFfmpeg ? { [FFMPEG_LAYER]: LAYER } : {} };
}

/** Copies, because node_modules may be replaced under a running laptop. */
async function copyNativePackages({
  projectFolder,
  outputFolder,
  lock,
  host,
  packages,
}: OverlaySettings): Promise<void> {
  const target = join(outputFolder, NODE_MODULES);
  await mkdir(target, { recursive: true });
  for (const name of findNativePackages(lock, packages, host)) {
    const from = join(projectFolder, "node_modules", name);
    const to = join(target, name);
    const manifest = await readFile(join(from, "package.json")).catch((cause: unknown) => {
      throw new BuildError(
        `${name} is missing from node_modules, though this machine (${host.os}-${host.cpu}) needs it.\nRun npm ci.`,
        { cause },
      );
    });
    const present = await readFile(join(to, "package.json")).catch(() => undefined);
    if (present?.equals(manifest)) continue;
    await rm(to, { recursive: true, force: true });
    await cp(from, to, { recursive: true, dereference: true });
  }
}

/** Links, because a system's ffmpeg may look for its libraries from where it stands. */
async function linkFfmpeg({ outputFolder, ffmpeg }: OverlaySettings): Promise<boolean> {
  await rm(join(outputFolder, LAYER), { recursive: true, force: true });
  if (!ffmpeg.ffmpeg && !ffmpeg.ffprobe) return false;
  const bin = join(outputFolder, LAYER, "bin");
  await mkdir(bin, { recursive: true });
  if (ffmpeg.ffmpeg) await symlink(ffmpeg.ffmpeg.path, join(bin, "ffmpeg"));
  if (ffmpeg.ffprobe) await symlink(ffmpeg.ffprobe.path, join(bin, "ffprobe"));
  return true;
}
