import { createHash } from "node:crypto";
import {
  constants,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { join } from "node:path";
import type { ArtifactManifest } from "../../../contracts/artifacts.ts";
import type { Log } from "../../service.ts";
import { extractZip } from "./zip-archive.ts";

/** A zip and the folder that this machine lays over it: its own native binaries in the place of Lambda's. */
interface Part {
  readonly zipPath: string;
  readonly overlay?: { readonly from: string; readonly to: string };
}

export interface CodeStoreOptions {
  /** Where code and layers are unpacked, once per content. */
  readonly folder: string;
  readonly artifactsFolder?: string;
  readonly artifacts?: ArtifactManifest;
  readonly log: Log;
}

/** Unpacks zips once per content, and lays `artifacts.laptop` over them. */
export class CodeStore {
  readonly #options: CodeStoreOptions;
  readonly #said = new Set<string>();

  constructor(options: CodeStoreOptions) {
    this.#options = options;
  }

  /** The folder that a function sees as /var/task. */
  unpackFunction(zipPath: string): string {
    const from = this.#findNodeModules(zipPath);
    const part = from === undefined ? { zipPath } : { zipPath, overlay: { from, to: "node_modules" } };
    return this.#unpack("code", [part]);
  }

  /** The folder that a function sees as /opt: its layers, one over the other. */
  unpackLayers(layers: readonly { readonly name: string; readonly zipPath: string }[]): string {
    const parts = layers.map(({ name, zipPath }): Part => {
      const from = this.#findLayerOverlay(name, zipPath);
      return from === undefined ? { zipPath } : { zipPath, overlay: { from, to: "." } };
    });
    return this.#unpack("layers", parts);
  }

  #unpack(kind: string, parts: readonly Part[]): string {
    const zips = parts.map(({ zipPath, overlay }) => ({ zip: readFileSync(zipPath), overlay }));
    const hash = createHash("sha256");
    for (const { zip, overlay } of zips) hash.update(sha256(zip)).update(overlay ? fingerprint(overlay.from) : "-");
    const target = join(this.#options.folder, kind, hash.digest("hex").slice(0, 32));
    if (existsSync(target)) return target;
    const unfinished = `${target}.new`;
    rmSync(unfinished, { recursive: true, force: true });
    mkdirSync(unfinished, { recursive: true });
    for (const { zip, overlay } of zips) {
      extractZip(zip, unfinished);
      if (overlay) lay(overlay.from, join(unfinished, overlay.to));
    }
    renameSync(unfinished, target);
    return target;
  }

  #findNodeModules(zipPath: string): string | undefined {
    const { artifacts, artifactsFolder } = this.#options;
    if (!artifacts || artifactsFolder === undefined) return undefined;
    const sha = sha256(readFileSync(zipPath));
    const [name, made] = Object.entries(artifacts.functions).find(([, entry]) => entry.sha256 === sha) ?? [];
    if (!name || !made || made.nativeModules.length === 0) return undefined;
    this.#say(`${name}: this machine's own ${made.nativeModules.join(", ")} are laid over the bundle`);
    return join(artifactsFolder, artifacts.laptop.nodeModules);
  }

  #findLayerOverlay(name: string, zipPath: string): string | undefined {
    const { artifacts, artifactsFolder } = this.#options;
    if (!artifacts || artifactsFolder === undefined) return undefined;
    const sha = sha256(readFileSync(zipPath));
    const [key = name] = Object.entries(artifacts.layers).find(([, entry]) => entry.sha256 === sha) ?? [];
    const from = artifacts.laptop.layers[key];
    if (from === undefined) {
      this.#say(
        `layer ${key}: this machine has no binaries of its own for it, so functions find only what the layer holds`,
      );
      return undefined;
    }
    this.#say(`layer ${key}: this machine's own binaries are laid over it`);
    return join(artifactsFolder, from);
  }

  #say(message: string): void {
    if (this.#said.has(message)) return;
    this.#said.add(message);
    this.#options.log({ level: "info", source: "lambda", message });
  }
}

function sha256(data: Buffer): string {
  return createHash("sha256").update(data).digest("hex");
}

/** Changes whenever a file below the folder does. */
function fingerprint(folder: string): string {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
  const lines = names.map((name) => {
    const { size, mtimeMs } = statSync(join(folder, name));
    return `${name} ${size} ${mtimeMs}\n`;
  });
  return createHash("sha256").update(lines.join("")).digest("hex");
}

/** Copies without reading where the file system can share blocks. */
function lay(from: string, to: string): void {
  cpSync(from, to, { recursive: true, force: true, verbatimSymlinks: true, mode: constants.COPYFILE_FICLONE });
}
