import { createHash } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { BuildError } from "./build-error.ts";

/**
 * The release of ffmpeg-static 5.3.0, which carries ffprobe too. It is named after 6.1.1, but its programs for Linux are John Van
 * Sickle's static builds of 7.0.2, GPL-3.0-or-later: tests/build/deployed-ffmpeg.test.ts reads it from them.
 */
export const FFMPEG_RELEASE = "b6.1.1";
export const FFMPEG_VERSION = "7.0.2";

export interface GplPart {
  readonly name: string;
  /** As the program itself says it; undefined where it says none. */
  readonly version?: string;
  readonly source: string;
}

/** What is compiled into those programs under the GPL as well; the rest is under laxer licences. */
export const FFMPEG_GPL_PARTS: readonly GplPart[] = [
  { name: "x264", version: "r3191 4613ac3", source: "https://code.videolan.org/videolan/x264" },
  { name: "x265", version: "3.5+1-f0c1022b6", source: "https://bitbucket.org/multicoreware/x265_git" },
  { name: "Xvid", version: "1.3.7", source: "https://labs.xvid.com/source/" },
  { name: "vid.stab", source: "https://github.com/georgmartius/vid.stab" },
  { name: "Rubber Band", source: "https://github.com/breakfastquay/rubberband" },
  { name: "frei0r", source: "https://github.com/dyne/frei0r" },
];
export const RELEASE_PAGE = "https://github.com/eugeneware/ffmpeg-static/releases/download";

export interface AssetHashes {
  /** SHA-256 of the `.gz` as it is downloaded. */
  readonly archive: string;
  /** SHA-256 of the program inside. */
  readonly program: string;
}

/** The same in several independent public lock files; the release page itself publishes none. */
export const FFMPEG_ASSETS: Readonly<Record<string, AssetHashes>> = {
  "ffmpeg-linux-x64": {
    archive: "bfe8a8fc511530457b528c48d77b5737527b504a3797a9bc4866aeca69c2dffa",
    program: "e7e7fb30477f717e6f55f9180a70386c62677ef8a4d4d1a5d948f4098aa3eb99",
  },
  "ffmpeg-linux-arm64": {
    archive: "754a678672298bc68156adff58aa7385a592c2b30b1d0ae8750c45c915c4bac0",
    program: "6bb182d0d75d23028db82e9e4f723ca69b853d055698486e6984ddb2c06fb8ce",
  },
  "ffprobe-linux-x64": {
    archive: "25d9b6ccb05e3d9de9e04e31e2506d8dd7f9f0418981965ac6df12e8d3afd067",
    program: "4f231a1960d83e403d08f7971e271707bec278a9ae18e21b8b5b03186668450d",
  },
  "ffprobe-linux-arm64": {
    archive: "2ab6aba60ee84412dff9188720703376cb4e7aaf7e0b5e43aa8249f2acae5bf8",
    program: "d17ae9b4c297d48e2521ba14e417bb0537c6ff77c584cdbcd6bb0d8d0307a2e8",
  },
  "ffmpeg-darwin-x64": {
    archive: "929b375c1182d956c51f7ac25e0b2b0411fb01f6f407aa15c9758efeb4242106",
    program: "ebdddc936f61e14049a2d4b549a412b8a40deeff6540e58a9f2a2da9e6b18894",
  },
  "ffmpeg-darwin-arm64": {
    archive: "8923876afa8db5585022d7860ec7e589af192f441c56793971276d450ed3bbfa",
    program: "a90e3db6a3fd35f6074b013f948b1aa45b31c6375489d39e572bea3f18336584",
  },
  "ffprobe-darwin-x64": {
    archive: "d4da574d6e2e197bd259b47d69cf262df9e312af24ad960444f6d806d3d4c186",
    program: "fa3add0ce901f7241abe0dfc0155d958fc834aca3f8ce61f87cc712ae669c1e0",
  },
  "ffprobe-darwin-arm64": {
    archive: "d986a8ec7b030899fe66a8a288ed809a3543338705a3ce178cfb85869c5d80be",
    program: "bb2db6f5d8cef919da12fbf592119a987202a8c060a886f3cab091f9cab90b64",
  },
};

export interface DownloadSettings {
  /** The project's `.cache`: what was once checked is not fetched again. */
  readonly cacheFolder: string;
  /** Where `<release>/<asset>.gz` stands; default: `FFMPEG_BINARIES_URL`, else the release page. */
  readonly baseUrl?: string;
  /** Default: FFMPEG_ASSETS. */
  readonly assets?: Readonly<Record<string, AssetHashes>>;
  /** How long nothing may arrive. @default 20 seconds */
  readonly stallMs?: number;
}

/** Ten times an asset: an answer without end must not fill the memory. */
const MAX_ARCHIVE_BYTES = 512 * 1024 * 1024;

export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function cachedPath(settings: DownloadSettings, asset: string): string {
  return join(settings.cacheFolder, "ffmpeg", FFMPEG_RELEASE, asset);
}

/** The path of a program that was fetched before and still has its hash. */
export async function findCachedProgram(asset: string, settings: DownloadSettings): Promise<string | undefined> {
  const hashes = requireHashes(asset, settings);
  const path = cachedPath(settings, asset);
  const bytes = await readFile(path).catch(() => undefined);
  return bytes && sha256(bytes) === hashes.program ? path : undefined;
}

/**
 * The path of a program of the release, `ffmpeg-linux-arm64` say: from the cache, else downloaded. Nothing is written
 * before both hashes agree. Throws a BuildError that says what failed and what else can be done.
 */
export async function fetchProgram(asset: string, settings: DownloadSettings): Promise<string> {
  const cached = await findCachedProgram(asset, settings);
  if (cached) return cached;

  const hashes = requireHashes(asset, settings);
  const base = settings.baseUrl ?? process.env.FFMPEG_BINARIES_URL ?? RELEASE_PAGE;
  const url = `${base.replace(/\/+$/, "")}/${FFMPEG_RELEASE}/${asset}.gz`;
  const path = cachedPath(settings, asset);
  const archive = await download(url, settings.stallMs ?? 20_000).catch((cause: unknown) => {
    throw new BuildError(`Could not fetch ${url}: ${describe(cause)}.\n${advise(asset, path)}`, { cause });
  });
  requireHash(`${asset}.gz from ${url}`, archive, hashes.archive);
  const program = await promisify(gunzip)(archive);
  requireHash(`${asset}, unpacked from ${url}`, program, hashes.program);

  const draft = `${path}.${process.pid}`;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(draft, program, { mode: 0o755 });
  await rename(draft, path).finally(() => rm(draft, { force: true }));
  return path;
}

function requireHashes(asset: string, settings: DownloadSettings): AssetHashes {
  const hashes = (settings.assets ?? FFMPEG_ASSETS)[asset];
  if (!hashes) throw new BuildError(`No SHA-256 is known for ${asset}, so it is not fetched.`);
  return hashes;
}

function requireHash(what: string, bytes: Uint8Array, expected: string): void {
  const found = sha256(bytes);
  if (found === expected) return;
  throw new BuildError(
    `${what} is not the file that was expected, and is not used.\n` +
      `SHA-256 expected ${expected}\n        found    ${found}\n` +
      `Check FFMPEG_BINARIES_URL: it must serve release ${FFMPEG_RELEASE} of ffmpeg-static unchanged.`,
  );
}

function advise(asset: string, path: string): string {
  return (
    "Set FFMPEG_BINARIES_URL to a mirror that serves " +
    `<mirror>/${FFMPEG_RELEASE}/${asset}.gz, or put the unpacked program at ${path} (its SHA-256 is checked).`
  );
}

async function download(url: string, stallMs: number): Promise<Uint8Array> {
  const abort = new AbortController();
  const stalled = new Error(`nothing arrived for ${stallMs / 1000} s`);
  let timer = setTimeout(() => abort.abort(stalled), stallMs);
  try {
    const response = await fetch(url, { signal: abort.signal });
    if (!response.ok || !response.body) throw new Error(`the answer was ${response.status} ${response.statusText}`);
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    for await (const chunk of response.body) {
      timer = restart(timer, () => abort.abort(stalled), stallMs);
      bytes += chunk.byteLength;
      if (bytes > MAX_ARCHIVE_BYTES) throw new Error(`the answer is longer than ${MAX_ARCHIVE_BYTES} bytes`);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  } finally {
    clearTimeout(timer);
    abort.abort();
  }
}

function restart(timer: NodeJS.Timeout, onTimeout: () => void, ms: number): NodeJS.Timeout {
  clearTimeout(timer);
  return setTimeout(onTimeout, ms);
}

/** fetch says only "fetch failed"; the reason stands in its cause. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause instanceof Error)
    return error.cause.message || ("code" in error.cause ? String(error.cause.code) : "");
  return error.message;
}
