import { execFile, fork } from "node:child_process";
import { once } from "node:events";
import { accessSync, constants } from "node:fs";
import { copyFile, mkdir } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build } from "esbuild";

/** Whole processes: what they cost, from the first instruction of their start to their last. */

const run = promisify(execFile);
/** Inside node_modules, so that a bundle finds the packages that stay outside it. */
export const CACHE_FOLDER = fileURLToPath(new URL("../node_modules/.cache/darkroom-bench/", import.meta.url));

const HEIC_WORKER = fileURLToPath(new URL("../lambdas/media/resize/heic-worker.mjs", import.meta.url));

/** CommonJS packages call `require` for Node's own modules, which an ES module does not have. */
const REQUIRE =
  'import{createRequire as createRequireForBundle}from"node:module";' +
  "const require=createRequireForBundle(import.meta.url);";

/** Bundles a TypeScript file as the build bundles a function, machine code outside, and returns the bundle's path. */
export async function bundleScript(entry: URL): Promise<string> {
  const path = fileURLToPath(entry);
  const outfile = join(CACHE_FOLDER, `${path.replace(/\W+/g, "-").slice(-80)}.mjs`);
  await mkdir(CACHE_FOLDER, { recursive: true });
  await build({
    entryPoints: [path],
    outfile,
    bundle: true,
    minify: true,
    platform: "node",
    format: "esm",
    target: "node20",
    mainFields: ["module", "main"],
    external: ["@img/sharp-*"],
    banner: { js: REQUIRE },
    logLevel: "error",
  });
  // Beside the bundle, as in a function's zip.
  await copyFile(HEIC_WORKER, join(CACHE_FOLDER, "heic-worker.mjs"));
  return outfile;
}

/** The executable that the shell would run; undefined where PATH has none. */
export function findTool(name: string): string | undefined {
  const folders = (process.env.PATH ?? "").split(delimiter).filter(Boolean);
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * Milliseconds of CPU, user and system, of a command and its children. Node cannot ask that of a child of its own;
 * bash's `time` can, on Linux and macOS alike.
 */
export async function childCpuMs(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<number> {
  const script = 'TIMEFORMAT="cpu %3U %3S"; time "$@" >/dev/null';
  const { stderr } = await run("bash", ["-c", script, "bash", command, ...args], { env: { ...process.env, ...env } });
  const [, user, system] = /^cpu (\S+) (\S+)$/m.exec(stderr) ?? [];
  if (user === undefined || system === undefined)
    throw new Error(`bash's time said nothing about ${command}: ${stderr}`);
  return (Number(user) + Number(system)) * 1000;
}

/** Runs a bundled script with Node and returns the JSON that it prints. */
export async function runScript(path: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<unknown> {
  const { stdout } = await run(process.execPath, [path, ...args], { env: { ...process.env, ...env } });
  return JSON.parse(stdout);
}

/**
 * The same for a script whose standard output is a log, which nobody reads here: returns the message that it sends.
 * Its environment is exactly `env`, and no option of this process is passed on.
 */
export async function hearScript(
  path: string,
  args: readonly string[] = [],
  env: NodeJS.ProcessEnv = process.env,
): Promise<unknown> {
  const child = fork(path, args, { env, execArgv: [], stdio: ["ignore", "ignore", "inherit", "ipc"] });
  const ended = once(child, "close");
  let message: unknown;
  child.once("message", (heard) => {
    message = heard;
  });
  const [code] = await ended;
  if (message === undefined) throw new Error(`${path} ended with ${String(code)} and said nothing.`);
  return message;
}
