import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { PROJECT_FOLDER } from "../../build/project-folder.ts";

/** Put together here, so that this file does not find itself. */
const NPM_REGISTRY = ["registry", "npmjs", "org"].join(".");
const HOME = new RegExp(["/(?:root", "home/[a-z]+", "Users/[a-z]+)/"].join("|"));

const tracked = spawnSync("git", ["ls-files", "-z"], { cwd: PROJECT_FOLDER, encoding: "utf8" });
const paths = (tracked.stdout ?? "")
  .split("\0")
  .filter((path) => path !== "" && existsSync(join(PROJECT_FOLDER, path)));

describe.skipIf(paths.length === 0)("the committed files (skipped where this is no git clone)", () => {
  const find = (isFound: (text: string) => boolean) =>
    paths.filter((path) => isFound(readFileSync(join(PROJECT_FOLDER, path), "latin1")));

  it("P7: name no package registry, so that the person's own setting decides", () => {
    expect(find((text) => text.includes(NPM_REGISTRY))).toEqual([]);
  });

  it("name no folder of a person's machine", () => {
    expect(find((text) => HOME.test(text))).toEqual([]);
  });

  it("hold no machine code, media or archive", () => {
    const binary = /\.(zip|gz|tgz|node|so|dylib|exe|mp4|mov|webm|mp3|m4a|wav|jpe?g|avif|tiff?)$/i;

    expect(paths.filter((path) => binary.test(path))).toEqual([]);
  });
});
