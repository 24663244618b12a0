import { S3Client } from "@aws-sdk/client-s3";

/** Apart from `clients.ts`, so that functions without S3 do not carry its 200 KB. Timeouts are for silence, not for size. */
export function createS3Client(): S3Client {
  return new S3Client({ requestHandler: { connectionTimeout: 2000, socketTimeout: 20_000 } });
}
