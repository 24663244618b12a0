import * as z from "zod";
import { policyText } from "../../../iam/policy-text.ts";
import { defineResource } from "../../../model/resources/resource.ts";
import type { StackRuntime } from "../../../runtime.ts";
import type { S3Service } from "../seam.ts";

const schema = z.strictObject({ bucket: z.string(), policy: policyText("resource") });

export const awsS3BucketPolicy = defineResource<StackRuntime & { s3: S3Service }, z.infer<typeof schema>>({
  type: "aws_s3_bucket_policy",
  schema,
  exports: ["id"],
  async start({ config }, { s3 }) {
    await s3.configureBucket(config.bucket, { policy: config.policy });
    return { attributes: { id: config.bucket } };
  },
});
