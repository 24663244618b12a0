import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { PutObjectCommand, type S3Client, S3ServiceException } from "@aws-sdk/client-s3";
import { RENDITION_CACHE_CONTROL, type RenditionStore } from "../object-store.ts";

/** As often as the SDK tries what it can send again by itself. */
const FILE_ATTEMPTS = 3;

/**
 * The renditions bucket in S3, write only: s3:PutObject on `v1/*`, nothing else. One PUT per object (S3 takes 5 GB in
 * one), so an object is there whole or not at all, and no multipart upload is ever left behind.
 */
export class S3RenditionStore implements RenditionStore {
  constructor(
    private readonly client: S3Client,
    private readonly bucket: string,
  ) {}

  async put(key: string, body: Buffer, contentType: string): Promise<void> {
    await this.client.send(
      new PutObjectCommand({
        Bucket: this.bucket,
        Key: key,
        Body: body,
        ContentType: contentType,
        CacheControl: RENDITION_CACHE_CONTROL,
      }),
    );
  }

  async putFile(key: string, path: string, contentType: string): Promise<number> {
    const { size } = await stat(path);
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.putStream(key, path, size, contentType);
        return size;
      } catch (error) {
        // The SDK cannot rewind a stream, so it does not try again; losing a whole encode to one bad connection is worse.
        if (attempt === FILE_ATTEMPTS || !mayPass(error)) throw error;
      }
    }
  }

  private async putStream(key: string, path: string, size: number, contentType: string): Promise<void> {
    const body = createReadStream(path);
    try {
      await this.client.send(
        new PutObjectCommand({
          Bucket: this.bucket,
          Key: key,
          Body: body,
          ContentLength: size,
          ContentType: contentType,
          CacheControl: RENDITION_CACHE_CONTROL,
        }),
      );
    } finally {
      body.destroy();
    }
  }
}

/** A fault of the service or the network; what S3 refuses (4xx), it will refuse again. */
function mayPass(error: unknown): boolean {
  const status = error instanceof S3ServiceException ? (error.$metadata.httpStatusCode ?? 500) : 500;
  return status >= 500 || status === 429;
}
