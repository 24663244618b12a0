import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { resize } from "../ours.ts";
import { peakMemoryMb } from "./peak-memory.ts";

/** `<folder> <count>`: pictures one after another, warm; prints the peak of its own resident set, in MB. */
const [folder = ".", count = "1"] = process.argv.slice(2);
const files = (await readdir(folder)).sort();

for (let done = 0; done < Number(count); done++) {
  const file = files[done % files.length];
  if (file !== undefined) await resize(await readFile(join(folder, file)), { avif: true });
}
process.stdout.write(JSON.stringify({ peakMb: peakMemoryMb() }));
