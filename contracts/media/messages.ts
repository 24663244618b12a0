import * as z from "zod/mini";

/** What travels through the queues: S3 event notifications, as S3 sends them to SQS. */

const s3Record = z.object({
  eventSource: z.literal("aws:s3"),
  eventName: z.string().check(z.startsWith("ObjectCreated:")),
  s3: z.object({
    bucket: z.object({ name: z.string() }),
    object: z.object({
      key: z.string(),
      size: z.int().check(z.minimum(0)),
      eTag: z.string(),
      versionId: z.optional(z.string()),
      sequencer: z.optional(z.string()),
    }),
  }),
});

/** One object that arrived. `key` is decoded; `bytes` is its stored length. */
export interface UploadArrived {
  readonly bucket: string;
  readonly key: string;
  readonly bytes: number;
  readonly eTag: string;
  readonly versionId?: string;
}

/** S3 form-encodes keys in events: `+` is a space (threats.md E1). Throws URIError where it cannot be decoded. */
export function decodeEventKey(encoded: string): string {
  return decodeURIComponent(encoded.replaceAll("+", " "));
}

/**
 * The uploads that a message announces. Foreign bodies and `s3:TestEvent` announce none (threats.md E2); a record
 * whose key cannot be decoded is left out, alone.
 */
export function parseUploadsArrived(body: string): UploadArrived[] {
  const records: unknown = parseJson(body)?.Records;
  if (!Array.isArray(records)) return [];
  return records.flatMap((record) => findUploadArrived(record) ?? []);
}

function findUploadArrived(record: unknown): UploadArrived | undefined {
  const parsed = s3Record.safeParse(record);
  if (!parsed.success) return undefined;
  const { bucket, object } = parsed.data.s3;
  try {
    const key = decodeEventKey(object.key);
    return { bucket: bucket.name, key, bytes: object.size, eTag: object.eTag, versionId: object.versionId };
  } catch {
    return undefined;
  }
}

function parseJson(text: string): { Records?: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
