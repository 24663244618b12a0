import { spawnSync } from "node:child_process";
import { PROJECT_FOLDER } from "../build/project-folder.ts";

/** `npm run docs`: every page that is written from code, each by a process of its own. */
const WRITERS = [
  ...["presets", "pictures", "policy-rules", "parity", "threats"].map((page) => ["--import", "tsx", `docs/${page}.ts`]),
  ["command-line/run.mjs", "cost", "--docs"],
  ["command-line/run.mjs", "capacity", "--docs"],
  ["node_modules/vitest/vitest.mjs", "run", "tests/contracts/media/documents.test.ts", "--update"],
];

const failed = WRITERS.find(
  (args) => spawnSync(process.execPath, args, { cwd: PROJECT_FOLDER, stdio: "inherit" }).status !== 0,
);
if (failed) {
  process.stderr.write(`npm run docs: ${failed.join(" ")} failed; what comes after it was not written.\n`);
  process.exitCode = 1;
}
