import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as z from "zod";
import type { Finding, ProbeResult } from "./probe.ts";
import type { Target, TargetName } from "./target.ts";

const finding = z.union([
  z.strictObject({ holds: z.literal(true) }),
  z.strictObject({ holds: z.literal(false), saw: z.string() }),
  z.strictObject({ absent: z.string() }),
]);
const schema = z.strictObject({ version: z.string().optional(), findings: z.record(z.string(), finding) });

/** What a target showed when it was last asked: `results/<target>.json`. */
export interface Results {
  /** Of what was asked, where it has one that matters: moto's. */
  readonly version?: string;
  /** By probe id, in the order of the probes. */
  readonly findings: Readonly<Record<string, Finding>>;
}

export function toResults({ version }: Pick<Target, "version">, results: readonly ProbeResult[]): Results {
  const findings = Object.fromEntries(results.map(({ id, finding }) => [id, finding]));
  return { ...(version !== undefined && { version }), findings };
}

/** The committed results; undefined where the target was never asked. */
export function readResults(target: TargetName): Results | undefined {
  const path = pathOf(target);
  if (!existsSync(path)) return undefined;
  const { version, findings } = schema.parse(JSON.parse(readFileSync(path, "utf8")));
  return { ...(version !== undefined && { version }), findings };
}

/** Returns the file's path. */
export function writeResults(target: TargetName, results: Results): string {
  const path = pathOf(target);
  writeFileSync(path, `${JSON.stringify(results, undefined, 2)}\n`);
  return path;
}

function pathOf(target: TargetName): string {
  return fileURLToPath(new URL(`./results/${target}.json`, import.meta.url));
}
