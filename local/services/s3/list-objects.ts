import { encodeRfc3986 } from "../../protocol/sigv4/canonical-request.ts";
import type { Bucket } from "./catalog.ts";
import type { ObjectVersion } from "./model.ts";
import { S3Error } from "./s3-error.ts";
import { type BucketRequest, parseCount, type S3Core, type S3Reply } from "./s3-request.ts";
import { compareKeys } from "./sorted-keys.ts";
import { printXml, type XmlValue } from "./xml.ts";

const MAX_KEYS = 1000;
/** Comes after every key that begins with what it follows: the highest code point of all. */
const AFTER = "\u{10ffff}";

/** ListObjectsV2. */
export async function listObjectsV2(core: S3Core, request: BucketRequest): Promise<S3Reply> {
  const token = request.query.get("continuation-token");
  const startAfter = request.query.get("start-after");
  const page = listCurrent(core, request, token === undefined ? startAfter : parseToken(token));
  const owner = request.query.get("fetch-owner") === "true";
  const body = printXml("ListBucketResult", {
    ...printPage(core, request, page, owner),
    KeyCount: page.entries.length,
    ContinuationToken: token,
    NextContinuationToken: page.next === undefined ? undefined : Buffer.from(page.next).toString("base64url"),
    StartAfter: startAfter === undefined ? undefined : encoded(request, startAfter),
  });
  return { status: 200, body };
}

/** ListObjects, the first version. */
export async function listObjects(core: S3Core, request: BucketRequest): Promise<S3Reply> {
  const marker = request.query.get("marker") ?? "";
  const page = listCurrent(core, request, marker);
  const next = page.next !== undefined && request.query.get("delimiter") ? encoded(request, page.next) : undefined;
  const body = printXml("ListBucketResult", {
    ...printPage(core, request, page, true),
    Marker: encoded(request, marker),
    NextMarker: next,
  });
  return { status: 200, body };
}

/** ListObjectVersions. */
export async function listObjectVersions(core: S3Core, request: BucketRequest): Promise<S3Reply> {
  const bucket = core.catalog.getBucket(request.bucket);
  const keyMarker = request.query.get("key-marker") ?? "";
  const versionMarker = request.query.get("version-id-marker") ?? "";
  if (versionMarker && !keyMarker) {
    throw new S3Error("InvalidArgument", "A version-id marker cannot be specified without a key marker.");
  }
  const page = paginate(bucket, request, keyMarker, (key) => {
    const versions = bucket.versions.get(key) ?? [];
    if (key !== keyMarker) return versions;
    const index = versions.findIndex(({ versionId }) => versionId === versionMarker);
    return index < 0 ? [] : versions.slice(index + 1);
  });
  const rows = page.entries.flatMap((entry) => ("version" in entry ? [entry.version] : []));
  const print = (version: ObjectVersion): XmlValue => ({
    Key: encoded(request, version.key),
    VersionId: version.versionId,
    IsLatest: core.catalog.findCurrent(bucket, version.key) === version,
    LastModified: new Date(version.lastModified).toISOString(),
    ...(version.deleteMarker ? {} : { ETag: `"${version.eTag}"`, Size: version.bytes, StorageClass: "STANDARD" }),
    Owner: owner(core),
  });
  const last = page.entries.at(-1);
  const body = printXml("ListVersionsResult", {
    ...printHead(request, page),
    KeyMarker: encoded(request, keyMarker),
    VersionIdMarker: versionMarker,
    NextKeyMarker: page.next === undefined ? undefined : encoded(request, page.next),
    NextVersionIdMarker: page.next !== undefined && last && "version" in last ? last.version.versionId : undefined,
    Version: rows.filter(({ deleteMarker }) => !deleteMarker).map(print),
    DeleteMarker: rows.filter(({ deleteMarker }) => deleteMarker).map(print),
    CommonPrefixes: printPrefixes(request, page),
  });
  return { status: 200, body };
}

interface Page {
  readonly entries: readonly ({ readonly version: ObjectVersion } | { readonly prefix: string })[];
  readonly maxKeys: number;
  /** Where to go on after: the last key or common prefix of this page. undefined on the last page. */
  readonly next?: string;
}

function listCurrent(core: S3Core, request: BucketRequest, after: string | undefined): Page {
  const bucket = core.catalog.getBucket(request.bucket);
  return paginate(bucket, request, after ?? "", (key) => {
    const current = core.catalog.findCurrent(bucket, key);
    return current && !current.deleteMarker && key !== after ? [current] : [];
  });
}

/** Walks the keys in order, rolls those with the delimiter up into common prefixes, and stops when the page is full. */
function paginate(
  bucket: Bucket,
  request: BucketRequest,
  marker: string,
  versionsOf: (key: string) => readonly ObjectVersion[],
): Page {
  const prefix = request.query.get("prefix") ?? "";
  const delimiter = request.query.get("delimiter") ?? "";
  const maxKeys = parseCount(request, "max-keys", MAX_KEYS, [0, MAX_KEYS]);
  const entries: Page["entries"][number][] = [];
  if (maxKeys === 0) return { entries, maxKeys };
  let last = "";
  // A marker inside a common prefix means that the prefix was on an earlier page.
  const passed = commonPrefix(marker, prefix, delimiter);
  const start =
    passed !== undefined && marker === passed ? passed + AFTER : compareKeys(marker, prefix) > 0 ? marker : prefix;
  for (const key of bucket.keys.from(start)) {
    if (!key.startsWith(prefix)) {
      if (compareKeys(key, prefix) > 0) break;
      continue;
    }
    const common = commonPrefix(key, prefix, delimiter);
    if (common !== undefined && common === last) continue;
    for (const version of versionsOf(key)) {
      if (common !== undefined && common === last) break;
      if (entries.length === maxKeys) return { entries, maxKeys, next: last };
      entries.push(common === undefined ? { version } : { prefix: common });
      last = common ?? key;
    }
  }
  return { entries, maxKeys };
}

function commonPrefix(key: string, prefix: string, delimiter: string): string | undefined {
  if (delimiter === "" || !key.startsWith(prefix)) return undefined;
  const end = key.indexOf(delimiter, prefix.length);
  return end < 0 ? undefined : key.slice(0, end + delimiter.length);
}

function printPage(core: S3Core, request: BucketRequest, page: Page, withOwner: boolean): Record<string, XmlValue> {
  const Contents = page.entries.flatMap((entry) =>
    "version" in entry
      ? [
          {
            Key: encoded(request, entry.version.key),
            LastModified: new Date(entry.version.lastModified).toISOString(),
            ETag: `"${entry.version.eTag}"`,
            ChecksumAlgorithm: entry.version.checksum?.algorithm,
            ChecksumType: entry.version.checksum?.type,
            Size: entry.version.bytes,
            StorageClass: "STANDARD",
            ...(withOwner ? { Owner: owner(core) } : {}),
          },
        ]
      : [],
  );
  return { ...printHead(request, page), Contents, CommonPrefixes: printPrefixes(request, page) };
}

function printHead(request: BucketRequest, page: Page): Record<string, XmlValue> {
  const delimiter = request.query.get("delimiter");
  return {
    Name: request.bucket,
    Prefix: encoded(request, request.query.get("prefix") ?? ""),
    Delimiter: delimiter ? encoded(request, delimiter) : undefined,
    MaxKeys: page.maxKeys,
    EncodingType: encodingType(request),
    IsTruncated: page.next !== undefined,
  };
}

function printPrefixes(request: BucketRequest, page: Page): XmlValue[] {
  return page.entries.flatMap((entry) => ("prefix" in entry ? [{ Prefix: encoded(request, entry.prefix) }] : []));
}

/** With encoding-type=url, for keys that XML cannot carry. */
export function encoded(request: BucketRequest, text: string): string {
  return encodingType(request) === undefined ? text : encodeRfc3986(text).replaceAll("%2F", "/").replaceAll("%20", "+");
}

export function encodingType(request: BucketRequest): "url" | undefined {
  const type = request.query.get("encoding-type");
  if (type === undefined || type === "url") return type;
  throw new S3Error("InvalidArgument", "Invalid Encoding Method specified in Request", {
    ArgumentName: "encoding-type",
  });
}

/** Every bucket and object belongs to the one account. */
export function owner(core: S3Core): { ID: string; DisplayName: string } {
  return { ID: core.context.accountId, DisplayName: core.context.accountId };
}

function parseToken(token: string): string {
  const text = Buffer.from(token, "base64url").toString("utf8");
  if (text !== "") return text;
  throw new S3Error("InvalidArgument", "The continuation token provided is incorrect", {
    ArgumentName: "continuation-token",
  });
}
