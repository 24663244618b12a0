import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ArtifactManifest } from "../../../../contracts/artifacts.ts";
import { CodeStore } from "../../../../local/services/lambda/code-store.ts";
import { writeZip } from "./function-zip.ts";

let folder: string;
let lines: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "darkroom-code-"));
  lines = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

const sha256 = (path: string) => createHash("sha256").update(readFileSync(path)).digest("hex");
const write = (path: string, text: string) => {
  mkdirSync(join(folder, path, ".."), { recursive: true });
  writeFileSync(join(folder, path), text);
};
const openStore = (zipPath: string, more: Partial<ArtifactManifest> = {}) => {
  const entry = { path: "x", sha256: sha256(zipPath), bytes: 1, architecture: "arm64" as const, licences: [] };
  const artifacts: ArtifactManifest = {
    schema: 1,
    functions: { resize: { ...entry, nativeModules: ["sharp"] } },
    layers: { ffmpeg: { ...entry, target: "aws" } },
    sites: {},
    laptop: { nodeModules: "laptop/modules", layers: { ffmpeg: "laptop/ffmpeg" } },
    ...more,
  };
  const log = ({ message }: { message: string }) => void lines.push(message);
  return new CodeStore({ folder: join(folder, "state"), artifactsFolder: folder, artifacts, log });
};

describe("a function's code", () => {
  it("is unpacked once, with this machine's native modules laid over it, and that is said", () => {
    const zip = writeZip(folder, "resize", { "index.mjs": "x", "node_modules/@img/sharp-linux-arm64/a.node": "arm" });
    write("laptop/modules/@img/sharp-host/a.node", "host");
    const store = openStore(zip);

    const root = store.unpackFunction(zip);

    expect(readFileSync(join(root, "node_modules/@img/sharp-host/a.node"), "utf8")).toBe("host");
    expect(readFileSync(join(root, "index.mjs"), "utf8")).toBe("x");
    expect(lines).toEqual(["resize: this machine's own sharp are laid over the bundle"]);
    const { ino } = statSync(join(root, "index.mjs"));
    expect(store.unpackFunction(zip)).toBe(root);
    expect(statSync(join(root, "index.mjs")).ino).toBe(ino);
  });

  it("is unpacked anew when this machine's modules have changed", () => {
    const zip = writeZip(folder, "resize", { "index.mjs": "x" });
    write("laptop/modules/sharp/a.node", "old");
    const before = openStore(zip).unpackFunction(zip);

    write("laptop/modules/sharp/a.node", "newer");

    const after = openStore(zip).unpackFunction(zip);
    expect(after).not.toBe(before);
    expect(readFileSync(join(after, "node_modules/sharp/a.node"), "utf8")).toBe("newer");
  });

  it("without native modules is left as it is", () => {
    const native = writeZip(folder, "resize", { "index.mjs": "native" });
    const plain = writeZip(folder, "plain", { "index.mjs": "plain" });
    write("laptop/modules/sharp/a.node", "host");

    const root = openStore(native).unpackFunction(plain);

    expect(existsSync(join(root, "node_modules"))).toBe(false);
    expect(lines).toEqual([]);
  });
});

describe("a layer", () => {
  it("has this machine's binaries in the place of Lambda's", () => {
    const zip = writeZip(folder, "ffmpeg", { "bin/ffmpeg": "arm", "bin/ffprobe": "arm", LICENCE: "GPL" });
    write("laptop/ffmpeg/bin/ffmpeg", "host");
    chmodSync(join(folder, "laptop/ffmpeg/bin/ffmpeg"), 0o755);

    const root = openStore(zip).unpackLayers([{ name: "darkroom-dev-media-ffmpeg", zipPath: zip }]);

    expect(readFileSync(join(root, "bin/ffmpeg"), "utf8")).toBe("host");
    expect(statSync(join(root, "bin/ffmpeg")).mode & 0o111).toBe(0o111);
    expect(readFileSync(join(root, "LICENCE"), "utf8")).toBe("GPL");
    expect(lines).toEqual(["layer ffmpeg: this machine's own binaries are laid over it"]);
  });

  it("is as it was built where this machine has no binaries for it, and that is said", () => {
    const zip = writeZip(folder, "ffmpeg", { "bin/ffmpeg": "arm" });

    openStore(zip, { laptop: { nodeModules: "x", layers: {} } }).unpackLayers([{ name: "ffmpeg", zipPath: zip }]);

    expect(lines[0]).toContain("layer ffmpeg: this machine has no binaries of its own for it");
  });

  it("lies over the layers before it", () => {
    const first = writeZip(folder, "first", { a: "1", b: "1" });
    const second = writeZip(folder, "second", { b: "2" });

    const root = openStore(first, { layers: {} }).unpackLayers([
      { name: "first", zipPath: first },
      { name: "second", zipPath: second },
    ]);

    expect([readFileSync(join(root, "a"), "utf8"), readFileSync(join(root, "b"), "utf8")]).toEqual(["1", "2"]);
  });
});
