import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { type ArtifactManifest, artifactManifest, type SiteFile } from "../../contracts/artifacts.ts";
import { ConfigurationError } from "./errors.ts";

const BUILD_FIRST = "run `npm run build` first";

/** A built file, ready to be named in a resource. */
export interface BuiltFile {
  /** Absolute, for copying; never written into the synthesized stack. */
  readonly file: string;
  readonly sha256: string;
}

export type BuiltLayer = BuiltFile & Pick<ArtifactManifest["layers"][string], "target">;

/** What the build made, found in `dist/` by name. Stacks never import the code of a function. */
export class Artifacts {
  private readonly folder: string;
  private readonly manifest: ArtifactManifest;

  private constructor(folder: string, manifest: ArtifactManifest) {
    this.folder = folder;
    this.manifest = manifest;
  }

  /** Reads `artifacts.json` in `folder`; throws ConfigurationError where it is missing or not of the agreed form. */
  static read(folder: string): Artifacts {
    const path = join(folder, "artifacts.json");
    if (!existsSync(path)) {
      throw new ConfigurationError("There is nothing built to deploy:", [
        { path: "dist/artifacts.json", message: `does not exist; ${BUILD_FIRST}` },
      ]);
    }
    const parsed = artifactManifest.safeParse(parseJson(readFileSync(path, "utf8")));
    if (!parsed.success) {
      throw new ConfigurationError("The list of built files cannot be read:", [
        { path: "dist/artifacts.json", message: `${z.prettifyError(parsed.error)}; ${BUILD_FIRST}` },
      ]);
    }
    return new Artifacts(folder, parsed.data);
  }

  getFunction(name: string): BuiltFile {
    return this.built(`functions.${name}`, this.manifest.functions[name]);
  }

  getLayer(name: string): BuiltLayer {
    const layer = this.manifest.layers[name];
    return { ...this.built(`layers.${name}`, layer), target: layer?.target ?? "laptop" };
  }

  listSiteFiles(): (BuiltFile & Pick<SiteFile, "key" | "contentType" | "cacheControl">)[] {
    return this.manifest.site.map((file) => ({ ...file, ...this.built(`site.${file.key}`, file) }));
  }

  private built(name: string, artifact: { path: string; sha256: string } | undefined): BuiltFile {
    if (!artifact || !existsSync(join(this.folder, artifact.path))) {
      throw new ConfigurationError("A built file is missing:", [
        { path: `dist/artifacts.json, ${name}`, message: `${artifact?.path ?? "not listed"}; ${BUILD_FIRST}` },
      ]);
    }
    return { file: join(this.folder, artifact.path), sha256: artifact.sha256 };
  }
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
