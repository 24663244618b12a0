import { unzipSync } from "fflate";
import { describe, expect, it, vi } from "vitest";
import { BuildError } from "../../build/build-error.ts";
import { findMachine, requireArm64 } from "../../build/machine-code.ts";
import { createZip } from "../../build/zip.ts";

/** The first bytes of a program: an ELF header, little endian, 64 bit, for a machine. */
function elfProgram(machine: number): Uint8Array {
  const bytes = new Uint8Array(64);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  new DataView(bytes.buffer).setUint16(18, machine, true);
  return bytes;
}

describe("a zip", () => {
  const text = (words: string) => ({ bytes: Buffer.from(words) });

  it("has the same bytes whatever the order of its entries and the time of day", () => {
    const entries = [
      ["b.txt", text("b")],
      ["a/c.txt", text("c")],
    ] as const;

    const first = createZip(new Map(entries));
    vi.setSystemTime(new Date(2031, 5, 5));
    const second = createZip(new Map([...entries].reverse()));
    vi.useRealTimers();

    expect(Buffer.from(first).equals(Buffer.from(second))).toBe(true);
    expect(Object.keys(unzipSync(first))).toEqual(["a/c.txt", "b.txt"]);
  });

  it("carries the same date in every time zone, and may run what is a program", () => {
    const zip = Buffer.from(createZip(new Map([["bin/ffmpeg", { bytes: Buffer.from("x"), executable: true }]])));

    const central = zip.indexOf(Buffer.from([0x50, 0x4b, 1, 2]));
    const [time, date] = [zip.readUInt16LE(central + 12), zip.readUInt16LE(central + 14)];
    expect({ time, date }).toEqual({ time: 12 << 11, date: (1 << 5) | 1 });
    expect((zip.readUInt32LE(central + 38) >>> 16).toString(8)).toBe("100755");
  });
});

describe("machine code", () => {
  it("is known by its first bytes", () => {
    expect(findMachine(elfProgram(0xb7))).toBe("linux-arm64");
    expect(findMachine(elfProgram(0x3e))).toBe("linux-x64");
    expect(findMachine(Buffer.from("cffaedfe0c00000100000000020000000000000000", "hex"))).toBe("macOS");
    expect(findMachine(Buffer.from("export const handler = 1;"))).toBeUndefined();
  });

  it("P7: for another machine than arm64 Linux is refused by file and machine", () => {
    const entries = new Map([["node_modules/@img/x/x.node", { bytes: elfProgram(0x3e) }]]);

    const check = () => requireArm64("Function resize", entries);

    expect(check).toThrow(BuildError);
    expect(check).toThrow("Function resize: node_modules/@img/x/x.node is a program for linux-x64");
  });
});
