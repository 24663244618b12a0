import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { unzipSync } from "fflate";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { build } from "../../build/build.ts";
import { type AssetHashes, FFMPEG_ASSETS, fetchProgram, sha256 } from "../../build/ffmpeg-release.ts";
import { createFixtureProject } from "./fixture-project.ts";

/** An arm64 program as far as its header goes; what follows does not compress. */
function createProgram(name: string): Buffer {
  const header = Buffer.alloc(64);
  header.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  header.writeUInt16LE(0xb7, 18);
  return Buffer.concat([header, Buffer.from(name.repeat(2_000))]);
}

const PROGRAMS = { "ffmpeg-linux-arm64": createProgram("ffmpeg"), "ffprobe-linux-arm64": createProgram("ffprobe") };
const ARCHIVES = Object.fromEntries(Object.entries(PROGRAMS).map(([name, bytes]) => [name, gzipSync(bytes)]));
const ASSETS: Record<string, AssetHashes> = Object.fromEntries(
  Object.entries(PROGRAMS).map(([name, program]) => {
    return [name, { archive: sha256(ARCHIVES[name] ?? Buffer.alloc(0)), program: sha256(program) }];
  }),
);

describe("the programs of the ffmpeg release", () => {
  let server: Server;
  let requests: string[];
  let answer: RequestListener;
  let baseUrl: string;
  let cacheFolder: string;

  const serveRelease: RequestListener = (request, response) => {
    const asset = /^\/b6\.1\.1\/(.+)\.gz$/.exec(request.url ?? "")?.[1] ?? "";
    const archive = ARCHIVES[asset];
    response.writeHead(archive ? 200 : 404).end(archive);
  };

  beforeEach(async () => {
    requests = [];
    answer = serveRelease;
    cacheFolder = mkdtempSync(join(tmpdir(), "darkroom-cache-"));
    server = createServer((request, response) => {
      requests.push(request.url ?? "");
      answer(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    rmSync(cacheFolder, { recursive: true, force: true });
  });

  const fetchFfmpeg = (assets = ASSETS) =>
    fetchProgram("ffmpeg-linux-arm64", { cacheFolder, baseUrl, assets, stallMs: 200 });
  const cached = () => readdirSync(cacheFolder, { recursive: true }).filter((name) => String(name).includes("linux"));

  it("are fetched from the mirror, unpacked, made executable, and not fetched a second time", async () => {
    const path = await fetchFfmpeg();
    const again = await fetchFfmpeg();

    expect(readFileSync(path).equals(PROGRAMS["ffmpeg-linux-arm64"])).toBe(true);
    expect(statSync(path).mode & 0o111).toBe(0o111);
    expect([again, requests]).toEqual([path, ["/b6.1.1/ffmpeg-linux-arm64.gz"]]);
  });

  it("P7: are refused when the archive is not the one that is expected", async () => {
    const failure = fetchFfmpeg(FFMPEG_ASSETS as Record<string, AssetHashes>);

    await expect(failure).rejects.toThrow(/is not the file that was expected[\s\S]*754a6786[\s\S]*FFMPEG_BINARIES_URL/);
    expect(cached()).toEqual([]);
  });

  it("P7: are refused when the program inside is not the one that is expected", async () => {
    const archive = ASSETS["ffmpeg-linux-arm64"]?.archive ?? "";

    const failure = fetchFfmpeg({ "ffmpeg-linux-arm64": { archive, program: "0".repeat(64) } });

    await expect(failure).rejects.toThrow("ffmpeg-linux-arm64, unpacked from");
    expect(cached()).toEqual([]);
  });

  it("P7: are fetched anew when the cached copy was changed", async () => {
    const path = await fetchFfmpeg();
    writeFileSync(path, "changed");

    await fetchFfmpeg();

    expect(readFileSync(path).equals(PROGRAMS["ffmpeg-linux-arm64"])).toBe(true);
  });

  it("are given up with the address and what to do when the mirror does not have them", async () => {
    answer = (_, response) => response.writeHead(404).end();

    await expect(fetchFfmpeg()).rejects.toThrow(
      /Could not fetch http:.*ffmpeg-linux-arm64\.gz: the answer was 404[\s\S]*Set FFMPEG_BINARIES_URL/,
    );
  });

  it("are given up when the answer breaks off", async () => {
    answer = (_, response) => {
      const archive = ARCHIVES["ffmpeg-linux-arm64"] ?? Buffer.alloc(0);
      response.writeHead(200, { "content-length": archive.length });
      response.write(archive.subarray(0, 20), () => response.destroy());
    };

    await expect(fetchFfmpeg()).rejects.toThrow("Could not fetch");
    expect(cached()).toEqual([]);
  });

  it("are given up when nothing arrives any more", async () => {
    answer = (_, response) => {
      response.writeHead(200);
      response.write("a beginning");
    };

    await expect(fetchFfmpeg()).rejects.toThrow("nothing arrived for 0.2 s");
  });

  it("are given up when nobody answers at the mirror's address", async () => {
    await new Promise((resolve) => server.close(resolve));

    await expect(fetchFfmpeg()).rejects.toThrow(/Could not fetch .*ECONNREFUSED/);
  });

  it("make the layer of a deploy's build: bin/ffmpeg, bin/ffprobe and their licence, the same bytes each time", async () => {
    const project = createFixtureProject(["hello"]);
    const buildForAws = () =>
      build({
        projectFolder: project.folder,
        mode: "aws",
        cacheFolder,
        environment: { PATH: "" },
        download: { baseUrl, assets: ASSETS },
      });

    const first = await buildForAws();
    const zip = readFileSync(join(project.dist, "layers/ffmpeg.zip"));
    rmSync(project.dist, { recursive: true });
    const second = await buildForAws();

    const files = unzipSync(zip);
    expect(Object.keys(files)).toEqual(["LICENSES.txt", "bin/ffmpeg", "bin/ffprobe"]);
    expect(Buffer.from(files["bin/ffprobe"] ?? []).equals(PROGRAMS["ffprobe-linux-arm64"])).toBe(true);
    expect(first.manifest.layers.ffmpeg).toMatchObject({ target: "aws", sha256: sha256(zip) });
    expect(second.manifest.layers).toEqual(first.manifest.layers);
    project.remove();
  });

  it("go with the GPL, and with where the source of them and of what is compiled in is", async () => {
    const project = createFixtureProject(["hello"]);
    const settings = { projectFolder: project.folder, cacheFolder, environment: { PATH: "" } };

    const { manifest } = await build({ ...settings, mode: "aws", download: { baseUrl, assets: ASSETS } });

    const files = unzipSync(readFileSync(join(project.dist, "layers/ffmpeg.zip")));
    const notice = Buffer.from(files["LICENSES.txt"] ?? []).toString();
    const licence = { name: "ffmpeg", version: "7.0.2", licence: "GPL-3.0-or-later" };
    expect(manifest.layers.ffmpeg?.licences).toEqual([licence]);
    expect(notice).toContain("https://ffmpeg.org/releases/ffmpeg-7.0.2.tar.xz");
    expect(notice).toMatch(/x264 r3191 4613ac3: https:.*\n {2}x265 3\.5\+1-f0c1022b6: https:/);
    expect(notice).toContain("GNU GENERAL PUBLIC LICENSE");
    project.remove();
  });

  it("stop a deploy's build, and nothing else, when they cannot be fetched", async () => {
    const project = createFixtureProject(["hello"]);
    answer = (_, response) => response.writeHead(503).end();
    const settings = { projectFolder: project.folder, cacheFolder, environment: { PATH: "" }, download: { baseUrl } };

    const deploy = build({ ...settings, mode: "aws" });
    await expect(deploy).rejects.toThrow("the answer was 503");
    const laptop = await build({ ...settings, mode: "laptop" });

    expect(laptop.manifest.layers.ffmpeg?.target).toBe("laptop");
    project.remove();
  });
});
