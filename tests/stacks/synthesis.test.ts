import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PROJECT_FOLDER } from "../../build/project-folder.ts";
import { media } from "../../stacks/media/system.ts";
import { Artifacts } from "../../stacks/support/artifacts.ts";
import { writeFixtureArtifacts } from "./fixture-artifacts.ts";

const SOURCES = ["main.ts", "environments.ts", "systems.ts", "cdktf.json", "package.json", "stacks", "contracts"];
const TSX = join(PROJECT_FOLDER, "node_modules/tsx/dist/cli.mjs");
const CDKTF = join(PROJECT_FOLDER, "node_modules/cdktf-cli/bundle/bin/cdktf.js");
/** The CLI's native terminal has no build for newer ones; `tsx main.ts` is all that synthesis needs. */
const cliStarts = Number(process.versions.node.split(".")[0]) < 24;

let folder: string;
/** A checkout that was synthesized once, and what that yielded. */
let project: string;
let synthesized: Readonly<Record<string, string>>;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "darkroom-synthesis-"));
  project = checkOut("project");
  synthesize(project);
  synthesized = listHashes(join(project, "cdktf.out"));
});

afterAll(() => rmSync(folder, { recursive: true }));

/** A checkout in a folder of its own, with tiny artifacts. */
function checkOut(name: string): string {
  const project = join(folder, name);
  mkdirSync(project, { recursive: true });
  for (const source of SOURCES) cpSync(join(PROJECT_FOLDER, source), join(project, source), { recursive: true });
  symlinkSync(join(PROJECT_FOLDER, "node_modules"), join(project, "node_modules"));
  writeFixtureArtifacts(join(project, "dist"));
  return project;
}

function run(project: string, args: readonly string[], environment: NodeJS.ProcessEnv = {}) {
  const { DARKROOM_ENVIRONMENT: _unset, ...inherited } = process.env;
  const env = { ...inherited, CHECKPOINT_DISABLE: "1", CI: "1", ...environment };
  return spawnSync(process.execPath, args, { cwd: project, env, encoding: "utf8" });
}

function synthesize(project: string, ...args: string[]): string {
  const { status, stderr, stdout } = run(project, [TSX, "main.ts", ...args]);
  if (status !== 0) throw new Error(stderr);
  return stdout;
}

/** Path and SHA-256 of every file, so that a difference is shown by name. */
function listHashes(root: string): Record<string, string> {
  const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const entries = files.map((entry) => {
    const path = join(entry.parentPath, entry.name);
    return [relative(root, path), createHash("sha256").update(readFileSync(path)).digest("hex")] as const;
  });
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

describe("synthesis", () => {
  it("yields the same bytes again, and leaves nothing of an earlier build behind", () => {
    const left = join(project, "cdktf.out/stacks/darkroom-dev-media/assets/old/page.js");
    mkdirSync(dirname(left), { recursive: true });
    writeFileSync(left, "old");

    synthesize(project);

    expect(Object.keys(synthesized).length).toBeGreaterThan(3);
    expect(listHashes(join(project, "cdktf.out"))).toEqual(synthesized);
  });

  it("yields the same bytes in another folder", () => {
    const elsewhere = checkOut("a/deeper place");

    synthesize(elsewhere);

    expect(listHashes(join(elsewhere, "cdktf.out"))).toEqual(synthesized);
  });

  it("writes no path of this machine", () => {
    const documents = Object.keys(synthesized).filter((name) => name.endsWith(".json"));

    expect(documents.length).toBe(6);
    for (const name of documents) {
      const text = readFileSync(join(project, "cdktf.out", name), "utf8");
      expect(text).not.toContain(folder);
      expect(text).not.toContain(PROJECT_FOLDER);
      expect(text).not.toMatch(/"(\/|[A-Z]:\\\\)(home|root|tmp|Users|work|var\/folders)/);
    }
  });

  it.skipIf(!cliStarts)(
    `yields the same bytes through the cdktf CLI${cliStarts ? "" : " (skipped: the CLI does not start on Node 24)"}`,
    () => {
      const other = checkOut("cli");

      const { status, stdout, stderr } = run(other, [CDKTF, "synth"]);

      expect(status, stdout + stderr).toBe(0);
      expect(listHashes(join(other, "cdktf.out"))).toEqual(synthesized);
    },
    60_000,
  );

  it("takes one environment alone where it is told to, and warns once of a layer for this computer only", () => {
    const other = checkOut("laptop");
    writeFixtureArtifacts(join(other, "dist"), { layerTarget: "laptop" });

    const one = run(other, [TSX, "main.ts"], { DARKROOM_ENVIRONMENT: "dev" });

    expect(one.stdout.trim()).toBe("cdktf.out/stacks/darkroom-dev-media");
    expect(readdirSync(join(other, "cdktf.out/stacks"))).toEqual(["darkroom-dev-media"]);
    expect(one.stderr.match(/a plan for AWS will be refused/g)?.length).toBe(1);
    // A warning may carry the stack of its maker, and with it this machine's paths.
    expect(readFileSync(join(other, "cdktf.out/manifest.json"), "utf8")).not.toContain(folder);
  });

  it("says which environments there are when it is asked for another", () => {
    const { status, stderr } = run(project, [TSX, "main.ts"], { DARKROOM_ENVIRONMENT: "production" });

    expect(status).toBe(1);
    expect(stderr).toContain('DARKROOM_ENVIRONMENT: is "production"; expected dev, staging, prod');
    expect(stderr).not.toContain("    at ");
  });

  it("says what is wrong in environments.ts, to who synthesizes and to who bootstraps", () => {
    const other = checkOut("mistaken");
    const settings = readFileSync(join(other, "environments.ts"), "utf8");
    writeFileSync(join(other, "environments.ts"), settings.replace(/"\d{12}"/, '"1111"'));
    for (const source of ["bootstrap.ts", "command-line", "terraform-state-backend"]) {
      cpSync(join(PROJECT_FOLDER, source), join(other, source), { recursive: true });
    }

    for (const program of ["main.ts", "bootstrap.ts"]) {
      const { status, stderr } = run(other, [TSX, program]);

      expect(status).toBe(1);
      expect(stderr).toMatch(/environments\.ts cannot be used:\n\s+dev\.accountId/);
      expect(stderr).not.toContain("    at ");
    }
  });

  it("says to build first where nothing is built", () => {
    const other = checkOut("unbuilt");
    rmSync(join(other, "dist"), { recursive: true });

    const { status, stderr } = run(other, [TSX, "main.ts"]);

    expect(status).toBe(1);
    expect(stderr).toMatch(/dist\/artifacts\.json: does not exist; run `npm run build` first/);
  });

  it("writes HCL into a folder of its own, apart from what is planned", () => {
    const stdout = synthesize(project, "--hcl");

    expect(stdout.trim().split("\n")).toContain("hcl.out/darkroom-prod-media");
    expect(readFileSync(join(project, "hcl.out/darkroom-prod-media/main.tf"), "utf8")).toContain(
      'resource "aws_s3_bucket" "uploads" {',
    );
    expect(listHashes(join(project, "cdktf.out"))).toEqual(synthesized);
  });

  it("imports the provider by subpath: its barrel takes 10 seconds and 830 MB", () => {
    const files = readdirSync(join(PROJECT_FOLDER, "stacks"), { recursive: true, encoding: "utf8" });
    const sources = files.filter((file) => file.endsWith(".ts")).map((file) => join(PROJECT_FOLDER, "stacks", file));
    const imports = sources.flatMap((file) => readFileSync(file, "utf8").match(/"@cdktf\/provider-aws[^"]*"/g) ?? []);

    expect(imports.length).toBeGreaterThan(20);
    expect(imports.filter((name) => !/^"@cdktf\/provider-aws\/lib\/[a-z0-9-]+\/index\.js"$/.test(name))).toEqual([]);
  });
});

const NEEDS = media.artifacts ?? { functions: [], layers: [], sites: [] };

describe("Artifacts", () => {
  it("refuses a list that is not of the agreed form, field by field", () => {
    const dist = writeFixtureArtifacts(join(folder, "malformed"));
    const path = join(dist, "artifacts.json");
    const manifest = JSON.parse(readFileSync(path, "utf8"));
    manifest.functions["media/resize"].sha256 = "short";
    manifest.schema = 2;
    writeFileSync(path, JSON.stringify(manifest));

    expect(() => Artifacts.read(dist, NEEDS)).toThrow(
      /artifacts\.json, schema:[\s\S]*functions, media\/resize, sha256:/,
    );
  });

  it("names everything that is missing at once: functions, layer, files", () => {
    const dist = writeFixtureArtifacts(join(folder, "incomplete"));
    const path = join(dist, "artifacts.json");
    const { functions, ...manifest } = JSON.parse(readFileSync(path, "utf8"));
    const { "media/convert": _unbuilt, ...others } = functions;
    writeFileSync(path, JSON.stringify({ ...manifest, functions: others, layers: {} }));
    rmSync(join(dist, "sites/media/index.html"));

    expect(() => Artifacts.read(dist, NEEDS)).toThrow(
      /functions, media\/convert: is not listed; run `npm run build` first\n.*layers, ffmpeg: is not listed.*\n.*dist\/sites\/media\/index\.html: does not exist/,
    );
  });
});
