import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** What a run has shown; docs/parity.md is made of it. Nothing in it differs between two runs, or for one more resource of a type. */
export interface ApplyResult {
  /** `moto 5.2.1` */
  readonly target: string;
  readonly terraform: string;
  readonly provider: string;
  /** In order: what was done, and what came of it. */
  readonly steps: readonly { readonly step: string; readonly outcome: string }[];
  /** Terraform types that were applied, found unchanged by the second plan, and destroyed. */
  readonly applied: readonly string[];
  /** By Terraform type: why it was left out. */
  readonly leftOut: Readonly<Record<string, string>>;
  /** By Terraform type and attribute: what the emulator answers otherwise. */
  readonly ignored: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** `moto`, `aws`: whose results these are, whatever the version. */
export type ResultsOf = "moto" | "aws";

const FOLDER = join(import.meta.dirname, "results");

/** Undefined where nobody has run it. */
export function readApplyResult(of: ResultsOf): ApplyResult | undefined {
  const path = join(FOLDER, `${of}.json`);
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : undefined;
}

export function writeApplyResult(of: ResultsOf, result: ApplyResult): string {
  const path = join(FOLDER, `${of}.json`);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify(result, undefined, 2)}\n`);
  return path;
}
