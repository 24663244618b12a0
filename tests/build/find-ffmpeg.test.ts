import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FFMPEG_ASSETS } from "../../build/ffmpeg-release.ts";
import { findHostFfmpeg, type HostFfmpeg } from "../../build/find-ffmpeg.ts";
import { downloadStatic, procureFfmpeg } from "../../build/procure-ffmpeg.ts";

describe("this machine's ffmpeg", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "darkroom-ffmpeg-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const place = (path: string, mode = 0o755): string => {
    const program = join(folder, path);
    mkdirSync(dirname(program), { recursive: true });
    writeFileSync(program, "#!/bin/sh\n");
    chmodSync(program, mode);
    return program;
  };
  const find = (environment: Record<string, string> = {}) =>
    findHostFfmpeg({
      environment: { PATH: `${join(folder, "empty")}:${join(folder, "bin")}`, ...environment },
      staticFfmpeg: join(folder, "ffmpeg-static/ffmpeg"),
      fetchedFfprobe: join(folder, "cache/ffprobe"),
    });

  it("is that of FFMPEG_BIN, before ffmpeg-static's, before the one on PATH", async () => {
    const onPath = place("bin/ffmpeg");
    const first = await find();
    const downloaded = place("ffmpeg-static/ffmpeg");
    const second = await find();
    const chosen = place("mine/ffmpeg-7");
    const third = await find({ FFMPEG_BIN: chosen });

    expect([first, second, third].map(({ ffmpeg }) => ffmpeg)).toEqual([
      { path: onPath, source: "PATH" },
      { path: downloaded, source: "ffmpeg-static" },
      { path: chosen, source: "FFMPEG_BIN" },
    ]);
  });

  it("comes with the ffprobe of FFPROBE_BIN, before the one beside it, the fetched one and the one on PATH", async () => {
    place("ffmpeg-static/ffmpeg");
    const onPath = place("bin/ffprobe");
    const first = await find();
    const fetched = place("cache/ffprobe");
    const second = await find();
    const beside = place("ffmpeg-static/ffprobe");
    const third = await find();
    const chosen = place("mine/probe");
    const fourth = await find({ FFPROBE_BIN: chosen });

    expect([first, second, third, fourth].map(({ ffprobe }) => ffprobe?.path)).toEqual([
      onPath,
      fetched,
      beside,
      chosen,
    ]);
  });

  it("is not a file that cannot be run, nor a folder, nor the path of ffmpeg-static where nothing was downloaded", async () => {
    place("ffmpeg-static/ffmpeg", 0o644);
    mkdirSync(join(folder, "bin/ffmpeg"), { recursive: true });

    expect(await find()).toEqual({ ffmpeg: undefined, ffprobe: undefined });
  });

  it("is not looked for elsewhere when FFMPEG_BIN names something that cannot be run", async () => {
    place("bin/ffmpeg");

    await expect(find({ FFMPEG_BIN: "/nowhere/ffmpeg" })).rejects.toThrow(
      'FFMPEG_BIN is set to "/nowhere/ffmpeg", which is not a program that can be run',
    );
  });
});

describe("npm start's search for ffmpeg", () => {
  const NOTHING: HostFfmpeg = { ffmpeg: undefined, ffprobe: undefined };
  const program = (path: string) => ({ path, source: "PATH" });

  /** Sources that note that they were asked, and make the search find what they brought. */
  function createSearch(brings: Partial<Record<"static" | "ffprobe" | "apt", Partial<HostFfmpeg>>>, hasApt = true) {
    const asked: string[] = [];
    const said: string[] = [];
    let found = NOTHING;
    const bring = (name: "static" | "ffprobe" | "apt") => async () => {
      asked.push(name);
      const brought = brings[name];
      if (!brought) throw new Error(`${name} is out of reach`);
      found = { ...found, ...brought };
    };
    const sources = {
      downloadStatic: bring("static"),
      downloadFfprobe: bring("ffprobe"),
      installByApt: hasApt ? bring("apt") : undefined,
    };
    return {
      asked,
      said,
      run: () =>
        procureFfmpeg(
          async () => found,
          sources,
          (text) => said.push(text),
        ),
    };
  }

  it("asks ffmpeg-static's release first and leaves the system alone when that has both programs", async () => {
    const search = createSearch({ static: { ffmpeg: program("/a") }, ffprobe: { ffprobe: program("/b") } });

    await search.run();

    expect(search.asked).toEqual(["static", "ffprobe"]);
  });

  it("installs Debian's, and says so, where the download does not work", async () => {
    const search = createSearch({ apt: { ffmpeg: program("/a"), ffprobe: program("/b") } });

    const found = await search.run();

    expect(search.asked).toEqual(["static", "ffprobe", "apt"]);
    expect(search.said).toContain("Running as root on Debian: apt-get install ffmpeg");
    expect(found.ffprobe?.path).toBe("/b");
  });

  it("goes on without, and says what to install, where nothing works", async () => {
    const search = createSearch({}, false);

    const found = await search.run();

    expect(found).toEqual(NOTHING);
    expect(search.said.at(-1)).toContain("Going on without ffmpeg and ffprobe: images work");
    expect(search.said.at(-1)).toContain("apt-get install ffmpeg");
  });

  it("tries nothing where both programs are there", async () => {
    const both = { ffmpeg: program("/a"), ffprobe: program("/b") };
    const search = createSearch({});

    const found = await procureFfmpeg(
      async () => both,
      { downloadStatic: search.run as never, downloadFfprobe: search.run as never, installByApt: undefined },
      (text) => search.said.push(text),
    );

    expect([found, search.said]).toEqual([both, []]);
  });
});

describe("the programs whose SHA-256 is known", () => {
  it.each(["linux-x64", "linux-arm64", "darwin-x64", "darwin-arm64"])("P7: are both of %s", (machine) => {
    for (const name of ["ffmpeg", "ffprobe"]) {
      const { archive = "", program = "" } = FFMPEG_ASSETS[`${name}-${machine}`] ?? {};
      expect([archive, program].join(" ")).toMatch(/^[0-9a-f]{64} [0-9a-f]{64}$/);
    }
  });
});

describe("ffmpeg-static's own download", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "darkroom-static-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("P7: is not begun for a machine whose program has no known hash", async () => {
    writeFileSync(join(folder, "install.js"), 'require("fs").writeFileSync("ffmpeg", "anything")');

    await expect(downloadStatic(folder, "ffmpeg-win32-x64")).rejects.toThrow(
      "no SHA-256 is known for ffmpeg-win32-x64, so nothing was fetched",
    );
    expect(existsSync(join(folder, "ffmpeg"))).toBe(false);
  });

  it("P7: is deleted when the program that it brought does not have the expected hash", async () => {
    const server = createServer((_, response) => response.end()).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const address = server.address();
    const port = typeof address === "object" && address ? address.port : 0;
    vi.stubEnv("FFMPEG_BINARIES_URL", `http://127.0.0.1:${port}`);
    writeFileSync(join(folder, "install.js"), 'require("fs").writeFileSync("ffmpeg", "something else")');

    const failure = downloadStatic(folder, "ffmpeg-other-x64", {
      "ffmpeg-other-x64": { archive: "", program: "0".repeat(64) },
    });

    await expect(failure).rejects.toThrow("does not have the SHA-256 that is expected, and was deleted");
    expect(existsSync(join(folder, "ffmpeg"))).toBe(false);
    vi.unstubAllEnvs();
    await new Promise((resolve) => server.close(resolve));
  });
});
