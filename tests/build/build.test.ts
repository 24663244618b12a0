import { execFile } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { unzipSync } from "fflate";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type BuildOutcome, type BuildSettings, build } from "../../build/build.ts";
import { BuildError } from "../../build/build-error.ts";
import { sha256 } from "../../build/ffmpeg-release.ts";
import { findMachine } from "../../build/machine-code.ts";
import { artifactManifest } from "../../contracts/artifacts.ts";
import { createFixtureProject, type FixtureProject, SHARED_CACHE } from "./fixture-project.ts";

const run = promisify(execFile);

const buildLaptop = (project: FixtureProject, settings: Partial<BuildSettings> = {}) =>
  build({
    projectFolder: project.folder,
    mode: "laptop",
    cacheFolder: SHARED_CACHE,
    environment: { PATH: "" },
    ...settings,
  });

describe("what a build writes", () => {
  const project = createFixtureProject();
  let built: BuildOutcome;
  beforeAll(async () => {
    built = await buildLaptop(project);
  });
  afterAll(() => project.remove());
  const read = (path: string) => readFileSync(join(project.dist, path));

  it("P7: puts machine code for arm64 Linux into a zip, and none for any other machine", async () => {
    const { manifest } = built;

    const files = Object.entries(unzipSync(read("functions/demo-picture.zip")));
    const machines = files.map(([, bytes]) => findMachine(bytes)).filter((machine) => machine !== undefined);
    expect(machines).toEqual(["linux-arm64", "linux-arm64"]);
    expect(files.map(([path]) => path).filter((path) => /x64|darwin|win32/.test(path))).toEqual([]);
    expect(manifest.functions["demo/picture"]?.nativeModules).toEqual([
      "@img/sharp-libvips-linux-arm64",
      "@img/sharp-linux-arm64",
    ]);
    expect(manifest.functions["demo/hello"]?.nativeModules).toEqual([]);
  });

  it("names every file of dist/ in the manifest with its hash and size, and every package with its licence", async () => {
    const manifest = artifactManifest.parse(JSON.parse(read("artifacts.json").toString()));
    const files = [
      ...Object.values(manifest.functions),
      ...Object.values(manifest.layers),
      ...Object.values(manifest.sites).flat(),
    ];
    for (const file of files) {
      expect([file.path, file.sha256, file.bytes]).toEqual([
        file.path,
        sha256(read(file.path)),
        read(file.path).length,
      ]);
    }
    const licences = manifest.functions["demo/picture"]?.licences.map(({ name, licence }) => `${name} ${licence}`);
    expect(licences).toContain("sharp Apache-2.0");
    expect(licences).toContain("@img/sharp-libvips-linux-arm64 LGPL-3.0-or-later");
    expect(unzipSync(read("functions/demo-picture.zip"))["LICENSES.txt"]?.length).toBeGreaterThan(10_000);
  });

  it("carries a client of AWS without the credential sources that Lambda does not have, nor advice on the Node version", async () => {
    const code = Buffer.from(unzipSync(read("functions/demo-hello.zip"))["index.mjs"] ?? []).toString();
    expect(code.length).toBeLessThan(250_000);
    expect(code.includes("NodeVersionSupportWarning")).toBe(false);
    const sources = ["AWS_ACCESS_KEY_ID", "AWS_WEB_IDENTITY_TOKEN_FILE", "sso_start_url", "credential_process"];
    expect(sources.filter((source) => code.includes(source))).toEqual(["AWS_ACCESS_KEY_ID"]);
  });

  it("lets the laptop run the same bundle with this machine's own native packages", async () => {
    const { manifest } = built;
    const task = join(project.folder, "task");
    for (const [path, bytes] of Object.entries(unzipSync(read("functions/demo-picture.zip")))) {
      mkdirSync(dirname(join(task, path)), { recursive: true });
      writeFileSync(join(task, path), bytes);
    }

    rmSync(join(task, "node_modules"), { recursive: true });
    symlinkSync(join(project.dist, manifest.laptop.nodeModules), join(task, "node_modules"));
    const script = 'import { handler } from "./index.mjs"; console.log(JSON.stringify(await handler()))';
    const { stdout } = await run(process.execPath, ["--input-type=module", "-e", script], { cwd: task });

    expect(JSON.parse(stdout)).toEqual({ format: "jpeg", width: 8 });
  });

  it("publishes the page with hashed, immutable files, and an index that is asked for anew", async () => {
    const { manifest } = built;

    const html = read("sites/media/index.html").toString();
    const hashed = (manifest.sites.media ?? []).filter((file) => file.key !== "index.html");
    expect((manifest.sites.media ?? []).find((file) => file.key === "index.html")?.cacheControl).toBe("no-cache");
    expect(new Set(hashed.map((file) => file.cacheControl))).toEqual(new Set(["public, max-age=31536000, immutable"]));
    const types = hashed.map(({ key, contentType }) => `${key.replace(/-[^.]+/, "")} ${contentType}`);
    expect(types).toEqual([
      "assets/LICENSES.txt text/plain; charset=utf-8",
      "assets/icon.svg image/svg+xml",
      "assets/main.js text/javascript; charset=utf-8",
      "assets/styles.css text/css; charset=utf-8",
    ]);
    const references = [...html.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map((match) => match[1] ?? "");
    expect(references.length).toBe(3);
    for (const key of references) expect(hashed.map((file) => file.key)).toContain(key);
    expect(html).toContain('href="https://example.com/page.html"');
  });
});

describe("a build", () => {
  it("P7: gives the same bytes in another folder, under another umask and in another time zone", async () => {
    const project = createFixtureProject();
    const other = createFixtureProject(undefined, project.folder);
    const buildIn = (folder: string, umask: string, zone: string) =>
      run("sh", ["-c", `umask ${umask} && exec "$0" --import tsx build/main.ts --laptop`, process.execPath], {
        cwd: folder,
        env: { ...process.env, TZ: zone, DARKROOM_CACHE_DIR: SHARED_CACHE },
      });

    await buildIn(project.folder, "022", "Pacific/Auckland");
    await buildIn(other.folder, "077", "America/Los_Angeles");

    const manifests = [project, other].map(({ dist }) => readFileSync(join(dist, "artifacts.json"), "utf8"));
    expect(manifests[0]).toBe(manifests[1]);
    const read = (path: string) => readFileSync(join(project.dist, path));
    for (const path of [
      "functions/demo-picture.zip",
      "functions/demo-hello.zip",
      "layers/ffmpeg.zip",
      "sites/media/index.html",
    ]) {
      expect(sha256(readFileSync(join(other.dist, path))), path).toBe(sha256(read(path)));
    }
    project.remove();
    other.remove();
  }, 90_000);
});

describe("a build after a build", () => {
  let project: FixtureProject;
  beforeEach(() => {
    project = createFixtureProject(["hello"]);
  });
  afterEach(() => project.remove());
  const read = (path: string) => readFileSync(join(project.dist, path));

  it("lays this machine's ffmpeg over the layer where there is one, and leaves it out where there is none", async () => {
    const without = await buildLaptop(project);
    project.write("tools/my-ffmpeg", "#!/bin/sh\n");
    project.write("tools/ffprobe", "#!/bin/sh\n");
    for (const name of ["my-ffmpeg", "ffprobe"]) chmodSync(join(project.folder, "tools", name), 0o755);
    const ffmpeg = join(project.folder, "tools/my-ffmpeg");
    const withFfmpeg = await buildLaptop(project, { environment: { PATH: "", FFMPEG_BIN: ffmpeg } });

    expect(without.manifest.laptop.layers).toEqual({});
    expect(withFfmpeg.manifest.laptop.layers).toEqual({ ffmpeg: "laptop/layers/ffmpeg" });
    expect(readlinkSync(join(project.dist, "laptop/layers/ffmpeg/bin/ffmpeg"))).toBe(ffmpeg);
    expect(existsSync(join(project.dist, "laptop/layers/ffmpeg/bin/ffprobe"))).toBe(true);
  });

  it("says in the manifest and in the layer itself that a layer without ffmpeg is for the laptop alone", async () => {
    const { manifest } = await buildLaptop(project, { cacheFolder: join(project.folder, "empty-cache") });

    expect(manifest.layers.ffmpeg?.target).toBe("laptop");
    const files = unzipSync(read("layers/ffmpeg.zip"));
    expect(Object.keys(files)).toEqual(["LAPTOP-ONLY.txt"]);
    expect(Buffer.from(files["LAPTOP-ONLY.txt"] ?? []).toString()).toContain("Never deploy it");
  });

  it("writes nothing when nothing has changed, and anew what has", async () => {
    await buildLaptop(project);
    const before = statSync(join(project.dist, "artifacts.json")).mtimeMs;

    const second = await buildLaptop(project);
    const unchangedAt = statSync(join(project.dist, "artifacts.json")).mtimeMs;
    project.write("lambdas/demo/hello/handler.ts", "export const handler = () => 2;");
    const third = await buildLaptop(project);

    expect([second.isUnchanged, unchangedAt]).toEqual([true, before]);
    expect(third.isUnchanged).toBe(false);
    expect(third.manifest.functions["demo/hello"]?.sha256).not.toBe(second.manifest.functions["demo/hello"]?.sha256);
    expect(third.manifest.sites).toEqual(second.manifest.sites);
  });

  it("repairs dist/ when a file was damaged, and removes the zip of a function that is gone", async () => {
    const { manifest } = await buildLaptop(project);
    writeFileSync(join(project.dist, "functions/demo-hello.zip"), "damaged");
    const repaired = await buildLaptop(project);
    const repairedHash = sha256(read("functions/demo-hello.zip"));
    renameSync(join(project.folder, "lambdas/demo/hello"), join(project.folder, "lambdas/demo/hallo"));
    const smaller = await buildLaptop(project);

    expect([repaired.isUnchanged, repairedHash]).toEqual([false, manifest.functions["demo/hello"]?.sha256]);
    expect(Object.keys(smaller.manifest.functions)).toEqual(["demo/hallo"]);
    expect(existsSync(join(project.dist, "functions/demo-hello.zip"))).toBe(false);
  });

  it("names file and line of a mistake in a function", async () => {
    project.write(
      "lambdas/demo/hello/handler.ts",
      'import { absent } from "../media/absent.ts";\nexport const handler = absent;\n',
    );

    const failure = buildLaptop(project);

    await expect(failure).rejects.toBeInstanceOf(BuildError);
    await expect(failure).rejects.toThrow(
      /The functions cannot be bundled[\s\S]*lambdas\/demo\/hello\/handler\.ts:1:\d+/,
    );
  });

  it("refuses a handler.ts that exports anything but `handler`", async () => {
    project.write("lambdas/demo/hello/handler.ts", "export const main = 1;");

    await expect(buildLaptop(project)).rejects.toThrow("must export `handler` and nothing else; it exports main");
  });

  it("refuses a page that refers to a file which is not there", async () => {
    project.write("web/media/index.html", '<script src="gone.ts"></script>');

    await expect(buildLaptop(project)).rejects.toThrow(
      'web/media/index.html refers to "gone.ts", but there is no web/media/gone.ts',
    );
  });
});
