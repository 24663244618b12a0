import { spawnSync } from "node:child_process";
import { PROJECT_FOLDER } from "../build/project-folder.ts";
import { WRITERS } from "./writers.ts";

/** `npm run docs`: each page by a process of its own. */
const failed = WRITERS.find(
  (args) => spawnSync(process.execPath, args, { cwd: PROJECT_FOLDER, stdio: "inherit" }).status !== 0,
);
if (failed) {
  process.stderr.write(`npm run docs: ${failed.join(" ")} failed; what comes after it was not written.\n`);
  process.exitCode = 1;
}
