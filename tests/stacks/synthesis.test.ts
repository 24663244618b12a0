import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { PROJECT_FOLDER } from "../../build/project-folder.ts";
import { Artifacts } from "../../stacks/support/artifacts.ts";
import { writeFixtureArtifacts } from "./fixture-artifacts.ts";

const SOURCES = ["main.ts", "environments.ts", "cdktf.json", "package.json", "stacks", "contracts"];
const TSX = join(PROJECT_FOLDER, "node_modules/tsx/dist/cli.mjs");
const CDKTF = join(PROJECT_FOLDER, "node_modules/cdktf-cli/bundle/bin/cdktf.js");
/** The CLI's native terminal has no build for newer ones (facts.md); `tsx main.ts` is all that synthesis needs. */
const cliStarts = Number(process.versions.node.split(".")[0]) < 24;

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "darkroom-synthesis-"));
});

afterEach(() => rmSync(folder, { recursive: true }));

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
  it("yields the same bytes from run to run and from folder to folder", () => {
    const here = checkOut("here");
    const there = checkOut("a/deeper place");

    synthesize(here);
    const first = listHashes(join(here, "cdktf.out"));
    synthesize(here);
    synthesize(there);

    expect(Object.keys(first).length).toBeGreaterThan(3);
    expect(listHashes(join(here, "cdktf.out"))).toEqual(first);
    expect(listHashes(join(there, "cdktf.out"))).toEqual(first);
  });

  it("writes no path of this machine", () => {
    const project = checkOut("project");

    synthesize(project);

    for (const name of Object.keys(listHashes(join(project, "cdktf.out"))).filter((file) => file.endsWith(".json"))) {
      const text = readFileSync(join(project, "cdktf.out", name), "utf8");
      expect(text).not.toContain(folder);
      expect(text).not.toContain(PROJECT_FOLDER);
      expect(text).not.toMatch(/"(\/|[A-Z]:\\\\)(home|root|tmp|Users|work|var\/folders)/);
    }
  });

  it.skipIf(!cliStarts)(
    `yields the same through the cdktf CLI${cliStarts ? "" : " (skipped: the CLI does not start on Node 24)"}`,
    () => {
      const project = checkOut("project");
      synthesize(project);
      const alone = listHashes(join(project, "cdktf.out"));
      rmSync(join(project, "cdktf.out"), { recursive: true });

      const { status, stdout, stderr } = run(project, [CDKTF, "synth"]);

      expect(status, stdout + stderr).toBe(0);
      expect(listHashes(join(project, "cdktf.out"))).toEqual(alone);
    },
    60_000,
  );

  it("leaves nothing of an earlier build behind", () => {
    const project = checkOut("project");
    synthesize(project);
    const clean = listHashes(join(project, "cdktf.out"));

    mkdirSync(join(project, "cdktf.out/stacks/darkroom-media-dev/assets/old"), { recursive: true });
    cpSync(join(project, "main.ts"), join(project, "cdktf.out/stacks/darkroom-media-dev/assets/old/main.ts"));
    synthesize(project);

    expect(listHashes(join(project, "cdktf.out"))).toEqual(clean);
  });

  it("takes one environment alone where it is told to", () => {
    const project = checkOut("project");

    const { stdout } = run(project, [TSX, "main.ts"], { DARKROOM_ENVIRONMENT: "dev" });

    expect(stdout.trim()).toBe("cdktf.out/stacks/darkroom-media-dev");
    expect(readdirSync(join(project, "cdktf.out/stacks"))).toEqual(["darkroom-media-dev"]);
  });

  it("says which environments there are when it is asked for another", () => {
    const { status, stderr } = run(checkOut("project"), [TSX, "main.ts"], { DARKROOM_ENVIRONMENT: "production" });

    expect(status).toBe(1);
    expect(stderr).toContain('DARKROOM_ENVIRONMENT: is "production"; expected dev, staging, prod');
    expect(stderr).not.toContain("    at ");
  });

  it("says to build first where nothing is built, and names everything that is missing", () => {
    const project = checkOut("project");
    rmSync(join(project, "dist/functions/resize.zip"));
    rmSync(join(project, "dist/site/index.html"));

    const incomplete = run(project, [TSX, "main.ts"]);
    rmSync(join(project, "dist"), { recursive: true });
    const absent = run(project, [TSX, "main.ts"]);

    expect([incomplete.status, absent.status]).toEqual([1, 1]);
    expect(incomplete.stderr).toMatch(/dist\/functions\/resize\.zip: does not exist; run `npm run build` first/);
    expect(incomplete.stderr).toMatch(/dist\/site\/index\.html: does not exist/);
    expect(absent.stderr).toMatch(/dist\/artifacts\.json: does not exist; run `npm run build` first/);
  });

  it("warns of a layer that was built for this computer only, and goes on", () => {
    const project = checkOut("project");
    writeFixtureArtifacts(join(project, "dist"), { layerTarget: "laptop" });

    const { status, stderr } = run(project, [TSX, "main.ts"]);

    expect(status).toBe(0);
    expect(stderr.match(/a plan for AWS will be refused/g)?.length).toBe(1);
  });

  it("writes HCL into a folder of its own, apart from what is planned", () => {
    const project = checkOut("project");

    const stdout = synthesize(project, "--hcl");

    expect(stdout.trim().split("\n")).toContain("hcl.out/darkroom-media-prod");
    expect(readFileSync(join(project, "hcl.out/darkroom-media-prod/main.tf"), "utf8")).toContain(
      'resource "aws_s3_bucket" "uploads" {',
    );
    expect(readdirSync(project)).not.toContain("cdktf.out");
  });

  it("imports the provider by subpath: its barrel takes 10 seconds and 830 MB", () => {
    const files = readdirSync(join(PROJECT_FOLDER, "stacks"), { recursive: true, encoding: "utf8" });
    const sources = files.filter((file) => file.endsWith(".ts")).map((file) => join(PROJECT_FOLDER, "stacks", file));
    const imports = sources.flatMap((file) => readFileSync(file, "utf8").match(/"@cdktf\/provider-aws[^"]*"/g) ?? []);

    expect(imports.length).toBeGreaterThan(20);
    expect(imports.filter((name) => !/^"@cdktf\/provider-aws\/lib\/[a-z0-9-]+\/index\.js"$/.test(name))).toEqual([]);
  });
});

describe("Artifacts", () => {
  it("refuses a list that is not of the agreed form, field by field", () => {
    const dist = writeFixtureArtifacts(join(folder, "dist"));
    const path = join(dist, "artifacts.json");
    const manifest = JSON.parse(readFileSync(path, "utf8"));
    manifest.functions.resize.sha256 = "short";
    manifest.schema = 2;
    writeFileSync(path, JSON.stringify(manifest));

    expect(() => Artifacts.read(dist)).toThrow(/artifacts\.json, schema:[\s\S]*functions, resize, sha256:/);
  });
});
