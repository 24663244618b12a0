import { join } from "node:path";
import type { FunctionBundle } from "./bundle-functions.ts";
import { requireArm64 } from "./machine-code.ts";
import { readPackageFiles } from "./native-packages.ts";
import { type BundledPackage, formatLicences, readPackage, sortPackages } from "./packages.ts";
import { readWholePackage } from "./whole-packages.ts";
import { createZip, type ZipEntry } from "./zip.ts";

export interface FunctionZip {
  readonly zip: Uint8Array;
  /** The npm packages inside that hold machine code. */
  readonly nativeModules: readonly string[];
  readonly packages: readonly BundledPackage[];
}

/** The archive of one function: its bundle and threads, the packages beside it, and the licences of all that is inside. */
export async function createFunctionZip(settings: {
  readonly projectFolder: string;
  readonly bundle: FunctionBundle;
  readonly natives: readonly string[];
  /** The `node_modules` that holds `natives` for arm64. */
  readonly staged: string;
}): Promise<FunctionZip> {
  const { projectFolder, bundle, natives, staged } = settings;
  const folders = [
    ...bundle.packageFolders.map((folder) => join(projectFolder, folder)),
    ...bundle.wholePackages.map((name) => join(projectFolder, "node_modules", name)),
    ...natives.map((name) => join(staged, name)),
  ];
  const packages = sortPackages(await Promise.all(folders.map(readPackage)));
  const entries = new Map<string, ZipEntry>([["index.mjs", { bytes: bundle.code }]]);
  if (packages.length > 0) entries.set("LICENSES.txt", { bytes: Buffer.from(formatLicences(packages)) });
  for (const [file, bytes] of bundle.workers) entries.set(file, { bytes });
  for (const name of bundle.wholePackages) {
    for (const [path, entry] of await readWholePackage(projectFolder, name)) entries.set(path, entry);
  }
  for (const name of natives) {
    for (const [path, entry] of await readPackageFiles(staged, name)) entries.set(path, entry);
  }
  requireArm64(`Function ${bundle.name}`, entries);
  return { zip: createZip(entries), nativeModules: natives, packages };
}
