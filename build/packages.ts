import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import type { ArtifactManifest } from "../contracts/artifacts.ts";
import { BuildError } from "./build-error.ts";
import { findNotice } from "./whole-packages.ts";

export type Licence = ArtifactManifest["layers"][string]["licences"][number];

/** A package that a bundle or a zip carries. */
export interface BundledPackage extends Licence {
  /** Its licence and notices, word for word. */
  readonly text: string;
}

/** What may be part of a bundle. LGPL stands for libvips and libheif: files beside the code, never linked in. */
const ACCEPTED_LICENCES = new Set([
  "0BSD",
  "Apache-2.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "BlueOak-1.0.0",
  "ISC",
  "MIT",
  "MIT-0",
]);
const SHARED_LIBRARIES = /^(@img\/sharp-libvips-|libheif-js$)/;

const packageJson = z.object({
  name: z.string().min(1),
  version: z.string().min(1),
  license: z.union([z.string(), z.object({ type: z.string() })]).optional(),
});

/**
 * The folders of the npm packages that these inputs of a bundle belong to: `node_modules/a`, `node_modules/a/node_modules/@b/c`.
 * Inputs are paths as esbuild names them.
 */
export function findPackageFolders(inputs: Iterable<string>): string[] {
  const folders = new Set<string>();
  for (const input of inputs) {
    const match = /^(.*\/|)node_modules\/(@[^/]+\/[^/]+|[^/@][^/]*)\//.exec(input);
    if (match) folders.add(`${match[1]}node_modules/${match[2]}`);
  }
  return [...folders].sort();
}

/** Reads name, version, licence and notices; throws when the licence is not one that a bundle may carry. */
export async function readPackage(folder: string): Promise<BundledPackage> {
  const parsed = packageJson.parse(JSON.parse(await readFile(join(folder, "package.json"), "utf8")));
  const licence = typeof parsed.license === "string" ? parsed.license : (parsed.license?.type ?? "none");
  const isAccepted = ACCEPTED_LICENCES.has(licence) || (SHARED_LIBRARIES.test(parsed.name) && /^LGPL-/.test(licence));
  if (!isAccepted) {
    throw new BuildError(
      `${parsed.name} ${parsed.version} has the licence "${licence}", which may not be part of a bundle.\n` +
        `Accepted: ${[...ACCEPTED_LICENCES].join(", ")}. Use another package, or argue the case in build/packages.ts.`,
    );
  }
  const text = [findNotice(parsed.name), await readNotices(folder)].filter(Boolean).join("\n\n");
  return { name: parsed.name, version: parsed.version, licence, text };
}

async function readNotices(folder: string): Promise<string> {
  const files = (await readdir(folder)).sort();
  const notices = files.filter((file) => /^(licen[cs]e|notice|copying|third.party)/i.test(file));
  // libvips carries the list of its parts and their licences in its README.
  const chosen = notices.length > 0 ? notices : files.filter((file) => /^readme/i.test(file));
  const texts = await Promise.all(chosen.map((file) => readFile(join(folder, file), "utf8")));
  return texts.map((text) => text.replaceAll("\r\n", "\n").trim()).join("\n\n");
}

/** One per name and version, sorted, so that the order of discovery does not show. */
export function sortPackages(packages: readonly BundledPackage[]): BundledPackage[] {
  const byId = new Map(packages.map((entry) => [`${entry.name} ${entry.version}`, entry]));
  return [...byId].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry);
}

/** `LICENSES.txt`: most licences ask that their text goes with every copy, and a zip is one. Each text stands once. */
export function formatLicences(packages: readonly BundledPackage[]): string {
  const namesByText = new Map<string, string[]>();
  for (const { name, version, licence, text } of packages) {
    namesByText.set(text, [...(namesByText.get(text) ?? []), `${name} ${version} (${licence})`]);
  }
  const rule = "=".repeat(100);
  return [...namesByText].map(([text, names]) => `${rule}\n${names.join("\n")}\n${rule}\n\n${text}\n`).join("\n");
}

export function listLicences(packages: readonly BundledPackage[]): Licence[] {
  return packages.map(({ name, version, licence }) => ({ name, version, licence }));
}
