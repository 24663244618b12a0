import { createInterface } from "node:readline";
import type { ProcessIdentity } from "../../../process-identity.ts";
import { ProcessFamily } from "../process-family.ts";

/** A line of the guard's input: an execution environment has started, or is gone. */
export type GuardNotice =
  | { readonly started: ProcessIdentity; readonly mark: string }
  | { readonly ended: ProcessIdentity };

/**
 * Outlives the laptop runtime by a moment: when the runtime dies, even by `kill -9`, this process's input ends, and it
 * kills every execution environment that is left, with all that they started.
 */
const environments = new Map<number, ProcessFamily>();
const lines = createInterface({ input: process.stdin });
lines.on("line", (line) => {
  const notice = JSON.parse(line) as GuardNotice;
  if ("started" in notice) environments.set(notice.started.pid, new ProcessFamily(notice.started, notice.mark));
  else environments.delete(notice.ended.pid);
});
lines.on("close", () => {
  for (const family of environments.values()) family.kill();
  process.exit(0);
});
