import * as z from "zod";
import { defineResource } from "../../../model/resources/resource.ts";
import type { StackRuntime } from "../../../runtime.ts";
import type { S3Service } from "../seam.ts";

const schema = z.strictObject({
  bucket: z.string(),
  block_public_acls: z.boolean().default(false),
  block_public_policy: z.boolean().default(false),
  ignore_public_acls: z.boolean().default(false),
  restrict_public_buckets: z.boolean().default(false),
});

export const awsS3BucketPublicAccessBlock = defineResource<StackRuntime & { s3: S3Service }, z.infer<typeof schema>>({
  type: "aws_s3_bucket_public_access_block",
  schema,
  exports: ["id"],
  async start({ config }, { s3 }) {
    const publicAccessBlock = {
      blockPublicAcls: config.block_public_acls,
      blockPublicPolicy: config.block_public_policy,
      ignorePublicAcls: config.ignore_public_acls,
      restrictPublicBuckets: config.restrict_public_buckets,
    };
    await s3.configureBucket(config.bucket, { publicAccessBlock });
    return { attributes: { id: config.bucket } };
  },
});
