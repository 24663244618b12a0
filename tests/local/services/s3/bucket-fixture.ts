import { readdirSync } from "node:fs";
import { join } from "node:path";
import { GetObjectCommand, type GetObjectCommandInput, type S3Client, type S3ClientConfig } from "@aws-sdk/client-s3";
import { OWNER, startS3, type TestS3 } from "./s3-fixture.ts";

/** The service with one bucket in it, and a client of its owner's. */
export async function startBucket(
  Bucket: string,
  settings: Parameters<TestS3["service"]["configureBucket"]>[1] = {},
  config: S3ClientConfig = {},
): Promise<{ s3: TestS3; client: S3Client }> {
  const s3 = await startS3();
  await s3.service.putBucket(Bucket);
  await s3.service.configureBucket(Bucket, settings);
  return { s3, client: s3.client(OWNER, config) };
}

export async function readText(client: S3Client, input: GetObjectCommandInput): Promise<string> {
  const { Body } = await client.send(new GetObjectCommand(input));
  return (await Body?.transformToString()) ?? "";
}

/** The files that hold the bytes of objects, in the service's folder. */
export function listBlobs(directory: string): string[] {
  const names = readdirSync(join(directory, "blobs"), { recursive: true, encoding: "utf8" });
  return names.filter((name) => name.includes("-"));
}

/** What `outcomeOf` says of a request that was refused. */
export function refused(status: number, code: string): { status: number; code: string } {
  return { status, code };
}
