import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { PROJECT_FOLDER } from "../../build/project-folder.ts";
import { SCRIPTS, type ScriptName } from "../../command-line/scripts.mjs";
import { makeTemporaryFolder } from "../support/temporary-folder.ts";

const { scripts } = JSON.parse(readFileSync(join(PROJECT_FOLDER, "package.json"), "utf8")) as {
  readonly scripts: Readonly<Record<string, string>>;
};
const names = Object.keys(scripts);

/** A fresh clone, where nothing is installed: what is answered here needs nothing, and can do nothing. */
let clone: string;
beforeEach(() => {
  clone = makeTemporaryFolder("clone");
  for (const name of ["command-line", "build", "package.json"]) {
    cpSync(join(PROJECT_FOLDER, name), join(clone, name), { recursive: true });
  }
  mkdirSync(join(clone, ".darkroom"));
  writeFileSync(join(clone, ".darkroom/outputs.json"), "{}");
});

/** As npm does it: the script's line, and the words behind it. Its seconds are those of the CPU: a busy machine adds none. */
function run(name: string, ...args: readonly string[]) {
  const line = `( ${scripts[name]} "$@" ); code=$?; times >&3; exit $code`;
  const result = spawnSync("sh", ["-c", line, "sh", ...args], {
    cwd: clone,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe", "pipe"],
  });
  const ofChildren = String(result.output[3]).trim().split("\n").at(-1) ?? "";
  const seconds = [...ofChildren.matchAll(/(\d+)m([\d.]+)s/g)].map(
    ([, minutes, rest]) => Number(minutes) * 60 + Number(rest),
  );
  return { ...result, seconds: seconds.reduce((sum, it) => sum + it, 0) };
}

const listFiles = () => readdirSync(clone, { recursive: true }).map(String).sort();

describe("npm run", () => {
  it("knows every script of package.json, each by itself alone", () => {
    expect(names.sort()).toEqual(Object.keys(SCRIPTS).sort());
    // A shell in between would die of a signal, and leave what it waits for alone.
    expect(Object.entries(scripts).filter(([name, line]) => line !== `exec node command-line/run.mjs ${name}`)).toEqual(
      [],
    );
  });

  it.each(names)("%s answers --help and -h within a second, before anything is installed, and does nothing", (name) => {
    const before = listFiles();

    const long = run(name, "--help");
    const amongOthers = run(name, "--no-such-option", "-h");

    expect(long.seconds).toBeGreaterThan(0);
    expect(long.seconds).toBeLessThan(1);
    expect([long.status, amongOthers.status]).toEqual([0, 0]);
    expect([long.stderr, amongOthers.stderr]).toEqual(["", ""]);
    expect(long.stdout).toMatch(new RegExp(`npm (run )?${name}\\b`));
    expect(amongOthers.stdout).toBe(long.stdout);
    expect(listFiles()).toEqual(before);
  });

  it.each(names)("%s refuses by name what it does not heed, says what it does, and does nothing", (name) => {
    const before = listFiles();

    const { status, stderr, stdout } = run(name, "--no-such-option");

    expect(status).toBe(1);
    expect(stderr).toContain(`npm run ${name}: it does not heed --no-such-option.`);
    expect(stderr).toContain(SCRIPTS[name as ScriptName].usage.trim());
    expect(stdout).toBe("");
    expect(listFiles()).toEqual(before);
  });

  it.each(["reset", "lint", "format", "synth", "build", "docs", "bootstrap"])(
    "%s refuses a word that is no option",
    (name) => {
      const { status, stderr } = run(name, "everything");

      expect(status).toBe(1);
      expect(stderr).toContain(`npm run ${name}: it does not heed "everything".`);
    },
  );

  it("says what to do where nothing is installed", () => {
    const { status, stderr } = run("cost");

    expect(status).toBe(1);
    expect(stderr).toContain("Nothing is installed yet: run npm ci");
  });
});
