import * as z from "zod";
import { block } from "../../../model/resources/blocks.ts";
import { defineResource } from "../../../model/resources/resource.ts";
import type { StackRuntime } from "../../../runtime.ts";
import type { S3Service } from "../seam.ts";

const schema = z.strictObject({
  bucket: z.string(),
  // The setting can be read back and stands in answers. The files of `.darkroom/` are as safe as the laptop's own disk.
  rule: block(
    z.strictObject({
      apply_server_side_encryption_by_default: block(
        z.strictObject({
          sse_algorithm: z.literal("AES256", { message: 'must be "AES256": the laptop runtime has no KMS' }),
        }),
      ),
      bucket_key_enabled: z.boolean().optional(),
    }),
  ),
});

export const awsS3BucketServerSideEncryptionConfiguration = defineResource<
  StackRuntime & { s3: S3Service },
  z.infer<typeof schema>
>({
  type: "aws_s3_bucket_server_side_encryption_configuration",
  schema,
  withoutEffect:
    "It is kept and answered for, but files lie in the state folder as readable as everything else of its owner's.",
  exports: ["id"],
  async start({ config }, { s3 }) {
    const { apply_server_side_encryption_by_default: byDefault, bucket_key_enabled: bucketKeyEnabled } = config.rule;
    const encryption = {
      algorithm: byDefault.sse_algorithm,
      ...(bucketKeyEnabled !== undefined && { bucketKeyEnabled }),
    };
    await s3.configureBucket(config.bucket, { encryption });
    return { attributes: { id: config.bucket } };
  },
});
