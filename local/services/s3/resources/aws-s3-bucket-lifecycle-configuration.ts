import * as z from "zod";
import { block, blocks } from "../../../model/resources/blocks.ts";
import { defineResource } from "../../../model/resources/resource.ts";
import type { StackRuntime } from "../../../runtime.ts";
import type { LifecycleRule, S3Service } from "../seam.ts";

const days = z.int().min(1);
const rule = z.strictObject({
  id: z.string().min(1).max(255),
  status: z.literal("Enabled", { message: 'must be "Enabled"; leave a rule out instead of disabling it' }),
  filter: block(z.strictObject({ prefix: z.string().default("") })).optional(),
  prefix: z.string().optional(),
  expiration: block(
    z.strictObject({ days: days.optional(), expired_object_delete_marker: z.boolean().optional() }),
  ).optional(),
  noncurrent_version_expiration: block(z.strictObject({ noncurrent_days: days })).optional(),
  abort_incomplete_multipart_upload: block(z.strictObject({ days_after_initiation: days })).optional(),
});

const schema = z.strictObject({ bucket: z.string(), rule: blocks(rule) });

export const awsS3BucketLifecycleConfiguration = defineResource<
  StackRuntime & { s3: S3Service },
  z.infer<typeof schema>
>({
  type: "aws_s3_bucket_lifecycle_configuration",
  schema,
  exports: ["id"],
  async start({ config }, { s3 }) {
    await s3.configureBucket(config.bucket, { lifecycle: config.rule.map(toRule) });
    return { attributes: { id: config.bucket } };
  },
});

function toRule(config: z.infer<typeof rule>): LifecycleRule {
  const { expiration, noncurrent_version_expiration: noncurrent, abort_incomplete_multipart_upload: abort } = config;
  return {
    id: config.id,
    prefix: config.filter?.prefix ?? config.prefix ?? "",
    ...(expiration?.days !== undefined && { expirationDays: expiration.days }),
    ...(expiration?.expired_object_delete_marker && { expiredObjectDeleteMarker: true }),
    ...(noncurrent && { noncurrentVersionExpirationDays: noncurrent.noncurrent_days }),
    ...(abort && { abortIncompleteMultipartUploadDays: abort.days_after_initiation }),
  };
}
