import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { PROJECT_FOLDER } from "../../build/project-folder.ts";

/** Where a rule refuses something. */
export interface Refusal {
  readonly path: string;
  /** From 1. */
  readonly line: number;
}

/** What one rule of the project's lint (`style/noRestrictedImports`) refuses in files with these texts, by their paths. */
export function lintFiles(rule: string, files: Readonly<Record<string, string>>): Refusal[] {
  const folder = mkdtempSync(join(tmpdir(), "darkroom-lint-"));
  try {
    const {
      vcs: _vcs,
      $schema: _schema,
      ...config
    } = JSON.parse(readFileSync(join(PROJECT_FOLDER, "biome.json"), "utf8"));
    writeFileSync(join(folder, "biome.json"), JSON.stringify(config));
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    return lint(folder, rule);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function lint(folder: string, rule: string): Refusal[] {
  const biome = join(dirname(createRequire(import.meta.url).resolve("@biomejs/biome/package.json")), "bin/biome");
  // Not --only=<rule>: that would switch the rule on.
  const args = [biome, "lint", "--reporter=json", "--max-diagnostics=none"];
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: "utf8" });
  if (!stdout.startsWith("{")) throw new Error(`biome gave no report:\n${stderr}`);
  const report: { diagnostics: { category: string; location: { path: string; start: { line: number } } }[] } =
    JSON.parse(stdout);
  return report.diagnostics
    .filter(({ category }) => category === `lint/${rule}`)
    .map(({ location }) => ({ path: location.path, line: location.start.line }));
}
