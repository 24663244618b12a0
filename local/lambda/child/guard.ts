import { createInterface } from "node:readline";
import { killTree } from "../process-tree.ts";

/**
 * Outlives the laptop runtime by a moment: when the runtime dies, even by `kill -9`, this process's input ends, and it
 * kills every execution environment that is left, with all that they started. Lines: `+<pid>` and `-<pid>`.
 */
const environments = new Set<number>();
const lines = createInterface({ input: process.stdin });
lines.on("line", (line) => {
  const pid = Number(line.slice(1));
  if (line.startsWith("+")) environments.add(pid);
  else environments.delete(pid);
});
lines.on("close", () => {
  for (const pid of environments) killTree(pid);
  process.exit(0);
});
