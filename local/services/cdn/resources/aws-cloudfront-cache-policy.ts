import * as z from "zod";
import { block } from "../../../model/resources/blocks.ts";
import { defineResource } from "../../../model/resources/resource.ts";
import { stableId } from "../../../model/resources/stable-id.ts";
import type { StackRuntime } from "../../../runtime.ts";
import type { CdnRegistry } from "../registry.ts";

/** The key is the path alone (threats.md A6); the runtime knows no other, so that none can slip in unnoticed. */
const none = z.literal("none", { message: 'must be "none": the laptop runtime caches by path only' });

const schema = z.strictObject({
  name: z.string(),
  comment: z.string().optional(),
  // The defaults are the provider's.
  min_ttl: z.int().min(0).default(0),
  default_ttl: z.int().min(0).default(86_400),
  max_ttl: z.int().min(0).default(31_536_000),
  parameters_in_cache_key_and_forwarded_to_origin: block(
    z.strictObject({
      cookies_config: block(z.strictObject({ cookie_behavior: none })),
      headers_config: block(z.strictObject({ header_behavior: none })),
      query_strings_config: block(z.strictObject({ query_string_behavior: none })),
      enable_accept_encoding_brotli: z.boolean().default(false),
      enable_accept_encoding_gzip: z.boolean().default(false),
    }),
  ),
});

export const awsCloudfrontCachePolicy = defineResource<StackRuntime & { cdn: CdnRegistry }, z.infer<typeof schema>>({
  type: "aws_cloudfront_cache_policy",
  uniqueBy: "name",
  schema,
  exports: ["etag", "id"],
  async start({ address, config }, runtime) {
    const id = stableId(runtime, address, 32);
    const key = config.parameters_in_cache_key_and_forwarded_to_origin;
    runtime.cdn.cachePolicies.set(id, {
      minTtl: config.min_ttl,
      defaultTtl: config.default_ttl,
      maxTtl: config.max_ttl,
      gzip: key.enable_accept_encoding_gzip,
      brotli: key.enable_accept_encoding_brotli,
    });
    return { attributes: { id, etag: id } };
  },
});
