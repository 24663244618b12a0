import * as z from "zod";
import { policyText } from "../../../iam/policy-text.ts";
import { defineResource } from "../../../model/resources/resource.ts";
import type { LaptopRuntime } from "../../../runtime.ts";

const schema = z.strictObject({ bucket: z.string(), policy: policyText("resource") });

export const awsS3BucketPolicy = defineResource<LaptopRuntime, z.infer<typeof schema>>({
  type: "aws_s3_bucket_policy",
  schema,
  exports: ["id"],
  async start({ config }, { s3 }) {
    await s3.configureBucket(config.bucket, { policy: config.policy });
    return { attributes: { id: config.bucket } };
  },
});
