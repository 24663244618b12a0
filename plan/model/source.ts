import * as z from "zod";

/** Where in the code a resource comes from, as far as the synthesized stack tells. */
export interface Source {
  /** `darkroom-dev-media/uploads-bucket/cors` */
  readonly constructPath: string;
  /** `stacks/media/buckets.ts:13`: what an engineer edits first, then the construct. */
  readonly lines: readonly string[];
  /** Of a policy: what grants each statement, by its Sid. */
  readonly statements: ReadonlyMap<string, string>;
}

/** By address: `aws_s3_bucket.uploads`. */
export type Sources = ReadonlyMap<string, Source>;

const LINE = /^[\w./@ -]+:\d+$/;

const line = z.string().regex(LINE);
const note = z.object({
  metadata: z.object({ path: z.string() }),
  source: z.array(line).default([]),
  statements: z.record(z.string(), line).default({}),
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
      if (!success) return [];
      const statements = new Map(Object.entries(data.statements));
      return [[`${type}.${name}`, { constructPath: data.metadata.path, lines: data.source, statements }] as const];
    }),
  );
  return new Map(entries);
}
