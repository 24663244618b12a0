import { mkdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

export interface ChildPrograms {
  /** What each execution environment runs. */
  readonly runtimeInterface: string;
  readonly guard: string;
}

/**
 * Bundles the programs that run in processes of their own, so that these start from one plain file each, whatever runs
 * the laptop runtime itself (tsx, vitest, a bundle). Beside them lies `bin/`, what functions have for /var/lang/bin: Node.
 */
export async function buildChildPrograms(folder: string): Promise<ChildPrograms> {
  const source = (name: string) => fileURLToPath(new URL(`./child/${name}.ts`, import.meta.url));
  await build({
    entryPoints: { "runtime-interface": source("runtime-interface"), guard: source("guard") },
    outdir: folder,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    minify: true,
    logLevel: "error",
  });
  const bin = join(folder, "bin");
  rmSync(bin, { recursive: true, force: true });
  mkdirSync(bin);
  symlinkSync(process.execPath, join(bin, "node"));
  return { runtimeInterface: join(folder, "runtime-interface.mjs"), guard: join(folder, "guard.mjs") };
}
