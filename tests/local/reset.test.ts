import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { PROJECT_FOLDER } from "../../build/project-folder.ts";
import { lockStateFolder } from "../../local/state/state-lock.ts";

describe("npm run reset", () => {
  let parent: string;
  let state: string;
  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), "darkroom-reset-"));
    state = join(parent, "state");
    mkdirSync(join(state, "logs"), { recursive: true });
    writeFileSync(join(state, "outputs.json"), "{}");
  });
  afterEach(() => rmSync(parent, { recursive: true, force: true }));

  const reset = (folder = state) =>
    spawnSync(process.execPath, ["--import", "tsx", "local/reset.ts"], {
      cwd: PROJECT_FOLDER,
      env: { ...process.env, DARKROOM_STATE: folder },
      encoding: "utf8",
    });

  it("clears the state folder, and has nothing to do the second time", () => {
    const first = reset();
    const second = reset();

    expect([first.status, first.stdout]).toEqual([0, expect.stringContaining("Cleared")]);
    expect(existsSync(state)).toBe(false);
    expect([second.status, second.stdout]).toEqual([0, expect.stringContaining("nothing to clear")]);
  });

  it("refuses while a runtime runs on the folder, and leaves it whole", () => {
    const lock = lockStateFolder(state);
    const { status, stderr } = reset();
    lock.release();

    expect([status, stderr]).toEqual([1, expect.stringContaining("stop it with Ctrl-C first")]);
    expect(existsSync(join(state, "outputs.json"))).toBe(true);
  });

  it("refuses a folder that no runtime has made, such as somebody's home", () => {
    writeFileSync(join(parent, "thesis.txt"), "years of work");

    const { status, stderr } = reset(parent);

    expect([status, stderr]).toEqual([1, expect.stringContaining("does not look like a state folder")]);
    expect(existsSync(join(parent, "thesis.txt"))).toBe(true);
  });
});
