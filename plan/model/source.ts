import * as z from "zod";

/** Where in the code a resource comes from, as far as the synthesized stack tells. */
export interface Source {
  /** `darkroom-media-dev/uploads-bucket/cors` */
  readonly constructPath: string;
  /** `stacks/media/buckets.ts:13`: what an engineer edits first, then the construct. */
  readonly lines: readonly string[];
}

/** By address: `aws_s3_bucket.uploads`. */
export type Sources = ReadonlyMap<string, Source>;

const LINE = /^[\w./@ -]+:\d+$/;

const note = z.object({
  metadata: z.object({ path: z.string() }),
  source: z.array(z.string().regex(LINE)).default([]),
});
const synthesized = z.object({
  resource: z.record(z.string(), z.record(z.string(), z.looseObject({ "//": z.unknown().optional() }))).default({}),
});

/** `text`: a synthesized `cdk.tf.json`. A resource without a note is left out: a review without sources is still one. */
export function readSources(text: string): Sources {
  const { resource } = synthesized.parse(JSON.parse(text));
  const entries = Object.entries(resource).flatMap(([type, named]) =>
    Object.entries(named).flatMap(([name, body]) => {
      const { success, data } = note.safeParse(body["//"]);
      return success ? [[`${type}.${name}`, { constructPath: data.metadata.path, lines: data.source }] as const] : [];
    }),
  );
  return new Map(entries);
}
