import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { findPeer } from "../../bench/images/peers.ts";
import { makeTemporaryFolder } from "../support/temporary-folder.ts";

const IMAGEMAGICK = {
  commands: ["magick", "convert"],
  version: { argument: "-version", says: /^Version: ImageMagick/ },
};

describe("a program that ours is measured beside", () => {
  afterEach(() => void vi.unstubAllEnvs());

  /** PATH holds these programs alone; each does this. */
  function install(programs: Readonly<Record<string, string>>): string {
    const folder = join(makeTemporaryFolder("peers"), "bin");
    mkdirSync(folder);
    for (const [name, body] of Object.entries(programs)) {
      writeFileSync(join(folder, name), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
    }
    vi.stubEnv("PATH", folder);
    return folder;
  }

  it("is skipped where it is absent", () => {
    install({});

    expect(findPeer(IMAGEMAGICK)).toEqual({ skipped: "magick or convert is not on PATH" });
  });

  it("is skipped, and said so, where another program has its name, even one that fails or names it in an error", () => {
    const folder = install({ convert: 'echo "convert: ImageMagick is not installed here" >&2; exit 1' });

    expect(findPeer(IMAGEMAGICK)).toEqual({
      skipped: `${join(folder, "convert")} is another program of that name: \`-version\` does not say ^Version: ImageMagick`,
    });
  });

  it("is the first of its names that says it is it", () => {
    const folder = install({ magick: "exit 3", convert: 'echo "Version: ImageMagick 7.1.1 Q16"' });

    expect(findPeer(IMAGEMAGICK)).toEqual({ path: join(folder, "convert") });
  });
});
