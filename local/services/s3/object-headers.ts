import { checksumHeader } from "./checksums.ts";
import type { ObjectDescription, ObjectVersion, StoredSettings } from "./model.ts";
import { notImplemented, S3Error } from "./s3-error.ts";
import type { S3Request } from "./s3-request.ts";
import { parseTags } from "./tags.ts";

type Headers = ReadonlyMap<string, string>;

/** Kept with an object and sent back as they came. */
const CONTENT_HEADERS = [
  "content-type",
  "cache-control",
  "content-disposition",
  "content-encoding",
  "content-language",
  "expires",
];
const MAX_METADATA_BYTES = 2048;

/** What would change how S3 keeps the object, and cannot be honoured on a laptop. */
const REFUSED_HEADERS = [
  /^x-amz-server-side-encryption-/,
  /^x-amz-copy-source-server-side-encryption-/,
  /^x-amz-object-lock-/,
  /^x-amz-website-redirect-location$/,
  /^x-amz-write-offset-bytes$/,
  /^x-amz-mfa$/,
  /^x-amz-request-payer$/,
  /^x-amz-optional-object-attributes$/,
  /^x-amz-rename-source/,
  /^x-amz-bypass-governance-retention$/,
];

/** Throws S3Error for a header that S3 would act on and this server does not. Every request passes here. */
export function refuseUnsupportedHeaders(headers: Headers, settings: StoredSettings | undefined): void {
  for (const name of headers.keys()) {
    if (REFUSED_HEADERS.some((pattern) => pattern.test(name))) throw notImplemented(name);
    if (name === "x-amz-acl" || name.startsWith("x-amz-grant-")) refuseAcl(name, headers.get(name) ?? "", settings);
  }
  const encryption = headers.get("x-amz-server-side-encryption");
  if (encryption !== undefined && encryption !== "AES256")
    throw notImplemented(`x-amz-server-side-encryption: ${encryption}`);
  const storageClass = headers.get("x-amz-storage-class");
  if (storageClass !== undefined && storageClass !== "STANDARD")
    throw notImplemented(`x-amz-storage-class: ${storageClass}`);
}

function refuseAcl(name: string, value: string, settings: StoredSettings | undefined): void {
  if (name === "x-amz-acl" && value === "bucket-owner-full-control") return;
  if ((settings?.objectOwnership ?? "BucketOwnerEnforced") === "BucketOwnerEnforced") {
    throw new S3Error("AccessControlListNotSupported", "The bucket does not allow ACLs");
  }
  if (name !== "x-amz-acl" || value !== "private") throw notImplemented(`${name}: ${value}`);
}

/** Headers, metadata and tags of an object to be. Throws S3Error. */
export function parseDescription(headers: Headers): ObjectDescription {
  const kept: Record<string, string> = {};
  const metadata: Record<string, string> = {};
  for (const [name, value] of headers) {
    if (CONTENT_HEADERS.includes(name)) kept[name] = value;
    else if (name.startsWith("x-amz-meta-")) metadata[name.slice("x-amz-meta-".length)] = value;
  }
  const encoding = withoutAwsChunked(kept["content-encoding"]);
  if (encoding === undefined) delete kept["content-encoding"];
  else kept["content-encoding"] = encoding;
  const bytes = Object.entries(metadata).reduce((sum, [name, value]) => sum + name.length + value.length, 0);
  if (bytes > MAX_METADATA_BYTES) {
    throw new S3Error("MetadataTooLarge", "Your metadata headers exceed the maximum allowed metadata size", {
      Size: String(bytes),
      MaxSizeAllowed: String(MAX_METADATA_BYTES),
    });
  }
  const tagging = headers.get("x-amz-tagging");
  return {
    headers: { "content-type": "binary/octet-stream", ...kept },
    metadata,
    tags: tagging ? parseTags(tagging) : {},
  };
}

/** The headers of GET and HEAD. */
export function describeVersion(
  version: ObjectVersion,
  settings: StoredSettings,
  request: S3Request,
): Record<string, string> {
  const tagCount = Object.keys(version.tags).length;
  return {
    ...version.headers,
    ...Object.fromEntries(Object.entries(version.metadata).map(([name, value]) => [`x-amz-meta-${name}`, value])),
    "accept-ranges": "bytes",
    etag: `"${version.eTag}"`,
    "last-modified": new Date(version.lastModified).toUTCString(),
    ...versionHeader(version, settings),
    ...encryptionHeader(settings),
    ...(tagCount > 0 ? { "x-amz-tagging-count": String(tagCount) } : {}),
    ...(request.headers.get("x-amz-checksum-mode")?.toUpperCase() === "ENABLED"
      ? checksumHeaders(version.checksum)
      : {}),
  };
}

/** x-amz-version-id, on buckets that have or had versioning. */
export function versionHeader(
  version: Pick<ObjectVersion, "versionId">,
  settings: StoredSettings,
): Record<string, string> {
  return settings.versioning ? { "x-amz-version-id": version.versionId } : {};
}

export function encryptionHeader(settings: StoredSettings): Record<string, string> {
  return settings.encryption ? { "x-amz-server-side-encryption": settings.encryption.algorithm } : {};
}

export function checksumHeaders(checksum: ObjectVersion["checksum"]): Record<string, string> {
  return checksum ? { [checksumHeader(checksum.algorithm)]: checksum.value, "x-amz-checksum-type": checksum.type } : {};
}

/** aws-chunked describes the request, not the object. */
function withoutAwsChunked(encoding: string | undefined): string | undefined {
  const left = encoding
    ?.split(",")
    .map((one) => one.trim())
    .filter((one) => one !== "aws-chunked" && one !== "");
  return left?.length ? left.join(",") : undefined;
}
