import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import * as esbuild from "esbuild";
import * as z from "zod";
import { type ArtifactManifest, artifactManifest, FFMPEG_LAYER } from "../contracts/artifacts.ts";
import { withBuildLock } from "./build-lock.ts";
import { bundleFunctions, type FunctionBundle, findFunctions } from "./bundle-functions.ts";
import { type BuildMode, createFfmpegLayer, findLayerPrograms, type LayerPrograms } from "./ffmpeg-layer.ts";
import { type DownloadSettings, FFMPEG_RELEASE, sha256 } from "./ffmpeg-release.ts";
import { type FfmpegPlaces, findHostFfmpeg, type HostFfmpeg } from "./find-ffmpeg.ts";
import { fingerprintInputs } from "./fingerprint.ts";
import { createFunctionZip, type FunctionZip } from "./function-zip.ts";
import { createLaptopOverlay, findHostPlatform } from "./laptop-overlay.ts";
import { findNativePackages, LAMBDA_PLATFORM, type LockFile, readLockFile, stagePackages } from "./native-packages.ts";
import { isIntact, removeOthers, writeOutput } from "./output-folder.ts";
import { listLicences } from "./packages.ts";
import { createSite, findSites } from "./site.ts";

export interface BuildSettings {
  readonly projectFolder: string;
  readonly mode: BuildMode;
  /** @default dist/ in the project */
  readonly outputFolder?: string;
  /** @default .cache/ in the project */
  readonly cacheFolder?: string;
  /** For tests: where ffmpeg is fetched from and what it must be. */
  readonly download?: Partial<DownloadSettings>;
  /** @default the process's own */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Runs a step and tells of it. @default silently */
  readonly step?: Step;
}

export type Step = <T>(label: string, work: () => T | Promise<T>, done?: (result: T) => string) => Promise<T>;

export interface BuildOutcome {
  readonly manifest: ArtifactManifest;
  /** Nothing had changed since the last build, and nothing was written. */
  readonly isUnchanged: boolean;
  readonly ffmpeg: HostFfmpeg;
}

/** Beside the manifest: what it was made from. */
const RECORD = ".build.json";
const record = z.object({ fingerprint: z.string(), layerKey: z.string() });
type BuildRecord = z.infer<typeof record>;

/**
 * Writes `dist/`: a zip for each function, the ffmpeg layer, the page, this machine's own binaries, and the manifest that
 * names them. Does nothing when nothing has changed. Throws BuildError for what a person can put right.
 */
export async function build(settings: BuildSettings): Promise<BuildOutcome> {
  const context = await createContext(settings);
  return await withBuildLock(join(context.outputFolder, ".build.lock"), async () => {
    const programs = await findPrograms(context);
    const fingerprint = await fingerprintInputs(context.projectFolder, {
      mode: context.mode,
      hasLayerPrograms: programs !== undefined,
      ffmpeg: context.ffmpeg,
    });
    const previous = await readPrevious(context.outputFolder);
    if (previous?.record.fingerprint === fingerprint && (await isComplete(context.outputFolder, previous.manifest))) {
      return { manifest: previous.manifest, isUnchanged: true, ffmpeg: context.ffmpeg };
    }
    const manifest = await buildAll(context, programs, fingerprint, previous);
    return { manifest, isUnchanged: false, ffmpeg: context.ffmpeg };
  });
}

type Context = Awaited<ReturnType<typeof createContext>>;

async function createContext(settings: BuildSettings) {
  const { projectFolder, mode, environment, download } = settings;
  const { places, ...folders } = createPlaces(projectFolder, environment, settings.cacheFolder);
  const silently: Step = async (_label, work) => await work();
  return {
    projectFolder,
    mode,
    cacheFolder: folders.cacheFolder,
    outputFolder: settings.outputFolder ?? join(projectFolder, "dist"),
    download: { ...folders.download, ...download },
    step: settings.step ?? silently,
    ffmpeg: await findHostFfmpeg(places),
  };
}

/** Where a project keeps what it fetched, and where ffmpeg is looked for. */
export function createPlaces(
  projectFolder: string,
  environment: Readonly<Record<string, string | undefined>> = process.env,
  cache?: string,
): { readonly cacheFolder: string; readonly download: DownloadSettings; readonly places: FfmpegPlaces } {
  const cacheFolder = cache ?? environment.DARKROOM_CACHE_DIR ?? join(projectFolder, ".cache");
  const ffprobe = `ffprobe-${process.platform}-${process.arch}`;
  return {
    cacheFolder,
    download: { cacheFolder },
    places: {
      environment,
      staticFfmpeg: join(projectFolder, "node_modules/ffmpeg-static/ffmpeg"),
      fetchedFfprobe: join(cacheFolder, "ffmpeg", FFMPEG_RELEASE, ffprobe),
    },
  };
}

async function findPrograms(context: Context): Promise<LayerPrograms | undefined> {
  if (context.mode === "laptop") return await findLayerPrograms("laptop", context.download);
  return await context.step("ffmpeg for Lambda", () => findLayerPrograms("aws", context.download));
}

async function buildAll(
  context: Context,
  programs: LayerPrograms | undefined,
  fingerprint: string,
  previous: Previous | undefined,
): Promise<ArtifactManifest> {
  const { projectFolder, outputFolder, step } = context;
  const lock = await readLockFile(projectFolder);
  const names = await findFunctions(projectFolder);
  const bundles = await step(`Bundle ${names.length} functions`, () => bundleFunctions(projectFolder, names));
  const zips = await zipFunctions(context, lock, bundles);
  const functions = await writeFunctions(outputFolder, bundles, zips);
  const layer = await step(
    "ffmpeg layer",
    () => writeLayer(context, programs, previous),
    ({ entry }) => (entry.target === "aws" ? megabytes(entry.bytes) : "empty, for the laptop"),
  );
  const sites = await step("Pages", () => writeSites(context));
  const laptop = await createLaptopOverlay({
    projectFolder,
    outputFolder,
    lock,
    host: findHostPlatform(),
    ffmpeg: context.ffmpeg,
    packages: bundles.flatMap((bundle) => bundle.packageFolders.map(packageName)),
  });
  const manifest = artifactManifest.parse({
    schema: 1,
    functions,
    layers: { [FFMPEG_LAYER]: layer.entry },
    sites,
    laptop,
  } satisfies ArtifactManifest);
  await writeOutput(outputFolder, "artifacts.json", Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`));
  await writeOutput(outputFolder, RECORD, Buffer.from(JSON.stringify({ fingerprint, layerKey: layer.key })));
  await esbuild.stop();
  return manifest;
}

async function zipFunctions(
  context: Context,
  lock: LockFile,
  bundles: readonly FunctionBundle[],
): Promise<Map<string, FunctionZip>> {
  const { projectFolder, cacheFolder, step } = context;
  const natives = bundles.map((bundle) =>
    findNativePackages(lock, bundle.packageFolders.map(packageName), LAMBDA_PLATFORM),
  );
  const needed = [...new Set(natives.flat())].sort();
  const staged =
    needed.length > 0
      ? await step(
          "Packages for arm64 Linux",
          () => stagePackages(lock, needed, cacheFolder),
          () => needed.join(", "),
        )
      : "";
  const zips = new Map<string, FunctionZip>();
  const zipAll = async () => {
    for (const [index, bundle] of bundles.entries()) {
      zips.set(bundle.name, await createFunctionZip({ projectFolder, bundle, natives: natives[index] ?? [], staged }));
    }
  };
  const total = () => megabytes([...zips.values()].reduce((sum, { zip }) => sum + zip.byteLength, 0));
  await step("Zip", zipAll, total);
  return zips;
}

async function writeFunctions(
  outputFolder: string,
  bundles: readonly FunctionBundle[],
  zips: ReadonlyMap<string, FunctionZip>,
): Promise<ArtifactManifest["functions"]> {
  const functions: ArtifactManifest["functions"] = {};
  const keep = new Set<string>();
  for (const bundle of bundles) {
    const zipped = zips.get(bundle.name);
    if (!zipped) throw new Error(`no zip for ${bundle.name}`);
    const map = await writeOutput(outputFolder, `functions/${flatName(bundle.name)}.index.mjs.map`, bundle.sourceMap);
    const written = await writeOutput(outputFolder, `functions/${flatName(bundle.name)}.zip`, zipped.zip);
    keep.add(map.path).add(written.path);
    functions[bundle.name] = {
      ...written,
      architecture: "arm64",
      nativeModules: [...zipped.nativeModules],
      licences: listLicences(zipped.packages),
    };
  }
  await removeOthers(outputFolder, "functions", keep);
  return functions;
}

type LayerEntry = ArtifactManifest["layers"][string];

/** Deflating 100 MB takes seconds, so a layer is kept for as long as its parts are the same. */
async function writeLayer(
  context: Context,
  programs: LayerPrograms | undefined,
  previous: Previous | undefined,
): Promise<{ readonly key: string; readonly entry: LayerEntry }> {
  const { projectFolder, outputFolder } = context;
  const parts = await Promise.all(
    [
      ...Object.values(programs ?? {}),
      join(projectFolder, "build/ffmpeg-layer.ts"),
      join(projectFolder, "build/zip.ts"),
      join(projectFolder, "package-lock.json"),
    ].map(async (path) => sha256(await readFile(path).catch(() => Buffer.alloc(0)))),
  );
  const key = sha256(Buffer.from(parts.join()));
  const kept = previous?.manifest.layers[FFMPEG_LAYER];
  if (kept && previous.record.layerKey === key && (await isIntact(outputFolder, kept))) return { key, entry: kept };

  const { zip, packages } = await createFfmpegLayer(projectFolder, programs);
  const written = await writeOutput(outputFolder, `layers/${FFMPEG_LAYER}.zip`, zip);
  const target = programs ? "aws" : "laptop";
  return { key, entry: { ...written, architecture: "arm64", target, licences: listLicences(packages) } };
}

async function writeSites({ projectFolder, outputFolder }: Context): Promise<ArtifactManifest["sites"]> {
  const sites: ArtifactManifest["sites"] = {};
  for (const system of await findSites(projectFolder)) {
    const site: ArtifactManifest["sites"][string] = [];
    for (const { key, bytes, contentType, cacheControl } of await createSite(projectFolder, system)) {
      const written = await writeOutput(outputFolder, `sites/${system}/${key}`, bytes);
      site.push({ ...written, key, contentType, cacheControl });
    }
    sites[system] = site;
  }
  const written = Object.values(sites).flat();
  await removeOthers(outputFolder, "sites", new Set(written.map((file) => file.path)));
  return sites;
}

interface Previous {
  readonly manifest: ArtifactManifest;
  readonly record: BuildRecord;
}

async function readPrevious(outputFolder: string): Promise<Previous | undefined> {
  try {
    const [manifest, made] = await Promise.all(
      ["artifacts.json", RECORD].map((path) => readFile(join(outputFolder, path), "utf8")),
    );
    return {
      manifest: artifactManifest.parse(JSON.parse(manifest ?? "")),
      record: record.parse(JSON.parse(made ?? "")),
    };
  } catch {
    // Absent, of an older build, or damaged: all are built anew.
    return undefined;
  }
}

async function isComplete(outputFolder: string, manifest: ArtifactManifest): Promise<boolean> {
  const files = [
    ...Object.values(manifest.functions),
    ...Object.values(manifest.layers),
    ...Object.values(manifest.sites).flat(),
  ];
  const folders = [manifest.laptop.nodeModules, ...Object.values(manifest.laptop.layers)];
  const intact = await Promise.all(files.map((file) => isIntact(outputFolder, file)));
  const present = await Promise.all(folders.map((folder) => isFolder(join(outputFolder, folder))));
  return [...intact, ...present].every(Boolean);
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/** `media/presign` → `media-presign`: files of dist/functions stand side by side. */
function flatName(name: string): string {
  return name.replace("/", "-");
}

function packageName(folder: string): string {
  return folder.slice(folder.lastIndexOf("node_modules/") + "node_modules/".length);
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
