import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { damagedState } from "./damaged-state.ts";
import { readStateFile, writeStateFile } from "./state-file.ts";

const LIST = "files.json";
const list = z.strictObject({ files: z.array(z.string().regex(/^[\w./-]+$/)) });

/** The runtime's own; all else is a service's, or made anew, or missed by nobody: logs, unpacked code, addresses. */
const OWN_FILES = { name: ".", stateFiles: /^(credentials|ports)\.json$/ };

/**
 * Throws Refusal for every file that an earlier start has left and that is not there any more: a service that found
 * nothing would begin with nothing, and nobody would hear of it (threats.md L3).
 */
export function requireStateFiles(stateFolder: string): void {
  const path = join(stateFolder, LIST);
  if (!existsSync(path)) return;
  const missing = readStateFile(path, list).files.filter((file) => !existsSync(join(stateFolder, file)));
  const [first, ...others] = missing;
  if (first === undefined) return;
  const rest = others.length > 0 ? `, and so ${others.length > 1 ? "are" : "is"} ${others.join(", ")}` : "";
  throw damagedState(join(stateFolder, first), `is missing${rest}`);
}

/** Writes down which files there are. */
export function recordStateFiles(
  stateFolder: string,
  services: readonly { readonly name: string; readonly stateFiles?: RegExp }[],
): void {
  const files = [OWN_FILES, ...services].flatMap(({ name: folder, stateFiles: names }) => {
    if (!names) return [];
    const path = join(stateFolder, folder);
    const found = existsSync(path) ? readdirSync(path).filter((name) => names.test(name)) : [];
    return found.map((name) => (folder === "." ? name : `${folder}/${name}`));
  });
  writeStateFile(join(stateFolder, LIST), { files: files.sort() });
}
