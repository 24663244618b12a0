import * as z from "zod";
import { requireAccess } from "./access.ts";
import { digestStream, MAX_PUT_BYTES, readDocument, type StoredBody, storeBody, storeStream } from "./body.ts";
import { type Bucket, createId } from "./catalog.ts";
import { type ChecksumAlgorithm, checksumElement, checksumHeader, isCrc, parseChecksumAlgorithm } from "./checksums.ts";
import { checkWriteConditions } from "./conditions.ts";
import { listOf } from "./configuration-document.ts";
import { getCopySource } from "./copy-object.ts";
import type { MultipartUpload, UploadedPart } from "./model.ts";
import { assembleParts, type StatedPart } from "./multipart-assembly.ts";
import { checksumHeaders, encryptionHeader, parseDescription, versionHeader } from "./object-headers.ts";
import { parseRange } from "./read-object.ts";
import { notImplemented, S3Error } from "./s3-error.ts";
import { type ObjectRequest, parseCount, type S3Core, type S3Reply } from "./s3-request.ts";
import { commitObject, requireWriteAccess } from "./write-object.ts";
import { parseXml, printXml } from "./xml.ts";

const MAX_PARTS = 10_000;

/** CreateMultipartUpload. */
export async function createMultipartUpload(core: S3Core, request: ObjectRequest): Promise<S3Reply> {
  const { bucket, key } = request;
  const description = parseDescription(request.headers);
  requireWriteAccess(core, request, description);
  const checksum = parseUploadChecksum(request);
  const initiated = core.context.clock.now();
  const upload: MultipartUpload = {
    uploadId: createId(),
    key,
    initiated,
    ...description,
    ...(checksum ? { checksum } : {}),
  };
  core.catalog.commit({ kind: "upload", bucket, upload });
  return {
    status: 200,
    headers: {
      ...encryptionHeader(core.catalog.getBucket(bucket).settings),
      ...(checksum ? { "x-amz-checksum-algorithm": checksum.algorithm, "x-amz-checksum-type": checksum.type } : {}),
    },
    body: printXml("InitiateMultipartUploadResult", { Bucket: bucket, Key: key, UploadId: upload.uploadId }),
  };
}

/** UploadPart. */
export async function uploadPart(core: S3Core, request: ObjectRequest): Promise<S3Reply> {
  const { upload } = getUpload(core, request);
  const number = parsePartNumber(request);
  const stored = await storeBody(core, request, request.key);
  const part = commitPart(core, request, upload, number, stored);
  return { status: 200, headers: { etag: `"${part.eTag}"`, ...checksumHeaders(part.checksum) } };
}

/** UploadPartCopy. */
export async function uploadPartCopy(core: S3Core, request: ObjectRequest): Promise<S3Reply> {
  const { upload } = getUpload(core, request);
  const number = parsePartNumber(request);
  const source = getCopySource(core, request);
  const range = parseRange(request.headers.get("x-amz-copy-source-range"), source.bytes);
  const { start, end } = range ?? { start: 0, end: source.bytes };
  if (end - start > MAX_PUT_BYTES)
    throw new S3Error(
      "InvalidRequest",
      "The specified copy source is larger than the maximum allowable size for a copy source: 5368709120",
    );
  const stored = await storeStream(core, request.key, (write) =>
    digestStream(core.blobs.read(source.segments, start, end), upload.checksum?.algorithm, write),
  );
  const part = commitPart(core, request, upload, number, stored);
  const body = printXml("CopyPartResult", {
    LastModified: new Date(part.lastModified).toISOString(),
    ETag: `"${part.eTag}"`,
    ...checksumElement(part.checksum),
  });
  return { status: 200, body };
}

const partEntry = z.strictObject({
  PartNumber: z.coerce.number().int().min(1).max(MAX_PARTS),
  ETag: z.string(),
  ChecksumCRC32: z.string().optional(),
  ChecksumCRC32C: z.string().optional(),
  ChecksumCRC64NVME: z.string().optional(),
  ChecksumSHA1: z.string().optional(),
  ChecksumSHA256: z.string().optional(),
});
const partList = z.strictObject({
  Part: listOf(partEntry).refine(
    (list) => list.length >= 1 && list.length <= MAX_PARTS,
    "1 to 10000 parts are expected",
  ),
});

/** CompleteMultipartUpload: the object takes the parts' files over, so it takes no longer for 5 TB than for 5 MB. */
export async function completeMultipartUpload(core: S3Core, request: ObjectRequest): Promise<S3Reply> {
  const { bucket, key } = request;
  const { upload } = getUpload(core, request);
  checkWriteConditions(core.catalog.findCurrent(core.catalog.getBucket(bucket), key), key, request.headers);
  if (request.headers.has("if-match")) requireAccess(core, request, { action: "s3:GetObject", key });
  const { text } = await readDocument({ ...request, headers: withoutObjectChecksum(request) });
  const stated = parseXml(text, "CompleteMultipartUpload", partList).Part.map(
    ({ PartNumber, ETag, ...checksums }): StatedPart => ({
      number: PartNumber,
      eTag: ETag.replaceAll('"', ""),
      checksums: new Map(Object.entries(checksums)),
    }),
  );
  const content = await assembleParts(upload, getUpload(core, request).parts, stated, request.headers);
  // Looked up again: another request may have completed the upload, or replaced a part, while this one waited.
  const { parts } = getUpload(core, request);
  if (stated.some(({ number }, index) => parts.get(number)?.segment !== content.segments[index])) {
    throw new S3Error("InvalidPart", "A part was replaced while the upload was being completed.");
  }
  const adopted = stated.map(({ number }) => number);
  const { headers, metadata, tags, uploadId } = upload;
  const draft = { key, headers, metadata, tags, ...content };
  const version = commitObject(core, request, draft, "ObjectCreated:CompleteMultipartUpload", [
    { kind: "upload-gone", bucket, uploadId, adopted },
  ]);
  const { settings } = core.catalog.getBucket(bucket);
  return {
    status: 200,
    headers: { ...versionHeader(version, settings), ...encryptionHeader(settings) },
    body: printXml("CompleteMultipartUploadResult", {
      Location: `http://${request.headers.get("host")}/${bucket}/${encodeURIComponent(key)}`,
      Bucket: bucket,
      Key: key,
      ETag: `"${version.eTag}"`,
      ...checksumElement(version.checksum),
      ChecksumType: version.checksum?.type,
    }),
  };
}

/** AbortMultipartUpload. */
export async function abortMultipartUpload(core: S3Core, request: ObjectRequest): Promise<S3Reply> {
  const { upload } = getUpload(core, request);
  core.catalog.commit({ kind: "upload-gone", bucket: request.bucket, uploadId: upload.uploadId, adopted: [] });
  return { status: 204 };
}

/** ListParts. */
export async function listParts(core: S3Core, request: ObjectRequest): Promise<S3Reply> {
  const { upload, parts } = getUpload(core, request);
  const after = parseCount(request, "part-number-marker", 0, [0, MAX_PARTS]);
  const max = parseCount(request, "max-parts", 1000, [0, 1000]);
  const later = [...parts.values()].filter(({ number }) => number > after).sort((a, b) => a.number - b.number);
  const page = later.slice(0, max);
  const body = printXml("ListPartsResult", {
    Bucket: request.bucket,
    Key: request.key,
    UploadId: upload.uploadId,
    PartNumberMarker: after,
    NextPartNumberMarker: page.at(-1)?.number ?? 0,
    MaxParts: max,
    IsTruncated: later.length > page.length,
    ChecksumAlgorithm: upload.checksum?.algorithm,
    ChecksumType: upload.checksum?.type,
    StorageClass: "STANDARD",
    Part: page.map((part) => ({
      PartNumber: part.number,
      LastModified: new Date(part.lastModified).toISOString(),
      ETag: `"${part.eTag}"`,
      Size: part.segment.bytes,
      ...checksumElement(part.checksum),
    })),
  });
  return { status: 200, body };
}

/** Throws NoSuchUpload, also for an upload of another key. */
function getUpload(
  core: S3Core,
  request: ObjectRequest,
): { upload: MultipartUpload; parts: Map<number, UploadedPart> } {
  const bucket: Bucket = core.catalog.getBucket(request.bucket);
  const found = bucket.uploads.get(request.query.get("uploadId") ?? "");
  if (found && found.upload.key === request.key) return found;
  throw new S3Error(
    "NoSuchUpload",
    "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.",
    { UploadId: request.query.get("uploadId") ?? "" },
  );
}

function commitPart(
  core: S3Core,
  request: ObjectRequest,
  upload: MultipartUpload,
  number: number,
  stored: StoredBody,
): UploadedPart {
  try {
    getUpload(core, request);
    const { uploadId } = upload;
    const lastModified = core.context.clock.now();
    const checksum = stored.checksum ? { ...stored.checksum, type: "FULL_OBJECT" as const } : undefined;
    requireAlgorithm(upload, checksum?.algorithm);
    const part = { number, segment: stored.segment, eTag: stored.md5, lastModified, ...(checksum ? { checksum } : {}) };
    core.catalog.commit({ kind: "part", bucket: request.bucket, uploadId, part });
    return part;
  } catch (error) {
    core.blobs.remove([stored.segment]);
    throw error;
  }
}

function requireAlgorithm(upload: MultipartUpload, algorithm: ChecksumAlgorithm | undefined): void {
  const expected = upload.checksum?.algorithm;
  if (expected === undefined || expected === algorithm) return;
  throw new S3Error(
    "InvalidRequest",
    `Checksum Type mismatch occurred, expected checksum Type: ${expected.toLowerCase()}, actual checksum Type: ${algorithm?.toLowerCase() ?? "null"}`,
  );
}

function parsePartNumber(request: ObjectRequest): number {
  const number = Number(request.query.get("partNumber"));
  if (Number.isInteger(number) && number >= 1 && number <= MAX_PARTS) return number;
  throw new S3Error("InvalidArgument", "Part number must be an integer between 1 and 10000, inclusive");
}

function parseUploadChecksum(request: ObjectRequest): MultipartUpload["checksum"] {
  const name = request.headers.get("x-amz-checksum-algorithm");
  const type = request.headers.get("x-amz-checksum-type");
  if (name === undefined) return undefined;
  const algorithm = parseChecksumAlgorithm(name);
  if (type === "FULL_OBJECT" && !isCrc(algorithm)) {
    throw new S3Error(
      "InvalidRequest",
      `The FULL_OBJECT checksum type cannot be used with the ${algorithm.toLowerCase()} checksum algorithm.`,
    );
  }
  if (type === "COMPOSITE" && algorithm === "CRC64NVME") {
    throw new S3Error(
      "InvalidRequest",
      "The COMPOSITE checksum type cannot be used with the crc64nvme checksum algorithm.",
    );
  }
  if (type !== undefined && type !== "FULL_OBJECT" && type !== "COMPOSITE")
    throw notImplemented(`x-amz-checksum-type: ${type}`);
  return { algorithm, type: type ?? (algorithm === "CRC64NVME" ? "FULL_OBJECT" : "COMPOSITE") };
}

/** In CompleteMultipartUpload the checksum header speaks of the object, not of the document. */
function withoutObjectChecksum(request: ObjectRequest): ReadonlyMap<string, string> {
  const headers = new Map(request.headers);
  for (const algorithm of ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"] as const)
    headers.delete(checksumHeader(algorithm));
  return headers;
}
