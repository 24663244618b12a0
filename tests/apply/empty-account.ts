import { HeadBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { ApplyError } from "./apply-error.ts";
import { describeEnvironment } from "./environment.ts";
import type { Target } from "./target.ts";

/** Throws ApplyError where dev is deployed already: the run would take it over, and destroy it. */
export async function requireEmptyAccount({ accountId }: Target): Promise<void> {
  const { region } = describeEnvironment(accountId);
  const s3 = new S3Client({ region });
  try {
    const bucket = `darkroom-dev-media-uploads-${accountId}-${region}`;
    if (!(await hasBucket(s3, bucket))) return;
    throw new ApplyError(`${bucket} exists: dev is deployed in account ${accountId}. Take an account without it.`);
  } finally {
    s3.destroy();
  }
}

async function hasBucket(s3: S3Client, Bucket: string): Promise<boolean> {
  try {
    await s3.send(new HeadBucketCommand({ Bucket }));
    return true;
  } catch (error) {
    if (error instanceof Error && error.name === "NotFound") return false;
    throw error;
  }
}
