import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { PROJECT_FOLDER } from "./project-folder.ts";

/** A title, and a program of a package with its arguments. */
export type Check = readonly [title: string, command: readonly string[]];

/** `biome/bin/biome` of a package, wherever it is installed. */
export function findProgram(packageName: string, program: string): string {
  return join(dirname(createRequire(import.meta.url).resolve(`${packageName}/package.json`)), program);
}

export const biome = (...args: readonly string[]): Check => [
  "Lint",
  [findProgram("@biomejs/biome", "bin/biome"), ...args],
];
export const TYPES: Check = ["Types", [findProgram("typescript", "bin/tsc"), "--noEmit"]];
export const vitest = (...args: readonly string[]): Check => ["Tests", [findProgram("vitest", "vitest.mjs"), ...args]];

export function runCheck([title, command]: Check): boolean {
  process.stdout.write(`\n── ${title}\n`);
  const { status, signal, error } = spawnSync(process.execPath, command, { cwd: PROJECT_FOLDER, stdio: "inherit" });
  if (signal) process.kill(process.pid, signal);
  if (error) process.stderr.write(`${title} could not be run: ${error.message}\n`);
  return status === 0;
}
