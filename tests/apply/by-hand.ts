import { PutBucketCorsCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { clientSettings, type Target } from "./target.ts";

interface Place {
  readonly region: string;
}

/** Lets any page into the uploads bucket, as somebody in a hurry would in the console. */
export async function openCors(target: Target, place: Place): Promise<void> {
  const CORSRules = [{ AllowedMethods: ["POST"], AllowedOrigins: ["*"] }];
  await withS3(target, place, async (s3) => {
    const Bucket = bucketName("uploads", target, place);
    await s3.send(new PutBucketCorsCommand({ Bucket, CORSConfiguration: { CORSRules } }));
  });
}

/** Leaves files in the buckets, in two versions where they are versioned: a destroy has to take them along. */
export async function leaveFiles(target: Target, place: Place): Promise<void> {
  await withS3(target, place, async (s3) => {
    for (const name of ["uploads", "uploads", "renditions"]) {
      const Bucket = bucketName(name, target, place);
      await s3.send(new PutObjectCommand({ Bucket, Key: "left-behind.txt", Body: `in ${name}` }));
    }
  });
}

function bucketName(name: string, { accountId }: Target, { region }: Place): string {
  return `darkroom-dev-media-${name}-${accountId}-${region}`;
}

async function withS3(target: Target, { region }: Place, work: (s3: S3Client) => Promise<void>): Promise<void> {
  const s3 = new S3Client({ ...clientSettings(target.variables, region), forcePathStyle: target.isEmulator });
  try {
    await work(s3);
  } finally {
    s3.destroy();
  }
}
