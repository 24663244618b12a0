import * as z from "zod";

/**
 * `dist/artifacts.json`: what the build made, for the stacks and for the laptop runtime. Paths are relative to `dist/`,
 * with `/`; `sha256` is hex; `bytes` is the length of the file at `path`.
 */
const artifact = z.strictObject({
  path: z.string(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  bytes: z.int().positive(),
});

const licence = z.strictObject({ name: z.string(), version: z.string(), licence: z.string() });

export const artifactManifest = z.strictObject({
  schema: z.literal(1),
  /** Zips, by `media/presign` for `lambdas/media/presign/handler.ts`; `nativeModules` are the npm packages inside that hold native code. */
  functions: z.record(
    z.string(),
    artifact.extend({
      architecture: z.literal("arm64"),
      nativeModules: z.array(z.string()),
      licences: z.array(licence),
    }),
  ),
  /**
   * Lambda layers. `target: "laptop"` says that the layer holds no arm64 binary, because it could not be fetched:
   * the laptop runtime starts with it, and a stack made with it refuses to plan.
   */
  layers: z.record(
    z.string(),
    artifact.extend({
      architecture: z.literal("arm64"),
      target: z.enum(["aws", "laptop"]),
      licences: z.array(licence),
    }),
  ),
  /** Pages by system, file by file; `key` is a file's object key in the site's bucket. */
  sites: z.record(
    z.string(),
    z.array(artifact.extend({ key: z.string(), contentType: z.string(), cacheControl: z.string() })),
  ),
  /**
   * This machine's own binaries, for the laptop runtime alone: `nodeModules` is a folder laid over the function's own
   * `node_modules`; `layers` maps a layer to a folder laid over its content (`bin/ffmpeg`), absent where there is none.
   */
  laptop: z.strictObject({
    nodeModules: z.string(),
    layers: z.record(z.string(), z.string()),
  }),
});

export type ArtifactManifest = z.infer<typeof artifactManifest>;
export type SiteFile = ArtifactManifest["sites"][string][number];

/** The one layer: ffmpeg and ffprobe in `bin/`, which Lambda has on PATH as /opt/bin. */
export const FFMPEG_LAYER = "ffmpeg";
