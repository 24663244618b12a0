import { createWriteStream } from "node:fs";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { GetObjectCommand, HeadObjectCommand, type S3Client, S3ServiceException } from "@aws-sdk/client-s3";
import { MediaError, SourceGoneError } from "../../errors.ts";
import type { ObjectVersion, SourceStore } from "../object-store.ts";
import { createSizeCap, createTooLargeError } from "../source-limits.ts";

/**
 * The uploads bucket in S3, read only.
 *
 * | method | IAM action, on |
 * |---|---|
 * | read, download | s3:GetObjectVersion (s3:GetObject where the event names no version), the kind's keys: `image/*` … |
 * | exists (and the two above for a version that is gone) | s3:GetObject, the same keys; s3:ListBucket, the bucket |
 *
 * ListBucket is never called: S3 answers 403 instead of 404 for a missing object without it, and a denial must not be
 * taken for an absence.
 */
export class S3SourceStore implements SourceStore {
  constructor(
    private readonly client: S3Client,
    private readonly bucket: string,
  ) {}

  async read(version: ObjectVersion, maxBytes: number): Promise<Buffer> {
    const body = await this.open(version, maxBytes);
    const chunks: Buffer[] = [];
    await pipeline(body, createSizeCap(maxBytes), async (capped) => {
      for await (const chunk of capped) chunks.push(chunk);
    });
    return Buffer.concat(chunks);
  }

  async download(version: ObjectVersion, path: string, maxBytes: number): Promise<void> {
    const body = await this.open(version, maxBytes);
    try {
      await pipeline(body, createSizeCap(maxBytes), createWriteStream(path));
    } catch (error) {
      if (isDiskFull(error)) throw new MediaError("OUT_OF_DISK", undefined, { cause: error });
      throw error;
    }
  }

  async exists(key: string): Promise<boolean> {
    try {
      await this.client.send(new HeadObjectCommand({ Bucket: this.bucket, Key: key }));
      return true;
    } catch (error) {
      if (hasStatus(error, 404)) return false;
      throw error;
    }
  }

  /** The body of that exact version (threats.md E5). */
  private async open({ key, versionId, eTag }: ObjectVersion, maxBytes: number): Promise<Readable> {
    const get = new GetObjectCommand({ Bucket: this.bucket, Key: key, VersionId: versionId, IfMatch: `"${eTag}"` });
    const { Body, ContentLength = 0 } = await this.client.send(get).catch((error) => this.rethrow(error, key));
    // On Node, the SDK's body is the response itself.
    const body = Body as Readable | undefined;
    if (!body) throw new Error(`S3 answered without a body for ${key}.`);
    if (ContentLength > maxBytes) {
      body.destroy();
      throw createTooLargeError(maxBytes);
    }
    return body;
  }

  private async rethrow(error: unknown, key: string): Promise<never> {
    if (!hasStatus(error, 404) && !hasStatus(error, 412)) throw error;
    throw new SourceGoneError(`The announced version of ${key} is gone.`, {
      cause: error,
      replaced: await this.exists(key),
    });
  }
}

function hasStatus(error: unknown, status: number): boolean {
  return error instanceof S3ServiceException && error.$metadata.httpStatusCode === status;
}

function isDiskFull(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOSPC";
}
