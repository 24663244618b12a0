import { execFile } from "node:child_process";
import { access, chmod, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import {
  type AssetHashes,
  type DownloadSettings,
  FFMPEG_ASSETS,
  fetchProgram,
  RELEASE_PAGE,
  sha256,
} from "./ffmpeg-release.ts";
import type { HostFfmpeg } from "./find-ffmpeg.ts";

const run = promisify(execFile);

/** The ways to ffmpeg that `npm start` tries, in this order. Each throws, with the reason, where it does not lead there. */
export interface FfmpegSources {
  /** ffmpeg-static's own download, into its folder in node_modules. */
  downloadStatic(): Promise<void>;
  /** ffprobe from the same release, which ffmpeg-static does not fetch. */
  downloadFfprobe(): Promise<void>;
  /** Undefined where this is not Debian or the person is not root. */
  readonly installByApt: (() => Promise<void>) | undefined;
}

/**
 * Tries to have ffmpeg and ffprobe on this machine. Never throws: images work without them, and a video is refused with
 * words. `say` hears what is tried and what became of it.
 */
export async function procureFfmpeg(
  find: () => Promise<HostFfmpeg>,
  sources: FfmpegSources,
  say: (text: string) => void,
): Promise<HostFfmpeg> {
  let found = await find();
  if (isComplete(found)) return found;

  say(`${listMissing(found)} not found on this machine; trying to get it.`);
  if (!found.ffmpeg) await attempt("ffmpeg-static's download", () => sources.downloadStatic(), say);
  if (!found.ffprobe) await attempt("The download of ffprobe", () => sources.downloadFfprobe(), say);
  found = await find();
  if (isComplete(found)) return found;

  if (sources.installByApt) {
    say("Running as root on Debian: apt-get install ffmpeg");
    await attempt("apt-get install ffmpeg", sources.installByApt, say);
    found = await find();
    if (isComplete(found)) return found;
  }
  say(
    `Going on without ${listMissing(found)}: images work, a video or a recording will be refused as ENCODER_MISSING.\n` +
      "To convert them too, install ffmpeg (Debian: apt-get install ffmpeg; macOS: brew install ffmpeg), or set\n" +
      "FFMPEG_BIN and FFPROBE_BIN to the two programs, and run npm start again.",
  );
  return found;
}

function isComplete(found: HostFfmpeg): boolean {
  return found.ffmpeg !== undefined && found.ffprobe !== undefined;
}

function listMissing(found: HostFfmpeg): string {
  return [!found.ffmpeg && "ffmpeg", !found.ffprobe && "ffprobe"].filter(Boolean).join(" and ");
}

async function attempt(what: string, work: () => Promise<void>, say: (text: string) => void): Promise<void> {
  try {
    await work();
  } catch (error) {
    say(`${what} did not work: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** How long the release page may take to answer at all. A start without a network should not wait. */
const ANSWER_MS = 3_000;
/** For the download itself: 30 MB on a slow line. */
const DOWNLOAD_MS = 180_000;
const APT_MS = 600_000;

/** The real sources, for this machine. */
export async function findFfmpegSources(projectFolder: string, download: DownloadSettings): Promise<FfmpegSources> {
  return {
    downloadStatic: () => downloadStatic(join(projectFolder, "node_modules/ffmpeg-static")),
    downloadFfprobe: async () => {
      const asset = `ffprobe-${process.platform}-${process.arch}`;
      await requireAnswer();
      await fetchProgram(asset, download);
    },
    installByApt: (await isRootOnDebian()) ? installByApt : undefined,
  };
}

/**
 * Runs ffmpeg-static's install.js, which checks no hash, and checks what it brought. Where none is known nothing is fetched: a
 * program that anybody may have put there would get every file that people send.
 */
export async function downloadStatic(
  packageFolder: string,
  asset = `ffmpeg-${process.platform}-${process.arch}`,
  assets: Readonly<Record<string, AssetHashes>> = FFMPEG_ASSETS,
): Promise<void> {
  const hashes = assets[asset];
  if (!hashes) throw new Error(`no SHA-256 is known for ${asset}, so nothing was fetched`);
  await requireAnswer();
  const program = join(packageFolder, "ffmpeg");
  try {
    // FFMPEG_BIN would tell it to download to that place.
    const env = { ...process.env, FFMPEG_BIN: "", CI: "1" };
    await run(process.execPath, ["install.js"], { cwd: packageFolder, timeout: DOWNLOAD_MS, env });
    if (sha256(await readFile(program)) !== hashes.program) {
      throw new Error("the program that arrived does not have the SHA-256 that is expected, and was deleted");
    }
    await chmod(program, 0o755);
  } catch (error) {
    await rm(program, { force: true });
    throw new Error(lastLine(error), { cause: error });
  }
}

async function requireAnswer(): Promise<void> {
  // fetch does not go through a proxy; install.js does, and has timeouts of its own.
  if (process.env.HTTPS_PROXY ?? process.env.https_proxy) return;
  const url = process.env.FFMPEG_BINARIES_URL ?? RELEASE_PAGE;
  await fetch(url, { method: "HEAD", signal: AbortSignal.timeout(ANSWER_MS) }).catch((cause: unknown) => {
    throw new Error(`no answer from ${new URL(url).host}`, { cause });
  });
}

async function isRootOnDebian(): Promise<boolean> {
  if (process.getuid?.() !== 0) return false;
  return access("/etc/debian_version").then(
    () => true,
    () => false,
  );
}

async function installByApt(): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const apt = (...args: string[]) => run("apt-get", args, { env, timeout: APT_MS, maxBuffer: 64 * 1024 * 1024 });
  const install = () => apt("install", "-y", "--no-install-recommends", "ffmpeg");
  // A container's list of packages is empty or old: fetched only when that turns out to be so.
  await install().catch(async () => {
    await apt("update");
    await install();
  });
}

function lastLine(error: unknown): string {
  const text = error instanceof Error && "stderr" in error ? String(error.stderr) : "";
  const line = text.split("\n").find((candidate) => /error/i.test(candidate));
  return line?.trim() || (error instanceof Error ? error.message : String(error));
}
