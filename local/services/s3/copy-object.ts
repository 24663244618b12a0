import { requireAccess } from "./access.ts";
import { digestStream, MAX_PUT_BYTES, storeStream } from "./body.ts";
import { checksumElement, parseChecksumAlgorithm } from "./checksums.ts";
import { checkReadConditions, checkWriteConditions } from "./conditions.ts";
import type { ObjectDescription, ObjectVersion } from "./model.ts";
import { encryptionHeader, parseDescription, versionHeader } from "./object-headers.ts";
import { getVersion } from "./read-object.ts";
import { S3Error } from "./s3-error.ts";
import type { ObjectRequest, S3Core, S3Reply } from "./s3-request.ts";
import { commitObject, contentOf, requireWriteAccess } from "./write-object.ts";
import { printXml } from "./xml.ts";

/** CopyObject, up to 5 GB: the bytes are copied, because the copy's ETag is the hash of its own bytes. */
export async function copyObject(core: S3Core, request: ObjectRequest): Promise<S3Reply> {
  const { key, headers } = request;
  const source = getCopySource(core, request);
  if (source.bytes > MAX_PUT_BYTES) {
    throw new S3Error(
      "InvalidRequest",
      "The specified copy source is larger than the maximum allowable size for a copy source: 5368709120",
    );
  }
  const description = describeCopy(request, source);
  if (Object.keys(source.tags).length > 0 && description.tags === source.tags) {
    requireAccess(core, request, {
      action: "s3:GetObjectTagging",
      ...parseCopySource(headers.get("x-amz-copy-source") ?? ""),
    });
  }
  requireWriteAccess(core, request, description);
  checkWriteConditions(core.catalog.findCurrent(core.catalog.getBucket(request.bucket), key), key, headers);
  const named = headers.get("x-amz-checksum-algorithm");
  const algorithm = named === undefined ? source.checksum?.algorithm : parseChecksumAlgorithm(named);
  const stored = await storeStream(core, key, (write) =>
    digestStream(core.blobs.read(source.segments, 0, source.bytes), algorithm, write),
  );
  const version = commitObject(core, request, { key, ...description, ...contentOf(stored) }, "ObjectCreated:Copy");
  const { settings } = core.catalog.getBucket(request.bucket);
  return {
    status: 200,
    headers: {
      ...versionHeader(version, settings),
      ...encryptionHeader(settings),
      ...(settings.versioning ? { "x-amz-copy-source-version-id": source.versionId } : {}),
    },
    body: printXml("CopyObjectResult", {
      LastModified: new Date(version.lastModified).toISOString(),
      ETag: `"${version.eTag}"`,
      ...checksumElement(version.checksum),
    }),
  };
}

/** The version that x-amz-copy-source names, once the sender may read it and its conditions hold. Throws S3Error. */
export function getCopySource(core: S3Core, request: ObjectRequest): ObjectVersion {
  const { bucket, key, versionId } = parseCopySource(request.headers.get("x-amz-copy-source") ?? "");
  core.catalog.getBucket(bucket);
  requireAccess(core, request, {
    action: versionId === undefined ? "s3:GetObject" : "s3:GetObjectVersion",
    bucket,
    key,
  });
  const version = getVersion(core, request, key, versionId, bucket);
  checkReadConditions(version, request.headers, "x-amz-copy-source-");
  return version;
}

function parseCopySource(header: string): { bucket: string; key: string; versionId?: string } {
  const [, path = "", versionId] = /^(.*?)(?:\?versionId=([^?]+))?$/s.exec(header) ?? [];
  const [, bucket, key] = /^\/?([^/]+)\/(.+)$/s.exec(decode(path)) ?? [];
  if (bucket === undefined || key === undefined) {
    throw new S3Error("InvalidArgument", "Copy Source must mention the source bucket and key: sourcebucket/sourcekey", {
      ArgumentName: "x-amz-copy-source",
      ArgumentValue: header,
    });
  }
  return { bucket, key, ...(versionId === undefined ? {} : { versionId }) };
}

function describeCopy(request: ObjectRequest, source: ObjectVersion): ObjectDescription {
  const stated = parseDescription(request.headers);
  const replaceMetadata = parseDirective(request, "x-amz-metadata-directive");
  const replaceTags = parseDirective(request, "x-amz-tagging-directive");
  const { bucket, key } = parseCopySource(request.headers.get("x-amz-copy-source") ?? "");
  if (
    bucket === request.bucket &&
    key === request.key &&
    !replaceMetadata &&
    !request.headers.get("x-amz-copy-source")?.includes("?versionId=")
  ) {
    throw new S3Error(
      "InvalidRequest",
      "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
    );
  }
  const { headers, metadata } = replaceMetadata ? stated : source;
  return { headers, metadata, tags: replaceTags ? stated.tags : source.tags };
}

function parseDirective(request: ObjectRequest, name: string): boolean {
  const directive = request.headers.get(name) ?? "COPY";
  if (directive === "COPY" || directive === "REPLACE") return directive === "REPLACE";
  throw new S3Error("InvalidArgument", `Unknown ${name}: ${directive}; expected COPY or REPLACE`);
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path.replaceAll("+", " "));
  } catch {
    throw new S3Error("InvalidArgument", "The x-amz-copy-source header is not URL-encoded.");
  }
}
