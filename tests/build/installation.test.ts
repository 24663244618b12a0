import { execFile } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findDifference, findUnsupported } from "../../build/installation.mjs";
import { PROJECT_FOLDER } from "../../build/project-folder.ts";

const LINUX = { os: "linux", cpu: "x64", libc: "glibc" };

describe("what is installed", () => {
  const entry = (version: string, more = {}) => ({ version, integrity: `sha512-${version}`, ...more });
  const wanted = {
    packages: {
      "": { version: "1.0.0" },
      "node_modules/a": entry("1.0.0"),
      "node_modules/a-linux": entry("1.0.0", { optional: true, os: ["linux"], cpu: ["x64"], libc: ["glibc"] }),
      "node_modules/a-mac": entry("1.0.0", { optional: true, os: ["darwin"], cpu: ["arm64"] }),
      "node_modules/maybe": entry("1.0.0", { optional: true }),
    },
  };
  const installed = (packages: Record<string, object>) => ({ packages });
  const a = { "node_modules/a": entry("1.0.0") };
  const linux = { "node_modules/a-linux": entry("1.0.0") };

  it("is what the lock file says when all packages for this machine are there", () => {
    expect(findDifference(wanted, installed({ ...a, ...linux }), LINUX)).toBeUndefined();
  });

  it.each([
    ["nothing is there", undefined, "nothing is installed yet"],
    ["a package is missing", installed(linux), "node_modules/a is missing"],
    ["the version is another", installed({ "node_modules/a": entry("0.9.0"), ...linux }), "is 0.9.0, not 1.0.0"],
    [
      "a package is left over",
      installed({ ...a, ...linux, "node_modules/b": {} }),
      "node_modules/b is no longer wanted",
    ],
    ["it was copied from another machine", installed(a), "node_modules/a-linux is missing"],
  ])("differs when %s", (_, found, reason) => {
    expect(findDifference(wanted, found, LINUX)).toContain(reason);
  });
});

describe("a machine that cannot run Darkroom", () => {
  it("is told which Node is needed", () => {
    expect(findUnsupported("18.20.4", "linux")).toContain("This is Node 18.20.4; Darkroom needs 20.19 or newer");
    expect(findUnsupported("20.18.3", "darwin")).toContain("20.19");
    expect(findUnsupported("20.19.0", "linux")).toBeUndefined();
    expect(findUnsupported("24.1.0", "darwin")).toBeUndefined();
  });

  it("is told of WSL where it is Windows", () => {
    expect(findUnsupported("22.0.0", "win32")).toContain("WSL");
  });
});

describe("npm start on a fresh clone", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "darkroom-start-"));
    cpSync(join(PROJECT_FOLDER, "build"), join(folder, "build"), { recursive: true });
    writeFileSync(join(folder, "package.json"), '{"type":"module"}');
    writeFileSync(join(folder, "package-lock.json"), '{"packages":{"node_modules/a":{"version":"1.0.0"}}}');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** npm as a script of our own, first on PATH. */
  const startWithNpm = async (script: string) => {
    const npm = join(folder, "bin/npm");
    mkdirSync(dirname(npm));
    writeFileSync(npm, `#!/bin/sh\n${script}\n`);
    chmodSync(npm, 0o755);
    const env = { PATH: `${dirname(npm)}:${process.env.PATH}` };
    return await promisify(execFile)(process.execPath, ["build/start.mjs"], { cwd: folder, env }).then(
      ({ stdout }) => ({ code: 0, stdout, stderr: "" }),
      (error: { code: number; stdout: string; stderr: string }) => error,
    );
  };

  it("installs from the lock file with install scripts off, before it needs any package", async () => {
    const outcome = await startWithNpm(`echo "$@" > ${join(folder, "called")}`);

    expect(readFileSync(join(folder, "called"), "utf8")).toMatch(/^ci --ignore-scripts/);
    expect(outcome.stdout).toContain("✓ Install packages from package-lock.json (nothing is installed yet)");
  });

  it("says in plain words when npm could not install, and starts nothing", async () => {
    const outcome = await startWithNpm('echo "npm error network down" >&2; exit 1');

    expect(outcome.code).toBe(1);
    expect(outcome.stderr).toContain("npm ci failed:\nnpm error network down");
    expect(outcome.stdout).toContain("Nothing was started. Check the connection");
    expect(outcome.stderr).not.toMatch(/\n\s+at /);
  });

  it("says how to get the lock file back when it is missing", async () => {
    rmSync(join(folder, "package-lock.json"));

    const outcome = await startWithNpm("exit 0");

    expect(outcome.stderr).toContain("git checkout package-lock.json");
    expect(existsSync(join(folder, "node_modules"))).toBe(false);
  });
});

describe("package-lock.json", () => {
  it("P7: names an integrity hash for every package and no download address", () => {
    const lock = JSON.parse(readFileSync(join(PROJECT_FOLDER, "package-lock.json"), "utf8"));
    const packages: Record<string, { integrity?: string; resolved?: string; inBundle?: boolean }> = lock.packages;
    // What a package carries within itself (inBundle) is covered by the hash of that package.
    const entries = Object.entries(packages).filter(([path, { inBundle }]) => path !== "" && !inBundle);

    expect(entries.length).toBeGreaterThan(100);
    expect(entries.filter(([, { integrity }]) => !integrity?.startsWith("sha512-")).map(([path]) => path)).toEqual([]);
    expect(entries.filter(([, { resolved }]) => resolved !== undefined).map(([path]) => path)).toEqual([]);
  });

  it("holds the packages of every machine: npm ci refuses a lock file that lacks one", () => {
    const lock = JSON.parse(readFileSync(join(PROJECT_FOLDER, "package-lock.json"), "utf8"));
    const packages: Record<string, { optionalDependencies?: Record<string, string> }> = lock.packages;
    const names = new Set(Object.keys(packages).map((path) => path.slice(path.lastIndexOf("node_modules/") + 13)));
    const wanted = Object.values(packages).flatMap((entry) => Object.keys(entry.optionalDependencies ?? {}));

    expect(wanted.length).toBeGreaterThan(50);
    expect(wanted.filter((name) => !names.has(name))).toEqual([]);
  });
});
