import { readFileSync } from "node:fs";
import { join } from "node:path";
import { inject } from "vitest";
import { PROJECT_FOLDER } from "../../build/project-folder.ts";
import { type ArtifactManifest, artifactManifest } from "../../contracts/artifacts.ts";

/** `dist/` as the run's one laptop build left it; throws with the build's own words when it failed. */
export function requireBuild(): { readonly folder: string; readonly manifest: ArtifactManifest } {
  const failure = inject("buildFailure");
  if (failure !== undefined) throw new Error(`dist/ could not be built:\n${failure}`);
  const folder = join(PROJECT_FOLDER, "dist");
  return { folder, manifest: artifactManifest.parse(JSON.parse(readFileSync(join(folder, "artifacts.json"), "utf8"))) };
}
