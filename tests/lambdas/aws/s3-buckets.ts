import { DeleteObjectCommand, GetObjectCommand, NoSuchKey, PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { S3RenditionStore } from "../../../lambdas/media/jobs/aws/s3-rendition-store.ts";
import { S3SourceStore } from "../../../lambdas/media/jobs/aws/s3-source-store.ts";
import type { RenditionBucket, SourceBucket } from "../media/jobs/object-store.contract.ts";

/** A versioned uploads bucket: read as `reader`, filled by its owner. */
export function toSourceBucket(owner: S3Client, reader: S3Client, bucket: string): SourceBucket {
  return {
    store: new S3SourceStore(reader, bucket),
    upload: async (key, body) => {
      const put = await owner.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }));
      // Events carry the tag without its quotes.
      return { key, versionId: put.VersionId, eTag: (put.ETag ?? "").replaceAll('"', "") };
    },
    remove: async (key, versionId) => {
      await owner.send(new DeleteObjectCommand({ Bucket: bucket, Key: key, VersionId: versionId }));
    },
  };
}

/** A renditions bucket: written as `writer`, looked at by its owner. */
export function toRenditionBucket(owner: S3Client, writer: S3Client, bucket: string): RenditionBucket {
  return {
    store: new S3RenditionStore(writer, bucket),
    find: async (key) => {
      try {
        const found = await owner.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
        const body = Buffer.from((await found.Body?.transformToByteArray()) ?? []);
        return { body, contentType: found.ContentType ?? "", cacheControl: found.CacheControl ?? "" };
      } catch (error) {
        if (error instanceof NoSuchKey) return undefined;
        throw error;
      }
    },
  };
}
