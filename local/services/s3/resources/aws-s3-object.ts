import { resolve } from "node:path";
import * as z from "zod";
import { tags } from "../../../model/resources/blocks.ts";
import { defineResource } from "../../../model/resources/resource.ts";
import type { StackRuntime } from "../../../runtime.ts";
import type { S3Service } from "../seam.ts";

const schema = z
  .strictObject({
    bucket: z.string(),
    key: z.string().min(1),
    /** A path in the synthesized stack. */
    source: z.string().optional(),
    content: z.string().optional(),
    content_type: z.string().optional(),
    cache_control: z.string().optional(),
    // Tells Terraform when to write again; the runtime compares the bytes themselves.
    source_hash: z.string().optional(),
    etag: z.string().optional(),
    tags,
  })
  .refine(({ source, content }) => (source === undefined) !== (content === undefined), {
    message: "needs either source or content",
  });

export const awsS3Object = defineResource<StackRuntime & { s3: S3Service }, z.infer<typeof schema>>({
  type: "aws_s3_object",
  schema,
  exports: ["arn", "bucket", "etag", "id", "key", "version_id"],
  async start({ config }, { s3, stackFolder }) {
    const { bucket, key, content, source = "" } = config;
    const { eTag, versionId } = await s3.seedObject(bucket, key, {
      body: content === undefined ? { path: resolve(stackFolder, source) } : Buffer.from(content),
      ...(config.content_type !== undefined && { contentType: config.content_type }),
      ...(config.cache_control !== undefined && { cacheControl: config.cache_control }),
    });
    return {
      attributes: { id: key, arn: `arn:aws:s3:::${bucket}/${key}`, etag: eTag, version_id: versionId ?? "" },
    };
  },
});
