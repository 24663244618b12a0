import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { FFMPEG_GPL_PARTS, FFMPEG_VERSION } from "../../build/ffmpeg-release.ts";
import { PROJECT_FOLDER } from "../../build/project-folder.ts";
import { listDeployedPrograms } from "../support/deployed-ffmpeg.ts";

const programs = listDeployedPrograms();
const ffmpeg = programs.find(({ asset }) => asset === `ffmpeg-${process.platform}-${process.arch}`);
const skipped =
  "(skipped: no program of the deployed release is at hand, and the suite of convert ran on the host's ffmpeg alone)";

describe("the deployed ffmpeg", () => {
  it("is at hand where .ci/run says so, with a hash that is known", () => {
    const named = process.env.DARKROOM_DEPLOYED_FFMPEG;

    const found = programs.filter(({ path }) => path === named);

    expect(found).toHaveLength(named ? 1 : 0);
  });

  if (programs.length === 0) it.skip(`says the version that the project says of it ${skipped}`, () => {});
  it.each(programs)("$asset is of the version that the project says of it", ({ bytes }) => {
    const told = /(\d+\.\d+(?:\.\d+)?)-static https:\/\/johnvansickle\.com\/ffmpeg\//.exec(bytes.toString("latin1"));

    expect(told?.[1]).toBe(FFMPEG_VERSION);
  });

  if (ffmpeg) {
    it("is under the licence, and holds the parts, that the notice names", () => {
      const say = (flag: string) => execFileSync(ffmpeg.path, ["-hide_banner", flag], { encoding: "utf8" });
      const [licence, configuration, text] = [say("-L"), say("-version"), ffmpeg.bytes.toString("latin1")];

      expect(licence.replaceAll(/\s+/g, " ")).toMatch(
        /GNU General Public License .* version 3 .* or .* any later version/,
      );
      expect(configuration).toMatch(/--enable-gpl --enable-version3 .*--enable-libx264 --enable-libx265/);
      const versions = FFMPEG_GPL_PARTS.flatMap(({ version }) => version ?? []);
      expect(versions.filter((version) => !text.includes(version))).toEqual([]);
    });
  } else it.skip(`is under the licence, and holds the parts, that the notice names ${skipped}`, () => {});

  it("is named by docs/licences.md with its version, its parts' and their source", () => {
    const page = readFileSync(join(PROJECT_FOLDER, "docs/licences.md"), "utf8");

    const named = FFMPEG_GPL_PARTS.filter(({ name }) => name === "x264" || name === "x265");
    const rows = named.map(({ name, version, source }) => `| ${name}, compiled in | ${version} | ${source} |`);
    expect([...rows, `/ffmpeg-${FFMPEG_VERSION}.tar.xz |`].filter((row) => !page.includes(row))).toEqual([]);
  });
});
