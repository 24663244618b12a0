import * as z from "zod";
import { block } from "../../../model/resources/blocks.ts";
import { defineResource } from "../../../model/resources/resource.ts";
import type { StackRuntime } from "../../../runtime.ts";
import type { S3Service } from "../seam.ts";

const schema = z.strictObject({
  bucket: z.string(),
  versioning_configuration: block(z.strictObject({ status: z.enum(["Enabled", "Suspended"]) })),
});

export const awsS3BucketVersioning = defineResource<StackRuntime & { s3: S3Service }, z.infer<typeof schema>>({
  type: "aws_s3_bucket_versioning",
  schema,
  exports: ["id"],
  async start({ config }, { s3 }) {
    await s3.configureBucket(config.bucket, { versioning: config.versioning_configuration.status });
    return { attributes: { id: config.bucket } };
  },
});
