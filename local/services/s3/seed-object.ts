import { createReadStream } from "node:fs";
import { digestStream, storeStream } from "./body.ts";
import { createId } from "./catalog.ts";
import type { S3Core } from "./s3-request.ts";
import type { S3Service } from "./seam.ts";
import { contentOf } from "./write-object.ts";

/** `S3Service.seedObject`: Terraform does not write again what is unchanged, so neither does this. */
export async function seedObject(
  core: S3Core,
  bucketName: string,
  key: string,
  object: Parameters<S3Service["seedObject"]>[2],
): ReturnType<S3Service["seedObject"]> {
  const bucket = core.catalog.getBucket(bucketName);
  const { body } = object;
  const stored = await storeStream(core, key, (write) =>
    digestStream(Buffer.isBuffer(body) ? once(body) : createReadStream(body.path), undefined, write),
  );
  const headers = {
    "content-type": object.contentType ?? "binary/octet-stream",
    ...(object.cacheControl === undefined ? {} : { "cache-control": object.cacheControl }),
  };
  const { versioning } = bucket.settings;
  const current = core.catalog.findCurrent(bucket, key);
  const unchanged =
    current !== undefined &&
    current.eTag === stored.md5 &&
    current.headers["content-type"] === headers["content-type"] &&
    current.headers["cache-control"] === headers["cache-control"];
  if (unchanged) {
    core.blobs.remove([stored.segment]);
    return { eTag: current.eTag, ...(versioning ? { versionId: current.versionId } : {}) };
  }
  const lastModified = core.context.clock.now();
  const versionId = versioning === "Enabled" ? createId() : "null";
  const version = {
    ...{ key, versionId, headers, metadata: {}, tags: {}, deleteMarker: false, lastModified },
    ...contentOf(stored),
    sequencer: core.catalog.nextSequencer(lastModified),
  };
  core.catalog.commit({ kind: "version", bucket: bucketName, version });
  return { eTag: version.eTag, ...(versioning ? { versionId } : {}) };
}

async function* once(body: Buffer): AsyncGenerator<Buffer> {
  yield body;
}
