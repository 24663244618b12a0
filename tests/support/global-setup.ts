import type { TestProject } from "vitest/node";
import { build } from "../../build/build.ts";
import { BuildError } from "../../build/build-error.ts";
import { PROJECT_FOLDER } from "../../build/project-folder.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Why dist/ could not be built; undefined when it was. */
    buildFailure: string | undefined;
  }
}

/**
 * Builds dist/ once for all tests, as `npm start` would. A mistake in one function must not hide what the tests of the
 * others have to say: who needs dist/ asks for it with `requireBuild()` and fails there.
 */
export default async function setup(project: TestProject): Promise<void> {
  project.provide("buildFailure", await findBuildFailure());
}

async function findBuildFailure(): Promise<string | undefined> {
  try {
    await build({ projectFolder: PROJECT_FOLDER, mode: "laptop" });
    return undefined;
  } catch (error) {
    if (error instanceof BuildError) return error.message;
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
}
