import { spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PROJECT_FOLDER } from "../../build/project-folder.ts";
import { requireBuild } from "../support/require-build.ts";

/** What a checkout does not bring. */
const NOT_COPIED = new Set(["node_modules", "dist", "cdktf.out", "hcl.out", ".git", ".darkroom"]);
const FENCE = /^```(ts|diff) file=(\S+)\n([\s\S]*?)^```$/gm;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "darkroom-followed-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A copy of the project, with what was built of it, so that a build makes only what a page adds. */
function checkOut(name: string): string {
  const project = join(folder, name);
  mkdirSync(project);
  for (const entry of readdirSync(PROJECT_FOLDER).filter((it) => !NOT_COPIED.has(it))) {
    cpSync(join(PROJECT_FOLDER, entry), join(project, entry), { recursive: true });
  }
  symlinkSync(join(PROJECT_FOLDER, "node_modules"), join(project, "node_modules"));
  cpSync(requireBuild().folder, join(project, "dist"), { recursive: true, verbatimSymlinks: true });
  return project;
}

/** Does what a page's blocks say: writes the files that are whole, changes those that have a difference. */
function follow(page: string, project: string): string[] {
  const blocks = [...readFileSync(join(PROJECT_FOLDER, "docs", page), "utf8").matchAll(FENCE)];
  return blocks.map(([, kind, file = "", text = ""]) => {
    const path = join(project, file);
    mkdirSync(dirname(path), { recursive: true });
    if (kind === "ts" && existsSync(path)) throw new Error(`${page} writes ${file}, which is there already.`);
    writeFileSync(path, kind === "ts" ? text : applyDifference(readFileSync(path, "utf8"), text, `${page}, ${file}`));
    return file;
  });
}

function applyDifference(content: string, difference: string, where: string): string {
  const lines = difference.trimEnd().split("\n");
  const side = (mark: string) =>
    lines
      .filter((line) => line.startsWith(" ") || line.startsWith(mark))
      .map((line) => `${line.slice(1)}\n`)
      .join("");
  const before = side("-");
  if (content.split(before).length !== 2) throw new Error(`${where}: its lines stand there not once:\n${before}`);
  return content.replace(before, () => side("+"));
}

function run(project: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: project, encoding: "utf8" });
  if (status !== 0) throw new Error(`${args.join(" ")} ended with ${status}:\n${stdout}\n${stderr}`);
  return stdout;
}

function compile(project: string): void {
  run(project, "node_modules/typescript/bin/tsc", "--noEmit");
}

function test(project: string, ...files: string[]): void {
  run(project, "node_modules/vitest/vitest.mjs", "run", ...files);
}

describe("in a copy of the project", { timeout: 300_000 }, () => {
  it("add-a-system.md and then add-a-function.md yield a system of two functions that is built, synthesized and costed beside media", () => {
    const project = checkOut("system");

    const files = follow("add-a-system.md", project);
    compile(project);
    const more = follow("add-a-function.md", project);
    compile(project);
    run(project, "--import", "tsx", "build/main.ts", "--laptop");
    const synthesized = run(project, "--import", "tsx", "main.ts");
    const cost = run(project, "--import", "tsx", "operate.ts", "cost", "dev", "users");
    test(project, "tests/house/walls.test.ts");

    expect([files.length, more.length]).toEqual([7, 10]);
    expect(synthesized).toContain("darkroom-dev-users");
    expect(synthesized).toContain("darkroom-dev-media");
    expect(cost).toContain("users: $ 0.00");
    const stack = JSON.parse(readFileSync(join(project, "cdktf.out/stacks/darkroom-dev-users/cdk.tf.json"), "utf8"));
    expect(stack.resource.aws_lambda_function).toMatchObject({
      greet: { function_name: "darkroom-dev-users-greet" },
      part: { function_name: "darkroom-dev-users-part" },
    });
  });

  it("add-a-preset.md yields a conversion whose page and example agree with it", () => {
    const project = checkOut("preset");

    const files = follow("add-a-preset.md", project);
    compile(project);
    run(project, "--import", "tsx", "docs/presets.ts");
    test(project, "tests/contracts", "tests/lambdas/media/convert/presets-page.test.ts", "-u");

    expect(files.length).toBe(4);
    expect(readFileSync(join(project, "docs/presets.md"), "utf8")).toContain("convertTo: flac");
    expect(readFileSync(join(project, "docs/openapi.json"), "utf8")).toContain('"flac"');
  });
});
