import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { type ArtifactManifest, artifactManifest, type SiteFile } from "../../contracts/artifacts.ts";
import { ConfigurationError, type Problem } from "./errors.ts";

const BUILD_FIRST = "run `npm run build` first";

/** A built file, ready to be named in a resource. */
export interface BuiltFile {
  /** Absolute, for copying; never written into the synthesized stack. */
  readonly file: string;
  readonly sha256: string;
}

export type BuiltLayer = BuiltFile & Pick<ArtifactManifest["layers"][string], "target">;

/** What a system's stack needs of the build, by the names in artifacts.json. */
export interface ArtifactNeeds {
  /** `media/presign` */
  readonly functions: readonly string[];
  readonly layers: readonly string[];
  /** Systems that have a page. */
  readonly sites: readonly string[];
}

/** What the build made, found in `dist/` by name. Stacks never import the code of a function. */
export class Artifacts {
  private readonly folder: string;
  private readonly manifest: ArtifactManifest;

  private constructor(folder: string, manifest: ArtifactManifest) {
    this.folder = folder;
    this.manifest = manifest;
  }

  /** Reads `artifacts.json` in `folder`; throws ConfigurationError that names everything that is missing. */
  static read(folder: string, needs: ArtifactNeeds): Artifacts {
    const manifest = readManifest(join(folder, "artifacts.json"));
    const problems = [...listUnbuilt(manifest, needs), ...listMissingFiles(folder, manifest)];
    if (problems.length > 0) throw new ConfigurationError("Not everything is built:", problems);
    return new Artifacts(folder, manifest);
  }

  /** Stands for a build, where nothing but the shape of the stacks matters: each artifact is this very file. */
  static createBlank({ functions, layers, sites }: ArtifactNeeds): Artifacts {
    const file = { path: basename(import.meta.filename), sha256: "0".repeat(64), bytes: 0 };
    const built = { ...file, architecture: "arm64" as const, licences: [] };
    const site = { ...file, key: "index.html", contentType: "text/html", cacheControl: "no-cache" };
    const fill = <T>(names: readonly string[], value: T) => Object.fromEntries(names.map((name) => [name, value]));
    return new Artifacts(import.meta.dirname, {
      schema: 1,
      functions: fill(functions, { ...built, nativeModules: [] }),
      layers: fill(layers, { ...built, target: "aws" as const }),
      sites: fill(sites, [site]),
      laptop: { nodeModules: "", layers: {} },
    });
  }

  /** `media/presign` */
  getFunction(name: string): BuiltFile {
    return this.locate(known(name, this.manifest.functions[name]));
  }

  getLayer(name: string): BuiltLayer {
    const layer = known(name, this.manifest.layers[name]);
    return { ...this.locate(layer), target: layer.target };
  }

  /** The page of a system. */
  listSiteFiles(system: string): (BuiltFile & Pick<SiteFile, "key" | "contentType" | "cacheControl">)[] {
    return known(system, this.manifest.sites[system]).map(({ key, contentType, cacheControl, ...file }) => ({
      ...this.locate(file),
      key,
      contentType,
      cacheControl,
    }));
  }

  private locate({ path, sha256 }: { readonly path: string; readonly sha256: string }): BuiltFile {
    return { file: join(this.folder, path), sha256 };
  }
}

function readManifest(path: string): ArtifactManifest {
  if (!existsSync(path)) {
    throw new ConfigurationError("There is nothing built to deploy:", [
      { path: "dist/artifacts.json", message: `does not exist; ${BUILD_FIRST}` },
    ]);
  }
  const parsed = artifactManifest.safeParse(parseJson(readFileSync(path, "utf8")));
  if (parsed.success) return parsed.data;
  throw new ConfigurationError(
    "The list of built files cannot be used:",
    parsed.error.issues.map((issue) => ({
      path: ["dist/artifacts.json", ...issue.path].join(", "),
      message: `${issue.message}; ${BUILD_FIRST}`,
    })),
  );
}

/** What the stacks need and the build did not list. */
function listUnbuilt(manifest: ArtifactManifest, needs: ArtifactNeeds): Problem[] {
  const kinds = ["functions", "layers", "sites"] as const;
  const unbuilt = kinds.flatMap((kind) =>
    needs[kind].filter((name) => !manifest[kind][name]).map((name) => `${kind}, ${name}`),
  );
  return unbuilt.map((name) => ({ path: `dist/artifacts.json, ${name}`, message: `is not listed; ${BUILD_FIRST}` }));
}

function listMissingFiles(folder: string, { functions, layers, sites }: ArtifactManifest): Problem[] {
  return [...Object.values(functions), ...Object.values(layers), ...Object.values(sites).flat()]
    .filter(({ path }) => !existsSync(join(folder, path)))
    .map(({ path }) => ({ path: `dist/${path}`, message: `does not exist; ${BUILD_FIRST}` }));
}

function known<T>(name: string, artifact: T | undefined): T {
  if (artifact !== undefined) return artifact;
  throw new Error(
    `The stack asks for "${name}", which its system does not say that it needs (stacks/<system>/system.ts).`,
  );
}

/** Terraform's `source_code_hash` and Lambda's own CodeSha256: base64 of the zip's SHA-256. */
export function base64OfHex(sha256: string): string {
  return Buffer.from(sha256, "hex").toString("base64");
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
