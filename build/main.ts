import { parseArgs } from "node:util";
import { build } from "./build.ts";
import { BuildError } from "./build-error.ts";
import { step } from "./progress.mjs";
import { PROJECT_FOLDER } from "./project-folder.ts";

const USAGE = `npm run build [-- --laptop]

Builds dist/ for a deploy: function zips, the ffmpeg layer, the page, artifacts.json.
  --laptop  go on without the arm64 ffmpeg, which only a deploy needs
`;

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { laptop: { type: "boolean" }, help: { type: "boolean", short: "h" } } });
  if (values.help) {
    process.stdout.write(USAGE);
    return;
  }
  const mode = values.laptop ? "laptop" : "aws";
  const startedAt = performance.now();
  const { isUnchanged } = await build({ projectFolder: PROJECT_FOLDER, mode, step });
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(2);
  process.stdout.write(isUnchanged ? `  ✓ dist/ is up to date (${seconds} s)\n` : `  ✓ dist/ built in ${seconds} s\n`);
}

main().catch((error: unknown) => {
  const isExpected = error instanceof BuildError || isArgumentError(error);
  process.stderr.write(`\n${isExpected && error instanceof Error ? error.message : describeBug(error)}\n`);
  process.exitCode = 1;
});

function isArgumentError(error: unknown): boolean {
  return error instanceof TypeError && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS");
}

function describeBug(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
