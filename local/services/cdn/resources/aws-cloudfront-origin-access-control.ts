import * as z from "zod";
import { defineResource } from "../../../model/resources/resource.ts";
import { stableId } from "../../../model/resources/stable-id.ts";
import type { StackRuntime } from "../../../runtime.ts";
import type { CdnRegistry } from "../registry.ts";

const schema = z.strictObject({
  name: z.string().min(1).max(64),
  description: z.string().optional(),
  origin_access_control_origin_type: z.literal("s3"),
  signing_behavior: z.literal("always"),
  signing_protocol: z.literal("sigv4"),
});

export const awsCloudfrontOriginAccessControl = defineResource<
  StackRuntime & { cdn: CdnRegistry },
  z.infer<typeof schema>
>({
  type: "aws_cloudfront_origin_access_control",
  uniqueBy: "name",
  schema,
  exports: ["etag", "id"],
  async start({ address }, runtime) {
    const id = `E${stableId(runtime, address, 13).toUpperCase()}`;
    runtime.cdn.originAccessControls.add(id);
    return { attributes: { id, etag: id } };
  },
});
