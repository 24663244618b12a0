import { readdir } from "node:fs/promises";
import { isBuiltin } from "node:module";
import { join } from "node:path";
import * as esbuild from "esbuild";
import { AWS_SDK_PLUGINS } from "./aws-sdk-plugins.ts";
import { BuildError } from "./build-error.ts";
import { findPackageFolders } from "./packages.ts";
import { requireWholePackages } from "./whole-packages.ts";

/** One function's code, ready to be zipped. */
export interface FunctionBundle {
  readonly name: string;
  readonly code: Uint8Array;
  readonly sourceMap: Uint8Array;
  /** Folders of the npm packages inside, relative to the project. */
  readonly packageFolders: readonly string[];
  /** Threads of its own: each a file beside the bundle, loaded by nobody until the function starts it. */
  readonly workers: ReadonlyMap<string, Uint8Array>;
  /** npm packages that its threads load from files of their own. */
  readonly wholePackages: readonly string[];
}

/** Packages that stay files of their own (whole-packages.ts). */
const WHOLE = ["libheif-js/*"];
/** A thread's file, beside the handler: plain JavaScript, so that tests start it as it is. */
const WORKER = /^([\w-]+-worker)\.mjs$/;

/** Packages with machine code, which cannot be bundled. `@img/colour` is plain JavaScript and must be. */
const NATIVE = ["@img/sharp-*"];

/** Packages in CommonJS call `require` for Node's own modules, which an ES module does not have. */
const BANNER =
  'import{createRequire as createRequireForBundle}from"node:module";' +
  "const require=createRequireForBundle(import.meta.url);";

/** The folders `lambdas/<system>/<function>/` that hold a `handler.ts`, as `media/presign`. */
export async function findFunctions(projectFolder: string): Promise<string[]> {
  const entries = await readdir(join(projectFolder, "lambdas"), { recursive: true });
  return entries
    .map((path) => /^([^/]+\/[^/]+)\/handler\.ts$/.exec(path.replaceAll("\\", "/"))?.[1])
    .filter((name) => name !== undefined)
    .sort();
}

/** The names of the threads of a function: `lambdas/<function>/<name>.mjs`. */
async function findWorkers(projectFolder: string, functionName: string): Promise<string[]> {
  const entries = await readdir(join(projectFolder, "lambdas", functionName));
  return entries
    .map((path) => WORKER.exec(path)?.[1])
    .filter((name) => name !== undefined)
    .sort();
}

/** Bundles all functions in one call of esbuild; throws with its words when the code has a mistake. */
export async function bundleFunctions(projectFolder: string, names: readonly string[]): Promise<FunctionBundle[]> {
  if (names.length === 0) {
    throw new BuildError("Found no function: expected at least one lambdas/<system>/<function>/handler.ts.");
  }
  const workers = new Map<string, string[]>();
  for (const name of names) workers.set(name, await findWorkers(projectFolder, name));
  const result = await runEsbuild("The functions", {
    absWorkingDir: projectFolder,
    entryPoints: names.flatMap((name) => [
      { in: `lambdas/${name}/handler.ts`, out: `${name}/index` },
      ...(workers.get(name) ?? []).map((worker) => ({ in: `lambdas/${name}/${worker}.mjs`, out: `${name}/${worker}` })),
    ]),
    outdir: "dist/functions",
    outExtension: { ".js": ".mjs" },
    bundle: true,
    write: false,
    metafile: true,
    minify: true,
    sourcemap: "external",
    sourcesContent: false,
    legalComments: "none",
    format: "esm",
    platform: "node",
    target: "node22",
    // ES modules load in half the time of the CommonJS builds of the AWS SDK (performance.md).
    mainFields: ["module", "main"],
    // The stack fixes the Node version of every function; the SDK's advice to take a newer one than the laptop's is noise.
    define: { "process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED": '"true"' },
    external: [...NATIVE, ...WHOLE],
    // Names a package by its place in node_modules, even where that folder is a link.
    preserveSymlinks: true,
    banner: { js: BANNER },
    plugins: [...AWS_SDK_PLUGINS],
  });
  return names.map((name) => pickBundle(result, name, workers.get(name) ?? []));
}

type BuildResult = esbuild.BuildResult<{ write: false; metafile: true }>;

function pickBundle(result: BuildResult, name: string, workers: readonly string[]): FunctionBundle {
  const path = `dist/functions/${name}/index.mjs`;
  const output = result.metafile.outputs[path];
  const find = (suffix: string) => result.outputFiles.find((file) => file.path.replaceAll("\\", "/").endsWith(suffix));
  const code = find(path);
  const sourceMap = find(`${path}.map`);
  if (!output || !code || !sourceMap) throw new Error(`esbuild wrote no ${path}`);
  if (output.exports.join() !== "handler") {
    throw new BuildError(
      `lambdas/${name}/handler.ts must export \`handler\` and nothing else; it exports ${output.exports.join(", ") || "nothing"}.`,
    );
  }
  const threads = workers.map((worker) => pickWorker(result, name, worker));
  return {
    name,
    code: code.contents,
    sourceMap: sourceMap.contents,
    packageFolders: findPackageFolders([output, ...threads].flatMap(({ inputs }) => Object.keys(inputs))),
    workers: new Map(threads.map(({ file, code: contents }) => [file, contents])),
    wholePackages: requireWholePackages(threads.flatMap(listWholeImports)),
  };
}

function pickWorker({ metafile, outputFiles }: BuildResult, name: string, worker: string) {
  const path = `dist/functions/${name}/${worker}.mjs`;
  const output = metafile.outputs[path];
  const code = outputFiles.find((file) => file.path.replaceAll("\\", "/").endsWith(path));
  if (!output || !code) throw new Error(`esbuild wrote no ${path}`);
  return { file: `${worker}.mjs`, code: code.contents, inputs: output.inputs, imports: output.imports };
}

/** `libheif-js/libheif-wasm/libheif.js` → `libheif-js`; Node's own modules are no packages. */
function listWholeImports({ imports }: Pick<ReturnType<typeof pickWorker>, "imports">): string[] {
  return imports
    .filter(({ path, external }) => external === true && !isBuiltin(path))
    .map(({ path }) => /^(@[^/]+\/[^/]+|[^/]+)/.exec(path)?.[0] ?? path);
}

/** Runs esbuild; a mistake in the code becomes a BuildError with file, line and esbuild's explanation. */
export async function runEsbuild(what: string, options: esbuild.BuildOptions & { write: false; metafile: true }) {
  try {
    return await esbuild.build({ ...options, logLevel: "silent" });
  } catch (error) {
    if (!isBuildFailure(error)) throw error;
    const messages = await esbuild.formatMessages(error.errors, { kind: "error", color: process.stdout.isTTY });
    throw new BuildError(`${what} cannot be bundled.\n\n${messages.join("\n").trim()}`, { cause: error });
  }
}

function isBuildFailure(error: unknown): error is esbuild.BuildFailure {
  return error instanceof Error && "errors" in error && Array.isArray(error.errors);
}
