import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import type { Target } from "./target.ts";

/** Leaves files in an environment's buckets, in two versions where they are versioned: a destroy has to take them along. */
export async function leaveFiles(
  { accountId, variables }: Target,
  { region }: { readonly region: string },
): Promise<void> {
  const { AWS_ENDPOINT_URL: endpoint, AWS_ACCESS_KEY_ID = "", AWS_SECRET_ACCESS_KEY = "" } = variables;
  const credentials = { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY };
  const s3 = new S3Client({ region, ...(endpoint && { endpoint, credentials, forcePathStyle: true }) });
  try {
    for (const name of ["uploads", "uploads", "renditions"]) {
      const Bucket = `darkroom-dev-${name}-${accountId}-${region}`;
      await s3.send(new PutObjectCommand({ Bucket, Key: "left-behind.txt", Body: `in ${name}` }));
    }
  } finally {
    s3.destroy();
  }
}
