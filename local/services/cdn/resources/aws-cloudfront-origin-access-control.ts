import * as z from "zod";
import { defineResource } from "../../../model/resources/resource.ts";
import { stableId } from "../../../model/resources/stable-id.ts";
import type { CoreRuntime } from "../../../runtime.ts";

const schema = z.strictObject({
  name: z.string().min(1).max(64),
  description: z.string().optional(),
  origin_access_control_origin_type: z.literal("s3"),
  signing_behavior: z.literal("always"),
  signing_protocol: z.literal("sigv4"),
});

export const awsCloudfrontOriginAccessControl = defineResource<CoreRuntime, z.infer<typeof schema>>({
  type: "aws_cloudfront_origin_access_control",
  schema,
  exports: ["etag", "id"],
  async start({ address }, { accountId, cdn }) {
    const id = `E${stableId(accountId, address, 13).toUpperCase()}`;
    cdn.originAccessControls.add(id);
    return { attributes: { id, etag: id } };
  },
});
