import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { build, createPlaces } from "./build.ts";
import { BuildError } from "./build-error.ts";
import { findHostFfmpeg, type HostFfmpeg } from "./find-ffmpeg.ts";
import { findFfmpegSources, procureFfmpeg } from "./procure-ffmpeg.ts";
import { done, notice, step } from "./progress.mjs";
import { PROJECT_FOLDER } from "./project-folder.ts";

/** The second half of `npm start`: ffmpeg, build, synth, and over to the laptop runtime. */
async function main(): Promise<void> {
  await procure();
  const { isUnchanged } = await build({ projectFolder: PROJECT_FOLDER, mode: "laptop", step });
  if (isUnchanged) done("Build: unchanged");
  process.env.DARKROOM_ENVIRONMENT ??= "dev";
  await step(`Synthesize ${process.env.DARKROOM_ENVIRONMENT}`, synthesize);
  // The runtime lives in this process: one to stop, and none that could be left over.
  await import(new URL("../local/main.ts", import.meta.url).href);
}

async function procure(): Promise<void> {
  const { places, download } = createPlaces(PROJECT_FOLDER);
  const found = await procureFfmpeg(
    () => findHostFfmpeg(places),
    await findFfmpegSources(PROJECT_FOLDER, download),
    notice,
  );
  await step("ffmpeg", () => found, describe);
}

function describe({ ffmpeg, ffprobe }: HostFfmpeg): string {
  if (!ffmpeg || !ffprobe) return "not here, images only";
  return `${ffmpeg.path} (${ffmpeg.source})`;
}

async function synthesize(): Promise<void> {
  const program = ["--import", "tsx", join(PROJECT_FOLDER, "main.ts")];
  await promisify(execFile)(process.execPath, program, { cwd: PROJECT_FOLDER }).catch((cause: unknown) => {
    const words = cause instanceof Error && "stderr" in cause ? String(cause.stderr).trim() : String(cause);
    throw new BuildError(`The stack could not be synthesized.\n\n${words}`, { cause });
  });
}

main().catch((error: unknown) => {
  const text = error instanceof BuildError ? error.message : error instanceof Error ? error.stack : String(error);
  process.stderr.write(`\n${text}\n`);
  process.exit(1);
});
