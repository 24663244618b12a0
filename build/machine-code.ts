import { BuildError } from "./build-error.ts";
import type { ZipEntries } from "./zip.ts";

/** `e_machine` of an ELF header, for the machines that we meet (the ELF specification's table). */
const ELF_MACHINES: Readonly<Record<number, string>> = { 40: "arm", 62: "x64", 183: "arm64", 243: "riscv64" };
const MACH_O = new Set([0xfeedface, 0xfeedfacf, 0xcefaedfe, 0xcffaedfe, 0xcafebabe]);

/** What these bytes are machine code for, `linux-arm64` say; undefined when they are no program. */
export function findMachine(bytes: Uint8Array): string | undefined {
  if (bytes.length < 20) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(0) === 0x7f454c46) {
    const machine = view.getUint16(18, view.getUint8(5) !== 2);
    return `linux-${ELF_MACHINES[machine] ?? `machine ${machine}`}`;
  }
  if (MACH_O.has(view.getUint32(0))) return "macOS";
  if (view.getUint16(0) === 0x4d5a) return "Windows";
  return undefined;
}

/** Throws when an archive for Lambda holds a program for another machine than arm64 Linux (threats.md P7). */
export function requireArm64(archive: string, entries: ZipEntries): void {
  for (const [path, { bytes }] of entries) {
    const machine = findMachine(bytes);
    if (machine === undefined || machine === "linux-arm64") continue;
    throw new BuildError(
      `${archive}: ${path} is a program for ${machine}, but Lambda runs it on linux-arm64.\n` +
        "Check where it came from, delete the .cache folder and build again.",
    );
  }
}
