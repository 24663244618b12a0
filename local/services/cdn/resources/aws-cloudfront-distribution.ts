import * as z from "zod";
import { block, blocks, tags } from "../../../model/resources/blocks.ts";
import { defineResource } from "../../../model/resources/resource.ts";
import { stableId } from "../../../model/resources/stable-id.ts";
import type { StackRuntime } from "../../../runtime.ts";
import { Distribution } from "../distribution.ts";
import type { CdnRegistry } from "../registry.ts";
import { createOriginFetcher } from "../s3-origin.ts";
import type { CacheBehavior, DistributionSettings, S3Origin } from "../settings.ts";

type Runtime = StackRuntime & { cdn: CdnRegistry };

const S3_DOMAIN = /^(.+)\.s3[.-][a-z0-9-]+\.amazonaws\.com$/;
const method = z.enum(["GET", "HEAD", "OPTIONS"], {
  message: "the laptop runtime serves GET, HEAD and OPTIONS: an S3 origin takes no others through the CDN",
});

const behavior = z.strictObject({
  target_origin_id: z.string(),
  allowed_methods: z.array(method),
  // GET and HEAD are kept whether or not they are named; answers to OPTIONS are not.
  cached_methods: z.array(method).optional(),
  cache_policy_id: z.string(),
  response_headers_policy_id: z.string().optional(),
  compress: z.boolean().default(false),
  // Loopback speaks http only; on AWS this turns http away.
  viewer_protocol_policy: z.enum(["redirect-to-https", "https-only", "allow-all"]),
});

const schema = z.strictObject({
  enabled: z.boolean(),
  default_root_object: z.string().optional(),
  origin: blocks(
    z.strictObject({
      origin_id: z.string(),
      domain_name: z.string().regex(S3_DOMAIN, "must be a bucket's regional domain name"),
      origin_path: z.string().optional(),
      origin_access_control_id: z.string().optional(),
    }),
  ),
  default_cache_behavior: block(behavior),
  ordered_cache_behavior: blocks(behavior.extend({ path_pattern: z.string() })).optional(),
  custom_error_response: blocks(
    z.strictObject({
      error_code: z.int(),
      error_caching_min_ttl: z.int().min(0).optional(),
      response_code: z.int().optional(),
      response_page_path: z.string().startsWith("/").optional(),
    }),
  ).optional(),
  restrictions: block(
    z.strictObject({ geo_restriction: block(z.strictObject({ restriction_type: z.literal("none") })) }),
  ),
  // Loopback has no TLS; a certificate of one's own, and its alias, would need a name that points here.
  viewer_certificate: block(z.strictObject({ cloudfront_default_certificate: z.literal(true) })),
  // Where and how CloudFront's edges speak to viewers: protocols and places that a laptop does not have.
  http_version: z.string().optional(),
  is_ipv6_enabled: z.boolean().optional(),
  price_class: z.string().optional(),
  // For the console, and for Terraform's own waiting.
  comment: z.string().optional(),
  wait_for_deployment: z.boolean().optional(),
  retain_on_delete: z.boolean().optional(),
  tags,
});
type Config = z.infer<typeof schema>;

export const awsCloudfrontDistribution = defineResource<Runtime, Config>({
  type: "aws_cloudfront_distribution",
  schema,
  exports: ["arn", "domain_name", "etag", "hosted_zone_id", "id", "status"],
  async start({ address, config }, runtime) {
    const { accountId } = runtime;
    const id = `E${stableId(runtime, address, 13).toUpperCase()}`;
    const arn = `arn:aws:cloudfront::${accountId}:distribution/${id}`;
    const principal = {
      type: "service",
      service: "cloudfront.amazonaws.com",
      sourceArn: arn,
      sourceAccount: accountId,
    } as const;
    const origin = createOriginFetcher({ ...pickOriginContext(runtime), principal });
    const settings = toSettings(address, config, id, runtime);
    const distribution = new Distribution(settings, { ...pickLogContext(runtime), fetchOrigin: origin.fetch });
    await distribution.start();
    return {
      attributes: {
        id,
        arn,
        domain_name: distribution.domainName,
        // The zone of all distributions: https://docs.aws.amazon.com/general/latest/gr/cf_region.html
        hosted_zone_id: "Z2FDTNDATAQYW2",
        etag: id,
        status: "Deployed",
      },
      async stop() {
        await distribution.stop();
        origin.stop();
      },
    };
  },
});

function pickOriginContext({ endpointUrl, region, credentials, clock }: Runtime) {
  return { endpointUrl, region, credentials, clock };
}

function pickLogContext({ log, clock, reportForeign }: Runtime) {
  return { log, clock, reportForeign };
}

function toSettings(address: string, config: Config, id: string, runtime: Runtime): DistributionSettings {
  const ordered = (config.ordered_cache_behavior ?? []).map(({ path_pattern, ...rest }) =>
    toBehavior(address, path_pattern, rest, runtime),
  );
  return {
    id,
    port: runtime.portFor(address),
    enabled: config.enabled,
    ...(config.default_root_object && { defaultRootObject: config.default_root_object }),
    origins: config.origin.map((origin) => toOrigin(address, origin, runtime)),
    behaviors: [...ordered, toBehavior(address, "*", config.default_cache_behavior, runtime)],
    customErrors: (config.custom_error_response ?? []).map((error) => ({
      errorCode: error.error_code,
      ...(error.error_caching_min_ttl !== undefined && { cachingMinTtl: error.error_caching_min_ttl }),
      ...(error.response_code !== undefined && { responseCode: error.response_code }),
      ...(error.response_page_path !== undefined && { responsePagePath: error.response_page_path }),
    })),
  };
}

function toOrigin(address: string, origin: Config["origin"][number], { cdn }: Runtime): S3Origin {
  const { origin_access_control_id: access } = origin;
  if (access && !cdn.originAccessControls.has(access)) throw unknownId(address, "origin_access_control_id", access);
  return {
    originId: origin.origin_id,
    bucket: S3_DOMAIN.exec(origin.domain_name)?.[1] ?? "",
    originPath: origin.origin_path ?? "",
    signed: access !== undefined && access !== "",
  };
}

function toBehavior(
  address: string,
  pathPattern: string,
  config: z.infer<typeof behavior>,
  { cdn }: Runtime,
): CacheBehavior {
  const cachePolicy = cdn.cachePolicies.get(config.cache_policy_id);
  if (!cachePolicy) throw unknownId(address, "cache_policy_id", config.cache_policy_id);
  const headersId = config.response_headers_policy_id;
  const headers = headersId ? cdn.responseHeadersPolicies.get(headersId) : undefined;
  if (headersId && !headers) throw unknownId(address, "response_headers_policy_id", headersId);
  return {
    pathPattern,
    originId: config.target_origin_id,
    allowedMethods: config.allowed_methods,
    compress: config.compress,
    cachePolicy,
    ...(headers && { responseHeadersPolicy: headers }),
  };
}

function unknownId(address: string, attribute: string, id: string): Error {
  return new Error(
    `${address}: ${attribute} is "${id}", which this stack does not declare (AWS's managed ones are not here).`,
  );
}
