import { spawn } from "node:child_process";
import { constants } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { asksForHelp, readCommandLine, UsageError } from "./command-line.mjs";
import { SCRIPTS } from "./scripts.mjs";

/**
 * Every npm script: `node command-line/run.mjs <script> <what was typed>`. Help is answered and a word that nobody heeds is
 * refused before anything runs. package.json says `exec`: npm hands signals to the shell that it starts, and a shell that waits
 * for its child dies of them alone.
 */
const PROJECT = fileURLToPath(new URL("..", import.meta.url));

/** @param {string} script @param {readonly string[]} args */
async function main(script, args) {
  const name = /** @type {import("./scripts.mjs").ScriptName} */ (script);
  /** @type {import("./scripts.mjs").Script} */
  const { usage, before = [], program } = SCRIPTS[name];
  if (asksForHelp(args)) {
    process.stdout.write(usage);
    return;
  }
  const { values } = readCommandLine(name, args);
  const [file = "", ...own] = program;
  if (!file.endsWith(".mjs")) await registerTypeScript();
  for (const { command, isSilent, isNeeded } of before) {
    if (isNeeded?.(values) ?? true) await runStep(command, isSilent ?? false);
  }
  // One process from here on: there is nothing between a signal and the program.
  const path = join(PROJECT, file);
  process.argv = [process.argv[0] ?? "", path, ...own, ...args];
  await import(pathToFileURL(path).href);
}

async function registerTypeScript() {
  try {
    const { register } = await import("tsx/esm/api");
    register();
  } catch (error) {
    const isAbsent = error instanceof Error && "code" in error && error.code === "ERR_MODULE_NOT_FOUND";
    if (!isAbsent) throw error;
    process.stderr.write("Nothing is installed yet: run npm ci, or npm start, which does so by itself.\n");
    process.exit(1);
  }
}

/** A step that fails or is stopped ends the script with its code. @param {readonly string[]} command @param {boolean} isSilent */
async function runStep(command, isSilent) {
  const args = ["--import", "tsx", ...command];
  const child = spawn(process.execPath, args, {
    cwd: PROJECT,
    stdio: ["inherit", isSilent ? "ignore" : "inherit", "inherit"],
  });
  /** @param {NodeJS.Signals} signal */
  const hand = (signal) => child.kill(signal);
  /** @type {readonly NodeJS.Signals[]} */
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
  for (const signal of signals) process.on(signal, hand);
  /** @type {number} */
  const code = await new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => resolve(signal ? 128 + constants.signals[signal] : (code ?? 1)));
  });
  for (const signal of signals) process.off(signal, hand);
  if (code !== 0) process.exit(code);
}

const [, , script = "", ...args] = process.argv;
try {
  if (!Object.hasOwn(SCRIPTS, script))
    throw new Error(`There is no script "${script}": ${Object.keys(SCRIPTS).join(", ")}.`);
  await main(script, args);
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
