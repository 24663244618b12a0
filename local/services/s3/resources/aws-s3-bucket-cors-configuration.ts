import * as z from "zod";
import { blocks } from "../../../model/resources/blocks.ts";
import { defineResource } from "../../../model/resources/resource.ts";
import type { StackRuntime } from "../../../runtime.ts";
import type { S3Service } from "../seam.ts";

const schema = z.strictObject({
  bucket: z.string(),
  cors_rule: blocks(
    z.strictObject({
      id: z.string().max(255).optional(),
      allowed_origins: z.array(z.string()).min(1),
      allowed_methods: z.array(z.enum(["GET", "PUT", "HEAD", "POST", "DELETE"])).min(1),
      allowed_headers: z.array(z.string()).optional(),
      expose_headers: z.array(z.string()).optional(),
      max_age_seconds: z.int().min(0).optional(),
    }),
  ),
});

export const awsS3BucketCorsConfiguration = defineResource<StackRuntime & { s3: S3Service }, z.infer<typeof schema>>({
  type: "aws_s3_bucket_cors_configuration",
  schema,
  exports: ["id"],
  async start({ config }, { s3 }) {
    const cors = config.cors_rule.map((rule) => ({
      ...(rule.id !== undefined && { id: rule.id }),
      allowedOrigins: rule.allowed_origins,
      allowedMethods: rule.allowed_methods,
      ...(rule.allowed_headers && { allowedHeaders: rule.allowed_headers }),
      ...(rule.expose_headers && { exposeHeaders: rule.expose_headers }),
      ...(rule.max_age_seconds !== undefined && { maxAgeSeconds: rule.max_age_seconds }),
    }));
    await s3.configureBucket(config.bucket, { cors });
    return { attributes: { id: config.bucket } };
  },
});
