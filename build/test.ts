import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { PROJECT_FOLDER } from "./project-folder.ts";

/**
 * The second half of `npm test`: lint, types and every test; all of them, so that one run shows all problems. Arguments go
 * to vitest (`npm test -- tests/build`). vitest builds dist/ once before the tests (tests/support/global-setup.ts).
 */
const [biome, tsc, vitest] = [
  ["@biomejs/biome", "bin/biome"],
  ["typescript", "bin/tsc"],
  ["vitest", "vitest.mjs"],
].map(([name = "", program = ""]) => join(findPackageFolder(name), program));

const report = process.env.DARKROOM_TEST_REPORT;
const reporters = report ? ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`] : [];
const checks: readonly (readonly [string, readonly (string | undefined)[]])[] = [
  ["Lint", [biome, "ci"]],
  ["Types", [tsc, "--noEmit"]],
  ["Tests", [vitest, "run", ...reporters, ...process.argv.slice(2)]],
];

function findPackageFolder(name: string): string {
  return dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
}

function runCheck(title: string, command: readonly (string | undefined)[]): boolean {
  process.stdout.write(`\n── ${title}\n`);
  const args = command.filter((part) => part !== undefined);
  const { status, signal, error } = spawnSync(process.execPath, args, { cwd: PROJECT_FOLDER, stdio: "inherit" });
  if (signal) process.kill(process.pid, signal);
  if (error) process.stderr.write(`${title} could not be run: ${error.message}\n`);
  return status === 0;
}

const failed = checks.filter(([title, command]) => !runCheck(title, command)).map(([title]) => title);
if (failed.length > 0) {
  process.stderr.write(`\nnpm test: ${failed.join(", ")} failed.\n`);
  process.exitCode = 1;
}
