import { join } from "node:path";
import { build } from "../build/build.ts";
import { PROJECT_FOLDER } from "../build/project-folder.ts";
import { CACHE_FOLDER } from "./child.ts";

/** Of the bench's own, so that neither a deploy's build nor somebody else's new one changes what is measured. */
const OUTPUT_FOLDER = join(CACHE_FOLDER, "dist");

let building: Promise<string> | undefined;

/** The folder of artifacts, built for the laptop from what stands in the project now; once in each run. */
export function prepareBuild(): Promise<string> {
  building ??= build({ projectFolder: PROJECT_FOLDER, mode: "laptop", outputFolder: OUTPUT_FOLDER }).then(
    () => OUTPUT_FOLDER,
  );
  return building;
}
