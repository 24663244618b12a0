import { type Zippable, zipSync } from "fflate";

export interface ZipEntry {
  readonly bytes: Uint8Array;
  /** Programs and scripts; everything else can only be read. */
  readonly executable?: boolean;
}

/** Entries by their path in the archive, with `/`. */
export type ZipEntries = ReadonlyMap<string, ZipEntry>;

/**
 * fflate writes the date in local time, so this one is local too: the same fields in every time zone. Noon, because no
 * clock was ever changed at noon of that day; 1980 is where the dates of a zip begin.
 */
const FIXED_DATE = new Date(1980, 0, 1, 12);
/** The "made by" of a zip whose entries carry Unix modes. */
const UNIX = 3;
/** Level 9 takes twice the time for 0.1 % (performance.md). */
const LEVEL = 6;

/**
 * The same bytes for the same entries, whatever the machine: sorted names, fixed date and modes, and fflate's own deflate,
 * because that of node:zlib differs between CPUs and Node versions.
 */
export function createZip(entries: ZipEntries): Uint8Array {
  const zippable: Zippable = {};
  for (const [path, entry] of [...entries].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const mode = entry.executable ? 0o100755 : 0o100644;
    zippable[path] = [entry.bytes, { mtime: FIXED_DATE, os: UNIX, attrs: mode << 16, level: LEVEL }];
  }
  return zipSync(zippable);
}
