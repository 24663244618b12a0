import { createHash } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
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

/** `src="./main.ts"`, `href="styles.css"`: a file of the page's own folder, as against an address or an anchor. */
const LOCAL_REFERENCE = /\b(src|href)="(?!#|\/\/|[a-z][a-z0-9+.-]*:)\.?\/?([^"?#]+\.[a-z0-9]+)"/gi;

/** The systems that have a page: the names of the folders `web/<system>/` that hold an `index.html`. */
export async function findSites(projectFolder: string): Promise<string[]> {
  const entries = await readdir(join(projectFolder, "web"), { recursive: true });
  return entries
    .map((path) => /^([^/]+)\/index\.html$/.exec(path.replaceAll("\\", "/"))?.[1])
    .filter((name) => name !== undefined)
    .sort();
}

/** Bundles a system's page, `web/<system>/index.html`, and what it refers to. */
export async function createSite(projectFolder: string, system: string): Promise<SiteContent[]> {
  const page: Page = { projectFolder, folder: `web/${system}` };
  const html = await readFile(join(projectFolder, page.folder, "index.html"), "utf8");
  const references = [...new Set([...html.matchAll(LOCAL_REFERENCE)].map((match) => match[2] ?? ""))];
  await requireFiles(page, references);
  const result = await bundleForBrowsers(page, references);
  const outputs = nameOutputs(page, result);

  const written = html.replace(LOCAL_REFERENCE, (_, attribute: string, reference: string) => {
    return `${attribute}="/${outputs.keyOf(reference)}"`;
  });
  const packages = await readSitePackages(projectFolder, result.metafile);
  return [
    {
      key: "index.html",
      bytes: Buffer.from(written),
      contentType: "text/html; charset=utf-8",
      cacheControl: REVALIDATE,
    },
    ...outputs.files,
    ...(packages.length > 0 ? [licencesFile(packages)] : []),
  ].sort((a, b) => (a.key < b.key ? -1 : 1));
}

/** Where a page's `index.html` stands. */
interface Page {
  readonly projectFolder: string;
  /** `web/media` */
  readonly folder: string;
}

async function requireFiles({ projectFolder, folder }: Page, references: readonly string[]): Promise<void> {
  for (const reference of references) {
    const isThere = await stat(join(projectFolder, folder, reference)).then(
      (found) => found.isFile(),
      () => false,
    );
    if (!isThere) {
      throw new BuildError(`${folder}/index.html refers to "${reference}", but there is no ${folder}/${reference}.`);
    }
  }
}

type SiteResult = esbuild.BuildResult<{ write: false; metafile: true }>;

async function bundleForBrowsers({ projectFolder, folder }: Page, references: readonly string[]): Promise<SiteResult> {
  return await runEsbuild("The page", {
    absWorkingDir: projectFolder,
    entryPoints: references.map((reference) => `${folder}/${reference}`),
    outbase: folder,
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

function nameOutputs(page: Page, result: SiteResult) {
  const folder = "dist/site/";
  const files = result.outputFiles.map((file): SiteContent => {
    const key = relative(join(page.projectFolder, folder), file.path).replaceAll("\\", "/");
    const contentType = CONTENT_TYPES[extname(key)];
    if (!contentType) throw new BuildError(`The page holds ${key}, whose content type is not known to build/site.ts.`);
    return { key, bytes: file.contents, contentType, cacheControl: IMMUTABLE };
  });
  const keyOf = (reference: string): string => {
    const entry = Object.entries(result.metafile.outputs).find(([, output]) =>
      isMadeFrom(output, `${page.folder}/${reference}`),
    );
    if (!entry) throw new Error(`esbuild wrote nothing for ${page.folder}/${reference}`);
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
