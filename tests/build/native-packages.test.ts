import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  findNativePackages,
  LAMBDA_PLATFORM,
  type LockFile,
  readLockFile,
  stagePackages,
} from "../../build/native-packages.ts";
import { PROJECT_FOLDER } from "../../build/project-folder.ts";

describe("the packages with machine code", () => {
  let lock: LockFile;
  let cacheFolder: string;
  beforeAll(async () => {
    lock = await readLockFile(PROJECT_FOLDER);
    cacheFolder = mkdtempSync(join(tmpdir(), "darkroom-native-"));
  });
  afterAll(() => rmSync(cacheFolder, { recursive: true, force: true }));

  it("that sharp needs on Lambda are those for arm64 Linux with glibc", () => {
    const found = findNativePackages(lock, ["sharp", "zod"], LAMBDA_PLATFORM);

    expect(found).toEqual(["@img/sharp-libvips-linux-arm64", "@img/sharp-linux-arm64"]);
  });

  it("stand in the lock file for every machine that the project is developed on", () => {
    const machines = [
      { os: "linux", cpu: "x64", libc: "glibc" },
      { os: "linux", cpu: "arm64", libc: "musl" },
      { os: "darwin", cpu: "arm64" },
      { os: "darwin", cpu: "x64" },
    ];

    const found = machines.map((machine) => findNativePackages(lock, ["sharp", "esbuild"], machine).length);

    expect(found).toEqual([3, 3, 3, 3]);
  });

  it("P7: are refused by npm when what it fetched does not have the lock file's integrity", async () => {
    // Small and without dependencies, so that npm has but one thing to complain of.
    const name = "@img/colour";
    const entry = lock.packages[`node_modules/${name}`] ?? {};
    const tampered = { packages: { [`node_modules/${name}`]: { ...entry, integrity: `sha512-${"A".repeat(86)}==` } } };

    const failure = stagePackages(tampered, [name], cacheFolder);

    await expect(failure).rejects.toThrow(/Could not fetch the packages[\s\S]*EINTEGRITY/);
    expect(readdirSync(join(cacheFolder, "native"))).toEqual([]);
  });

  it("are asked for with exact versions, integrity and no install scripts, and only once", async () => {
    const calls: (readonly string[])[] = [];
    const npm = async (args: readonly string[]) => {
      calls.push(args);
    };

    const first = await stagePackages(lock, ["@img/sharp-linux-arm64"], cacheFolder, npm);
    const second = await stagePackages(lock, ["@img/sharp-linux-arm64"], cacheFolder, npm);

    expect(second).toBe(first);
    expect(calls).toEqual([expect.arrayContaining(["ci", "--ignore-scripts"])]);
  });

  it("are not fetched at all when the lock file has no integrity for them", async () => {
    const bare: LockFile = { packages: { "node_modules/x": { version: "1.0.0" } } };

    await expect(stagePackages(bare, ["x"], cacheFolder)).rejects.toThrow("has no version and integrity for x");
  });
});
