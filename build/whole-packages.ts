import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { BuildError } from "./build-error.ts";
import type { ZipEntry } from "./zip.ts";

/**
 * Packages that lie beside a bundle as files of their own, unchanged: under the LGPL, whoever is given the zip may put
 * another version of the library in its place.
 */
const WHOLE_PACKAGES: Readonly<Record<string, { readonly files: readonly string[]; readonly notice: string }>> = {
  "libheif-js": {
    files: ["package.json", "LICENSE", "libheif-wasm/LICENSE", "libheif-wasm/libheif.js", "libheif-wasm/libheif.wasm"],
    notice:
      "libheif and libde265, (c) Dirk Farin and struktur AG, LGPL-3.0, compiled to WebAssembly by libheif-js.\n" +
      "Source: https://github.com/strukturag/libheif, https://github.com/strukturag/libde265,\n" +
      "https://github.com/catdad-experiments/libheif-emscripten (the build) and https://github.com/catdad-experiments/libheif-js.\n" +
      "To use another version, replace node_modules/libheif-js/libheif-wasm/libheif.js and libheif.wasm in this zip.\n" +
      "HEVC is covered by patents; this licence grants none of them.",
  },
};

/** The packages among these that are shipped as files. Throws for one that nothing says how to ship. */
export function requireWholePackages(names: Iterable<string>): string[] {
  const found = [...new Set(names)].sort();
  const unknown = found.find((name) => WHOLE_PACKAGES[name] === undefined);
  if (unknown !== undefined) {
    throw new BuildError(`${unknown} is left out of a bundle, but build/whole-packages.ts does not list its files.`);
  }
  return found;
}

/** What stands above the package's own licence in LICENSES.txt. */
export function findNotice(name: string): string | undefined {
  return WHOLE_PACKAGES[name]?.notice;
}

/** A package's files as they stand in a zip. */
export async function readWholePackage(projectFolder: string, name: string): Promise<Map<string, ZipEntry>> {
  const files = WHOLE_PACKAGES[name]?.files ?? [];
  const paths = files.map((file) => `node_modules/${name}/${file}`);
  const bytes = await Promise.all(paths.map((path) => readFile(join(projectFolder, path))));
  return new Map(paths.map((path, index) => [path, { bytes: bytes[index] ?? Buffer.alloc(0) }]));
}
