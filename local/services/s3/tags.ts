import * as z from "zod";
import { parseQuery } from "../../protocol/sigv4/canonical-request.ts";
import { listOf, maybeEmpty } from "./configuration-document.ts";
import { S3Error } from "./s3-error.ts";
import { parseXml, printXml } from "./xml.ts";

type Tags = Readonly<Record<string, string>>;

const MAX_OBJECT_TAGS = 10;
const MAX_BUCKET_TAGS = 50;
const MAX_KEY_LENGTH = 128;
const MAX_VALUE_LENGTH = 256;

const tag = z.strictObject({ Key: z.string(), Value: z.string() });
const tagging = z.strictObject({ TagSet: maybeEmpty(z.strictObject({ Tag: listOf(tag) })) });

/** The x-amz-tagging header: `a=1&b=2`. Throws S3Error InvalidTag. */
export function parseTags(header: string): Tags {
  return checkTags(parseQuery(`?${header}`), MAX_OBJECT_TAGS);
}

/** A `<Tagging>` document, of an object or of a bucket. Throws S3Error. */
export function parseTagging(document: string, of: "object" | "bucket"): Tags {
  const { TagSet } = parseXml(document, "Tagging", tagging);
  const pairs = TagSet.Tag.map(({ Key, Value }): [string, string] => [Key, Value]);
  return checkTags(pairs, of === "object" ? MAX_OBJECT_TAGS : MAX_BUCKET_TAGS);
}

export function printTagging(tags: Tags): string {
  const Tag = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  return printXml("Tagging", { TagSet: { Tag } });
}

function checkTags(pairs: readonly [string, string][], max: number): Tags {
  if (pairs.length > max) throw new S3Error("BadRequest", `Object tags cannot be greater than ${max}`);
  const tags = new Map<string, string>();
  for (const [key, value] of pairs) {
    if (key === "" || key.length > MAX_KEY_LENGTH)
      throw new S3Error("InvalidTag", "The TagKey you have provided is invalid");
    if (value.length > MAX_VALUE_LENGTH) throw new S3Error("InvalidTag", "The TagValue you have provided is invalid");
    if (key.startsWith("aws:")) throw new S3Error("InvalidTag", "Your TagKey cannot be prefixed with aws:");
    if (tags.has(key)) throw new S3Error("InvalidTag", "Cannot provide multiple Tags with the same key");
    tags.set(key, value);
  }
  return Object.fromEntries(tags);
}
