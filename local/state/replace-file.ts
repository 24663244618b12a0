import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from "node:fs";

/**
 * Writes a file whole or not at all: aside, onto the disk, renamed over the old one. There is a good file at every
 * moment, on a full disk too; where writing fails, no draft stays.
 */
export function replaceFile(path: string, data: string | Buffer, mode = 0o600): void {
  const draft = `${path}.new`;
  try {
    rmSync(draft, { force: true });
    const descriptor = openSync(draft, "wx", mode);
    try {
      writeFully(descriptor, typeof data === "string" ? Buffer.from(data) : data, 0);
      // Renamed before its bytes are down, a file may be empty after a power cut.
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}

/** A write may take less than it was given, on a disk that is nearly full for one. */
export function writeFully(descriptor: number, data: Buffer, position: number): void {
  for (let written = 0; written < data.length; )
    written += writeSync(descriptor, data, written, data.length - written, position + written);
}
