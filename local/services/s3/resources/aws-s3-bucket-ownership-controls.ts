import * as z from "zod";
import { block } from "../../../model/resources/blocks.ts";
import { defineResource } from "../../../model/resources/resource.ts";
import type { StackRuntime } from "../../../runtime.ts";
import type { S3Service } from "../seam.ts";

const schema = z.strictObject({
  bucket: z.string(),
  rule: block(
    z.strictObject({ object_ownership: z.enum(["BucketOwnerEnforced", "BucketOwnerPreferred", "ObjectWriter"]) }),
  ),
});

export const awsS3BucketOwnershipControls = defineResource<StackRuntime & { s3: S3Service }, z.infer<typeof schema>>({
  type: "aws_s3_bucket_ownership_controls",
  schema,
  exports: ["id"],
  async start({ config }, { s3 }) {
    await s3.configureBucket(config.bucket, { objectOwnership: config.rule.object_ownership });
    return { attributes: { id: config.bucket } };
  },
});
