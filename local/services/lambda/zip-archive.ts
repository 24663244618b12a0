import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { unzipSync } from "fflate";

const END_OF_DIRECTORY = 0x06054b50;
const DIRECTORY_ENTRY = 0x02014b50;
const MADE_BY_UNIX = 3;
const FILE_TYPE = 0o170000;
const SYMBOLIC_LINK = 0o120000;

/**
 * Unpacks a function's or layer's zip as Lambda does, with the permissions that the zip states: a binary that is not
 * executable there is not executable here. Throws for names that lead outside of `folder`, and for symbolic links.
 */
export function extractZip(zip: Buffer, folder: string): void {
  const modes = readModes(zip);
  for (const [name, data] of Object.entries(unzipSync(zip))) {
    if (name.startsWith("/") || name.includes("\\") || name.split("/").includes(".."))
      throw new Error(`The zip holds "${name}", which leads outside of its own folder.`);
    const path = join(folder, name);
    if (name.endsWith("/")) {
      mkdirSync(path, { recursive: true });
      continue;
    }
    const mode = modes.get(name) ?? 0o644;
    if ((mode & FILE_TYPE) === SYMBOLIC_LINK)
      throw new Error(`The zip holds the symbolic link "${name}"; the laptop runtime unpacks files and folders only.`);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, data);
    chmodSync(path, mode & 0o777);
  }
}

/** The Unix modes in the zip's central directory, which fflate does not tell. */
function readModes(zip: Buffer): Map<string, number> {
  const modes = new Map<string, number>();
  const end = zip.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]));
  if (end < 0 || zip.readUInt32LE(end) !== END_OF_DIRECTORY) throw new Error("This is no zip file.");
  let offset = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0 && zip.readUInt32LE(offset) === DIRECTORY_ENTRY; left--) {
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((at) => zip.readUInt16LE(offset + at));
    const name = zip.toString("utf8", offset + 46, offset + 46 + (nameLength ?? 0));
    if (zip.readUInt8(offset + 5) === MADE_BY_UNIX) modes.set(name, zip.readUInt16LE(offset + 40));
    offset += 46 + (nameLength ?? 0) + (extraLength ?? 0) + (commentLength ?? 0);
  }
  return modes;
}
