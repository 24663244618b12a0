import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { extname, join, relative } from "node:path";
import type * as esbuild from "esbuild";
import { BuildError } from "./build-error.ts";
import { runEsbuild } from "./bundle-functions.ts";
import { type BundledPackage, findPackageFolders, formatLicences, readPackage, sortPackages } from "./packages.ts";

export interface SiteContent {
  /** The object's key in the site's bucket, and its path under `dist/site/`. */
  readonly key: string;
  readonly bytes: Uint8Array;
  readonly contentType: string;
  readonly cacheControl: string;
}

/** A file whose name holds its hash never changes. */
const IMMUTABLE = "public, max-age=31536000, immutable";
/** The page names the hashed files: asked for anew each time, answered 304 when it is unchanged. */
const REVALIDATE = "no-cache";

/** Pictures, fonts and the like are copied as they are, under a hashed name. */
const COPIED: Readonly<Record<string, string>> = {
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".webp": "image/webp",
  ".avif": "image/avif",
  ".jpg": "image/jpeg",
  ".woff2": "font/woff2",
  ".webmanifest": "application/manifest+json",
};
const CONTENT_TYPES: Readonly<Record<string, string>> = {
  ...COPIED,
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".txt": "text/plain; charset=utf-8",
};

/** The page's own folder: `index.html` and what it refers to. */
const PAGE_FOLDER = "web/media";

/** `src="./main.ts"`, `href="styles.css"`: a file of the page's own folder, as against an address or an anchor. */
const LOCAL_REFERENCE = /\b(src|href)="(?!#|\/\/|[a-z][a-z0-9+.-]*:)\.?\/?([^"?#]+\.[a-z0-9]+)"/gi;

/** Bundles the page's `index.html` and what it refers to. */
export async function createSite(projectFolder: string): Promise<SiteContent[]> {
  const html = await readFile(join(projectFolder, PAGE_FOLDER, "index.html"), "utf8").catch((cause: unknown) => {
    throw new BuildError(`Found no page: expected ${PAGE_FOLDER}/index.html.`, { cause });
  });
  const references = [...new Set([...html.matchAll(LOCAL_REFERENCE)].map((match) => match[2] ?? ""))];
  await requireFiles(projectFolder, references);
  const result = await bundleForBrowsers(projectFolder, references);
  const outputs = nameOutputs(projectFolder, result);

  const page = html.replace(LOCAL_REFERENCE, (_, attribute: string, reference: string) => {
    return `${attribute}="/${outputs.keyOf(reference)}"`;
  });
  const packages = await readSitePackages(projectFolder, result.metafile);
  return [
    { key: "index.html", bytes: Buffer.from(page), contentType: "text/html; charset=utf-8", cacheControl: REVALIDATE },
    ...outputs.files,
    ...(packages.length > 0 ? [licencesFile(packages)] : []),
  ].sort((a, b) => (a.key < b.key ? -1 : 1));
}

async function requireFiles(projectFolder: string, references: readonly string[]): Promise<void> {
  for (const reference of references) {
    const isThere = await stat(join(projectFolder, PAGE_FOLDER, reference)).then(
      (found) => found.isFile(),
      () => false,
    );
    if (!isThere) {
      const page = `${PAGE_FOLDER}/index.html`;
      throw new BuildError(`${page} refers to "${reference}", but there is no ${PAGE_FOLDER}/${reference}.`);
    }
  }
}

type SiteResult = esbuild.BuildResult<{ write: false; metafile: true }>;

async function bundleForBrowsers(projectFolder: string, references: readonly string[]): Promise<SiteResult> {
  return await runEsbuild("The page", {
    absWorkingDir: projectFolder,
    entryPoints: references.map((reference) => `${PAGE_FOLDER}/${reference}`),
    outbase: PAGE_FOLDER,
    outdir: "dist/site",
    entryNames: "assets/[name]-[hash]",
    assetNames: "assets/[name]-[hash]",
    loader: Object.fromEntries(Object.keys(COPIED).map((extension) => [extension, "copy" as const])),
    bundle: true,
    write: false,
    metafile: true,
    minify: true,
    legalComments: "none",
    format: "esm",
    platform: "browser",
    target: ["es2022"],
    jsx: "automatic",
    jsxImportSource: "preact",
    preserveSymlinks: true,
  });
}

function nameOutputs(projectFolder: string, result: SiteResult) {
  const folder = "dist/site/";
  const files = result.outputFiles.map((file): SiteContent => {
    const key = relative(join(projectFolder, folder), file.path).replaceAll("\\", "/");
    const contentType = CONTENT_TYPES[extname(key)];
    if (!contentType) throw new BuildError(`The page holds ${key}, whose content type is not known to build/site.ts.`);
    return { key, bytes: file.contents, contentType, cacheControl: IMMUTABLE };
  });
  const keyOf = (reference: string): string => {
    const entry = Object.entries(result.metafile.outputs).find(([, output]) =>
      isMadeFrom(output, `${PAGE_FOLDER}/${reference}`),
    );
    if (!entry) throw new Error(`esbuild wrote nothing for ${PAGE_FOLDER}/${reference}`);
    return entry[0].slice(folder.length);
  };
  return { files, keyOf };
}

/** A copied file has no `entryPoint`, but one input. */
function isMadeFrom(output: esbuild.Metafile["outputs"][string], source: string): boolean {
  if (output.entryPoint) return output.entryPoint === source;
  const inputs = Object.keys(output.inputs);
  return inputs.length === 1 && inputs[0] === source;
}

async function readSitePackages(projectFolder: string, metafile: esbuild.Metafile): Promise<BundledPackage[]> {
  const inputs = Object.values(metafile.outputs).flatMap((output) => Object.keys(output.inputs));
  const folders = findPackageFolders(inputs);
  return sortPackages(await Promise.all(folders.map((folder) => readPackage(join(projectFolder, folder)))));
}

function licencesFile(packages: readonly BundledPackage[]): SiteContent {
  const bytes = Buffer.from(formatLicences(packages));
  const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 8);
  const key = `assets/LICENSES-${hash}.txt`;
  return { key, bytes, contentType: CONTENT_TYPES[".txt"] ?? "text/plain", cacheControl: IMMUTABLE };
}
