import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { BuildError } from "./build-error.ts";
import {
  type DownloadSettings,
  FFMPEG_GPL_PARTS,
  FFMPEG_RELEASE,
  FFMPEG_VERSION,
  fetchProgram,
  findCachedProgram,
} from "./ffmpeg-release.ts";
import { requireArm64 } from "./machine-code.ts";
import { type BundledPackage, formatLicences } from "./packages.ts";
import { createZip, type ZipEntry } from "./zip.ts";

/**
 * `aws`: a deploy's build, which must hold the programs. `laptop`: takes them where an earlier build fetched them, and
 * else goes on without, because the laptop runs its own ffmpeg.
 */
export type BuildMode = "aws" | "laptop";

/** The two programs of the layer, as found for a build. */
export type LayerPrograms = Readonly<Record<"ffmpeg" | "ffprobe", string>>;

/** Where the arm64 programs lie; undefined when a laptop's build has to go without. */
export async function findLayerPrograms(
  mode: BuildMode,
  settings: DownloadSettings,
): Promise<LayerPrograms | undefined> {
  if (mode === "aws") {
    return {
      ffmpeg: await fetchProgram("ffmpeg-linux-arm64", settings),
      ffprobe: await fetchProgram("ffprobe-linux-arm64", settings),
    };
  }
  const ffmpeg = await findCachedProgram("ffmpeg-linux-arm64", settings);
  const ffprobe = await findCachedProgram("ffprobe-linux-arm64", settings);
  return ffmpeg && ffprobe ? { ffmpeg, ffprobe } : undefined;
}

/** Lambda's limit for a function and its layers, unpacked (AWS Lambda quotas: 250 MB). */
const MAX_UNPACKED_BYTES = 250 * 1024 * 1024;

const LAPTOP_NOTE = `This layer holds no ffmpeg.

It was made by \`npm run build -- --laptop\`, which goes on where the arm64 programs were not fetched. The laptop runtime
lays this machine's own ffmpeg over it. Never deploy it: run \`npm run build\` for a layer that holds the programs.
`;

/** The layer's zip; Lambda unpacks it to /opt, whose `bin` is on PATH. */
export async function createFfmpegLayer(
  projectFolder: string,
  programs: LayerPrograms | undefined,
): Promise<{ readonly zip: Uint8Array; readonly packages: readonly BundledPackage[] }> {
  const entries = new Map<string, ZipEntry>();
  if (!programs) {
    entries.set("LAPTOP-ONLY.txt", { bytes: Buffer.from(LAPTOP_NOTE) });
    return { zip: createZip(entries), packages: [] };
  }
  const packages = [await readFfmpegLicence(projectFolder)];
  entries.set("LICENSES.txt", { bytes: Buffer.from(formatLicences(packages)) });
  for (const [name, path] of Object.entries(programs)) {
    entries.set(`bin/${name}`, { bytes: await readFile(path), executable: true });
  }
  requireArm64("The ffmpeg layer", entries);
  requireUnpackedSize(entries);
  return { zip: createZip(entries), packages };
}

function requireUnpackedSize(entries: ReadonlyMap<string, ZipEntry>): void {
  const bytes = [...entries.values()].reduce((sum, entry) => sum + entry.bytes.byteLength, 0);
  if (bytes <= MAX_UNPACKED_BYTES) return;
  throw new BuildError(`The ffmpeg layer is ${bytes} bytes unpacked; Lambda takes ${MAX_UNPACKED_BYTES} at most.`);
}

/** GPL-3: the text goes with the programs, and so does where their source is. The layer is a program of its own, not linked. */
async function readFfmpegLicence(projectFolder: string): Promise<BundledPackage> {
  const gpl = await readFile(join(projectFolder, "node_modules/ffmpeg-static/LICENSE"), "utf8");
  const parts = FFMPEG_GPL_PARTS.map(({ name, version, source }) => `  ${[name, version].join(" ").trim()}: ${source}`);
  const origin = [
    `ffmpeg and ffprobe ${FFMPEG_VERSION}, the static builds of https://johnvansickle.com/ffmpeg/, unchanged from release`,
    `${FFMPEG_RELEASE} of github.com/eugeneware/ffmpeg-static.`,
    `Source: https://ffmpeg.org/releases/ffmpeg-${FFMPEG_VERSION}.tar.xz`,
    "Compiled in, and under the GPL too, version 2 or later:",
    ...parts,
    "",
    "",
  ].join("\n");
  return { name: "ffmpeg", version: FFMPEG_VERSION, licence: "GPL-3.0-or-later", text: `${origin}${gpl.trim()}` };
}
