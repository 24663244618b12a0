import * as z from "zod";
import { tags } from "../../../model/resources/blocks.ts";
import { defineResource } from "../../../model/resources/resource.ts";
import type { StackRuntime } from "../../../runtime.ts";
import type { S3Service } from "../seam.ts";

const schema = z.strictObject({
  bucket: z.string().min(3).max(63),
  // What `destroy` may do; a laptop's state goes with `npm run reset`.
  force_destroy: z.boolean().optional(),
  tags,
});

/** Settings of a bucket stand in resources of their own. What was stored in an earlier run is still there. */
export const awsS3Bucket = defineResource<StackRuntime & { s3: S3Service }, z.infer<typeof schema>>({
  type: "aws_s3_bucket",
  uniqueBy: "bucket",
  schema,
  exports: ["arn", "bucket", "bucket_domain_name", "bucket_regional_domain_name", "id", "region"],
  async start({ config: { bucket } }, { s3, region }) {
    await s3.putBucket(bucket);
    return {
      attributes: {
        id: bucket,
        arn: `arn:aws:s3:::${bucket}`,
        bucket_domain_name: `${bucket}.s3.amazonaws.com`,
        bucket_regional_domain_name: `${bucket}.s3.${region}.amazonaws.com`,
        region,
      },
    };
  },
});
