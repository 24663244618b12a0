import { encoded, encodingType, owner } from "./list-objects.ts";
import { notImplemented } from "./s3-error.ts";
import { type BucketRequest, parseCount, type S3Core, type S3Reply } from "./s3-request.ts";
import { compareKeys } from "./sorted-keys.ts";
import { printXml } from "./xml.ts";

/** ListMultipartUploads. */
export async function listMultipartUploads(core: S3Core, request: BucketRequest): Promise<S3Reply> {
  const bucket = core.catalog.getBucket(request.bucket);
  if (request.query.get("delimiter")) throw notImplemented("delimiter of ListMultipartUploads");
  const prefix = request.query.get("prefix") ?? "";
  const keyMarker = request.query.get("key-marker") ?? "";
  const idMarker = keyMarker === "" ? "" : (request.query.get("upload-id-marker") ?? "");
  const max = parseCount(request, "max-uploads", 1000, [0, 1000]);
  const later = [...bucket.uploads.values()]
    .map(({ upload }) => upload)
    .filter(({ key }) => key.startsWith(prefix))
    .filter(
      ({ key, uploadId }) => compareKeys(key, keyMarker) > 0 || (idMarker && key === keyMarker && uploadId > idMarker),
    )
    .sort((a, b) => compareKeys(a.key, b.key) || compareKeys(a.uploadId, b.uploadId));
  const page = later.slice(0, max);
  const last = later.length > page.length ? page.at(-1) : undefined;
  const body = printXml("ListMultipartUploadsResult", {
    Bucket: bucket.name,
    KeyMarker: encoded(request, keyMarker),
    UploadIdMarker: idMarker,
    NextKeyMarker: last && encoded(request, last.key),
    NextUploadIdMarker: last?.uploadId,
    Prefix: encoded(request, prefix),
    EncodingType: encodingType(request),
    MaxUploads: max,
    IsTruncated: last !== undefined,
    Upload: page.map(({ key, uploadId, initiated, checksum }) => ({
      Key: encoded(request, key),
      UploadId: uploadId,
      Initiator: owner(core),
      Owner: owner(core),
      StorageClass: "STANDARD",
      Initiated: new Date(initiated).toISOString(),
      ChecksumAlgorithm: checksum?.algorithm,
      ChecksumType: checksum?.type,
    })),
  });
  return { status: 200, body };
}
