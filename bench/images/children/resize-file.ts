import { readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { resizeTo } from "../ours.ts";

/** `<source> <folder>`: the four JPEG of a file, as files. */
const [source, folder] = process.argv.slice(2);
if (source === undefined || folder === undefined) throw new Error("Expected a source and a folder.");

await resizeTo(readFileSync(source), "jpeg", (key, body) => writeFileSync(join(folder, basename(key)), body));
