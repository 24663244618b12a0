import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Zippable, zipSync } from "fflate";
import { type ArtifactManifest, FFMPEG_LAYER } from "../../contracts/artifacts.ts";
import { FUNCTION_NAMES } from "../../contracts/media/environment.ts";

export interface FixtureOptions {
  /** `laptop`: as a build leaves it where the arm64 binaries could not be fetched. @default aws */
  readonly layerTarget?: "aws" | "laptop";
}

/** Writes a tiny `dist/` into `folder`, of the same form as the build's, and the same bytes every time. */
export function writeFixtureArtifacts(folder: string, options: FixtureOptions = {}): string {
  const zip = (files: Zippable) => Buffer.from(zipSync(files, { mtime: new Date(1980, 0, 1) }));
  const put = (path: string, body: Buffer) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), body);
    return { path, sha256: createHash("sha256").update(body).digest("hex"), bytes: body.length };
  };
  const site = (key: string, contentType: string, cacheControl: string) => ({
    ...put(`sites/media/${key}`, Buffer.from(`content of ${key}\n`)),
    key,
    contentType,
    cacheControl,
  });
  const manifest: ArtifactManifest = {
    schema: 1,
    functions: Object.fromEntries(
      FUNCTION_NAMES.map((name) => [
        `media/${name}`,
        {
          ...put(
            `functions/media-${name}.zip`,
            zip({ "index.mjs": Buffer.from(`export const handler = "${name}";\n`) }),
          ),
          architecture: "arm64" as const,
          nativeModules: [],
          licences: [],
        },
      ]),
    ),
    layers: {
      [FFMPEG_LAYER]: {
        ...put("layers/ffmpeg.zip", zip({ "bin/ffmpeg": Buffer.from("not a binary\n") })),
        architecture: "arm64",
        target: options.layerTarget ?? "aws",
        licences: [],
      },
    },
    sites: {
      media: [
        site("index.html", "text/html; charset=utf-8", "no-cache"),
        site("assets/page-1a2b3c4d.js", "text/javascript; charset=utf-8", "public, max-age=31536000, immutable"),
      ],
    },
    laptop: { nodeModules: "laptop/node_modules", layers: {} },
  };
  writeFileSync(join(folder, "artifacts.json"), JSON.stringify(manifest, undefined, 2));
  return folder;
}
