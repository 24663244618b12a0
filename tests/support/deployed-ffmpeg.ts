import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { FFMPEG_ASSETS, FFMPEG_RELEASE, sha256 } from "../../build/ffmpeg-release.ts";
import { PROJECT_FOLDER } from "../../build/project-folder.ts";

/** A program of the very release that is deployed, by its hash. */
export interface DeployedProgram {
  /** `ffmpeg-linux-x64` */
  readonly asset: string;
  readonly path: string;
  readonly bytes: Buffer;
}

/**
 * Those that are at hand: what .ci/run found (DARKROOM_DEPLOYED_FFMPEG), what `npm start` or a deploy's build has fetched. Whatever
 * has another hash is another program.
 */
export function listDeployedPrograms(): DeployedProgram[] {
  const fetched = Object.keys(FFMPEG_ASSETS).map((asset) =>
    join(PROJECT_FOLDER, ".cache/ffmpeg", FFMPEG_RELEASE, asset),
  );
  const places = [
    process.env.DARKROOM_DEPLOYED_FFMPEG ?? "",
    join(PROJECT_FOLDER, "node_modules/ffmpeg-static/ffmpeg"),
    ...fetched,
  ];
  return places.filter(existsSync).flatMap((path) => {
    const bytes = readFileSync(path);
    const hash = sha256(bytes);
    const [asset] = Object.entries(FFMPEG_ASSETS).find(([, { program }]) => program === hash) ?? [];
    return asset === undefined ? [] : [{ asset, path, bytes }];
  });
}
