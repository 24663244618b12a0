import { rmSync, statSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { Refusal } from "./model/refusal.ts";
import { parseSettings } from "./settings.ts";
import { isDiskFull } from "./state/disk-full.ts";
import { lockStateFolder } from "./state/state-lock.ts";

/**
 * `npm run reset`: clears the state folder. Takes its lock first, so that the files of a runtime that is running are not
 * taken from under it.
 */
function main(): void {
  const folder = resolve(join(import.meta.dirname, ".."), parseSettings(process.env).stateFolder);
  const name = relative(process.cwd(), folder) || folder;
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    process.stdout.write(`There is nothing to clear: ${name} does not exist.\n`);
    return;
  }
  requireStateFolder(folder);
  lockForReset(folder);
  rmSync(folder, { recursive: true, force: true });
  process.stdout.write(`Cleared ${name}: the next npm start begins anew.\n`);
}

/** DARKROOM_STATE may name any folder, by mistake a person's home: only one that a runtime has made is removed. */
function requireStateFolder(folder: string): void {
  const known = ["logs", "lock", "outputs.json"];
  if (known.some((name) => statSync(join(folder, name), { throwIfNoEntry: false }))) return;
  throw new Refusal("Nothing was cleared:", [`${folder} does not look like a state folder of the laptop runtime`]);
}

function lockForReset(folder: string): void {
  try {
    lockStateFolder(folder);
  } catch (error) {
    // Nobody holds it, and there is no room to say that we do: clearing is what makes room.
    if (isDiskFull(error)) return;
    if (!(error instanceof Refusal)) throw error;
    throw new Refusal("Nothing was cleared:", error.problems);
  }
}

try {
  main();
} catch (error) {
  process.stderr.write(`\n${error instanceof Refusal ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
