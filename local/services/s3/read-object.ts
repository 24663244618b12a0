import { Readable } from "node:stream";
import { hasAccess } from "./access.ts";
import { checkReadConditions, matches } from "./conditions.ts";
import type { ObjectVersion } from "./model.ts";
import { describeVersion } from "./object-headers.ts";
import { noSuchKey, notImplemented, S3Error } from "./s3-error.ts";
import { type BucketRequest, type ObjectRequest, type S3Core, type S3Reply, toHeaderValue } from "./s3-request.ts";

const RESPONSE_OVERRIDES = [
  "content-type",
  "content-language",
  "expires",
  "cache-control",
  "content-disposition",
  "content-encoding",
];

/** GetObject and HeadObject: ranges, parts, conditions, response-* overrides. */
export async function readObject(core: S3Core, request: ObjectRequest): Promise<S3Reply> {
  const { settings } = core.catalog.getBucket(request.bucket);
  const version = getVersion(core, request, request.key, request.query.get("versionId"));
  checkReadConditions(version, request.headers);
  const range = findPart(request, version) ?? findRange(request, version);
  const headers: Record<string, string> = {
    ...describeVersion(version, settings, request),
    ...overrides(request),
    "content-length": String(range ? range.end - range.start : version.bytes),
  };
  if (range) {
    headers["content-range"] = `bytes ${range.start}-${range.end - 1}/${version.bytes}`;
    if (range.parts !== undefined) headers["x-amz-mp-parts-count"] = String(range.parts);
    // A checksum of the whole would not fit a piece.
    for (const name of Object.keys(headers)) if (name.startsWith("x-amz-checksum-")) delete headers[name];
  }
  const status = range ? 206 : 200;
  if (request.method === "HEAD") return { status, headers };
  const { start, end } = range ?? { start: 0, end: version.bytes };
  return { status, headers, body: Readable.from(core.blobs.read(version.segments, start, end), { objectMode: false }) };
}

/**
 * The version that a read names, or the newest. Throws as S3 does: NoSuchKey, NoSuchVersion, MethodNotAllowed for a
 * delete marker by its id; and AccessDenied instead of NoSuchKey to those who may not list, lest they probe for keys.
 */
export function getVersion(
  core: S3Core,
  request: BucketRequest,
  key: string,
  versionId: string | undefined,
  bucketName = request.bucket,
): ObjectVersion {
  const bucket = core.catalog.getBucket(bucketName);
  if (versionId !== undefined) {
    const version = core.catalog.findVersion(bucket, key, versionId);
    if (!version) {
      throw new S3Error("NoSuchVersion", "The specified version does not exist.", { Key: key, VersionId: versionId });
    }
    if (!version.deleteMarker) return version;
    throw new S3Error(
      "MethodNotAllowed",
      "The specified method is not allowed against this resource.",
      {},
      {
        "x-amz-delete-marker": "true",
        "x-amz-version-id": versionId,
        allow: "DELETE",
      },
    );
  }
  const current = core.catalog.findCurrent(bucket, key);
  if (current && !current.deleteMarker) return current;
  if (!hasAccess(core, request, { action: "s3:ListBucket", bucket: bucketName })) {
    throw new S3Error("AccessDenied", "Access Denied");
  }
  const marker: Record<string, string> = current
    ? { "x-amz-delete-marker": "true", "x-amz-version-id": current.versionId }
    : {};
  throw noSuchKey(key, marker);
}

interface ByteRange {
  readonly start: number;
  /** Not included. */
  readonly end: number;
  readonly parts?: number;
}

/** One range, as S3: several, or one that makes no sense, count as none. Throws InvalidRange past the end. */
function findRange(request: ObjectRequest, version: ObjectVersion): ByteRange | undefined {
  const ifRange = request.headers.get("if-range");
  if (ifRange !== undefined && !holdsIfRange(ifRange, version)) return undefined;
  return parseRange(request.headers.get("range"), version.bytes);
}

/** `bytes=0-9`, `bytes=5-`, `bytes=-5`. Throws InvalidRange where it lies past the end. */
export function parseRange(header: string | undefined, bytes: number): ByteRange | undefined {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(header ?? "") ?? [];
  if (first === undefined || last === undefined || (first === "" && last === "")) return undefined;
  const start = first === "" ? Math.max(bytes - Number(last), 0) : Number(first);
  const end = first === "" || last === "" ? bytes : Math.min(Number(last) + 1, bytes);
  if (first !== "" && last !== "" && Number(last) < start) return undefined;
  if (start < bytes && start < end) return { start, end };
  throw new S3Error(
    "InvalidRange",
    "The requested range is not satisfiable",
    { RangeRequested: header ?? "", ActualObjectSize: String(bytes) },
    { "content-range": `bytes */${bytes}` },
  );
}

function holdsIfRange(header: string, version: ObjectVersion): boolean {
  const time = Date.parse(header);
  if (header.startsWith('"') || Number.isNaN(time)) return matches(header, version);
  return Math.floor(version.lastModified / 1000) * 1000 <= time;
}

function findPart(request: ObjectRequest, version: ObjectVersion): ByteRange | undefined {
  const text = request.query.get("partNumber");
  if (text === undefined) return undefined;
  if (request.headers.has("range")) throw notImplemented("Range together with partNumber");
  const index = Number(text) - 1;
  const segment = version.segments[index];
  if (!segment) throw new S3Error("InvalidRange", "The requested partnumber is not satisfiable");
  const start = version.segments.slice(0, index).reduce((sum, { bytes }) => sum + bytes, 0);
  return { start, end: start + segment.bytes, parts: version.segments.length };
}

function overrides(request: ObjectRequest): Record<string, string> {
  const found = RESPONSE_OVERRIDES.flatMap((name) => {
    const value = request.query.get(`response-${name}`);
    return value === undefined ? [] : [[name, toHeaderValue(name, value)] as const];
  });
  if (found.length > 0 && request.principal.type === "anonymous") {
    throw new S3Error("InvalidRequest", "Request specific response headers cannot be used for anonymous GET requests.");
  }
  return Object.fromEntries(found);
}
