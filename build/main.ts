import { readCommandLine, UsageError } from "../command-line/command-line.mjs";
import { build } from "./build.ts";
import { BuildError } from "./build-error.ts";
import { step } from "./progress.mjs";
import { PROJECT_FOLDER } from "./project-folder.ts";

async function main(): Promise<void> {
  const { values } = readCommandLine("build", process.argv.slice(2));
  const mode = values.laptop ? "laptop" : "aws";
  const startedAt = performance.now();
  const { isUnchanged } = await build({ projectFolder: PROJECT_FOLDER, mode, step });
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(2);
  process.stdout.write(isUnchanged ? `  ✓ dist/ is up to date (${seconds} s)\n` : `  ✓ dist/ built in ${seconds} s\n`);
}

main().catch((error: unknown) => {
  const isExpected = error instanceof BuildError || error instanceof UsageError;
  process.stderr.write(`\n${isExpected && error instanceof Error ? error.message : describeBug(error)}\n`);
  process.exitCode = 1;
});

function describeBug(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
