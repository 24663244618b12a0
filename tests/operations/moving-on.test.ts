import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { PROJECT_FOLDER } from "../../build/project-folder.ts";
import { requireBuild } from "../support/require-build.ts";

/** docs/moving-on.md tells the same versions. */
const ALIASES = {
  cdktf: "npm:cdktn@0.24.0",
  "@cdktf/provider-aws": "npm:@cdktn/provider-aws@25.7.0",
  constructs: "10.7.2",
};
/** Ignored by git and kept from run to run: half a gigabyte of provider is unpacked once. */
const FOLDER = join(PROJECT_FOLDER, ".cache/moving-on");
const INSTALL_SECONDS = 90;
/** What synthesis reads of the project; all that is not in FOLDER is found above it. */
const SOURCES = ["main.ts", "environments.ts", "systems.ts", "stacks", "contracts"];
/** cdktn writes the provider's whole name where cdktf writes its short one; Terraform reads the same. */
const SHORT_SOURCE = "aws";
const WHOLE_SOURCE = "hashicorp/aws";

/** Why the successor cannot be had here; undefined where it can. */
function findReason(): string | undefined {
  const manifest = JSON.stringify({ private: true, type: "module", dependencies: ALIASES });
  const path = join(FOLDER, "package.json");
  const mark = join(FOLDER, "node_modules/.installed");
  if (existsSync(mark) && readFileSync(mark, "utf8") === manifest) return undefined;
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(path, manifest);
  const args = ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock", "--prefer-offline"];
  const installed = spawnSync("npm", args, { cwd: FOLDER, encoding: "utf8", timeout: INSTALL_SECONDS * 1000 });
  if (installed.status === 0) {
    writeFileSync(mark, manifest);
    return undefined;
  }
  const [code] = /\b(E[A-Z0-9]{3,}|ETIMEDOUT)\b/.exec(installed.stderr ?? "") ?? [installed.error?.message];
  return `npm could not install ${Object.values(ALIASES).join(", ")}: ${code ?? "no reason given"}`;
}

const reason = findReason();

/** Synthesizes the environment with the most in it, in a process of its own, with the libraries that its folder finds. */
function synthesize(folder: string, outputFolder: string): Map<string, unknown> {
  const tsx = createRequire(import.meta.url).resolve("tsx");
  const env = { ...process.env, CDKTF_OUTDIR: outputFolder, DARKROOM_ENVIRONMENT: "prod", NODE_OPTIONS: "" };
  const args = ["--import", pathToFileURL(tsx).href, "main.ts"];
  const { status, stderr, stdout } = spawnSync(process.execPath, args, { cwd: folder, env, encoding: "utf8" });
  if (status !== 0) throw new Error(`synthesis failed in ${folder}:\n${stderr}`);
  const stacks = stdout.trim().split("\n");
  return new Map(
    stacks.map((stack) => [
      stack.slice(outputFolder.length),
      JSON.parse(readFileSync(join(stack, "cdk.tf.json"), "utf8")),
    ]),
  );
}

/** The paths at which two documents differ, `a.b.0`. */
function listDifferences(before: unknown, after: unknown, path = ""): string[] {
  if (!isObject(before) || !isObject(after)) return isSame(before, after) ? [] : [path];
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys].flatMap((key) => listDifferences(before[key], after[key], path === "" ? key : `${path}.${key}`));
}

function isSame(before: unknown, after: unknown): boolean {
  return before === after || (before === SHORT_SOURCE && after === WHOLE_SOURCE);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

describe(`the road from cdktf to cdktn${reason ? ` (skipped: ${reason})` : ""}`, () => {
  it.skipIf(reason)(
    "changes nothing in any stack's JSON but version strings, by npm alias alone",
    { timeout: 120_000 },
    () => {
      const { folder: artifacts } = requireBuild();
      for (const name of SOURCES) {
        rmSync(join(FOLDER, name), { recursive: true, force: true });
        cpSync(join(PROJECT_FOLDER, name), join(FOLDER, name), { recursive: true });
      }
      rmSync(join(FOLDER, "dist"), { recursive: true, force: true });
      cpSync(artifacts, join(FOLDER, "dist"), { recursive: true });

      const before = synthesize(PROJECT_FOLDER, join(FOLDER, "out/before"));
      const after = synthesize(FOLDER, join(FOLDER, "out/after"));

      const { name } = JSON.parse(readFileSync(join(FOLDER, "node_modules/cdktf/package.json"), "utf8")) as {
        name: string;
      };
      expect(name).toBe("cdktn");
      expect([...after.keys()]).toEqual([...before.keys()]);
      expect(before.size).toBeGreaterThan(0);
      for (const [stack, document] of before)
        expect(listDifferences(document, after.get(stack)), stack).toEqual([
          "//.metadata.version",
          "terraform.required_providers.aws.version",
        ]);
    },
  );

  it("is told with the versions that were tried", () => {
    const page = readFileSync(join(PROJECT_FOLDER, "docs/moving-on.md"), "utf8");

    for (const [name, version] of Object.entries(ALIASES)) expect(page).toContain(`"${name}": "${version}"`);
  });
});
