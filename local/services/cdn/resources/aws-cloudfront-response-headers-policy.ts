import * as z from "zod";
import { block } from "../../../model/resources/blocks.ts";
import { defineResource } from "../../../model/resources/resource.ts";
import { stableId } from "../../../model/resources/stable-id.ts";
import type { StackRuntime } from "../../../runtime.ts";
import type { CdnRegistry } from "../registry.ts";
import type { CorsPolicy, PolicyHeader } from "../settings.ts";

const items = block(z.strictObject({ items: z.array(z.string()) }));
const override = z.boolean();

const cors = z.strictObject({
  access_control_allow_credentials: z.boolean(),
  access_control_allow_headers: items,
  access_control_allow_methods: items,
  access_control_allow_origins: items,
  access_control_expose_headers: items.optional(),
  access_control_max_age_sec: z.int().optional(),
  origin_override: z.boolean(),
});

const security = z.strictObject({
  content_security_policy: block(z.strictObject({ content_security_policy: z.string(), override })).optional(),
  content_type_options: block(z.strictObject({ override })).optional(),
  frame_options: block(z.strictObject({ frame_option: z.enum(["DENY", "SAMEORIGIN"]), override })).optional(),
  referrer_policy: block(z.strictObject({ referrer_policy: z.string(), override })).optional(),
  strict_transport_security: block(
    z.strictObject({
      access_control_max_age_sec: z.int(),
      include_subdomains: z.boolean().default(false),
      preload: z.boolean().default(false),
      override,
    }),
  ).optional(),
  xss_protection: block(
    z.strictObject({
      protection: z.boolean(),
      mode_block: z.boolean().default(false),
      report_uri: z.string().optional(),
      override,
    }),
  ).optional(),
});

const schema = z.strictObject({
  name: z.string(),
  comment: z.string().optional(),
  cors_config: block(cors).optional(),
  security_headers_config: block(security).optional(),
  custom_headers_config: block(
    z.strictObject({ items: z.array(z.strictObject({ header: z.string(), value: z.string(), override })) }),
  ).optional(),
  remove_headers_config: block(z.strictObject({ items: z.array(z.strictObject({ header: z.string() })) })).optional(),
});

export const awsCloudfrontResponseHeadersPolicy = defineResource<
  StackRuntime & { cdn: CdnRegistry },
  z.infer<typeof schema>
>({
  type: "aws_cloudfront_response_headers_policy",
  uniqueBy: "name",
  schema,
  exports: ["etag", "id"],
  async start({ address, config }, runtime) {
    const id = stableId(runtime, address, 32);
    const custom = (config.custom_headers_config?.items ?? []).map(({ header, ...rest }) => ({
      name: header,
      ...rest,
    }));
    runtime.cdn.responseHeadersPolicies.set(id, {
      ...(config.cors_config && { cors: toCorsPolicy(config.cors_config) }),
      headers: [
        ...(config.security_headers_config ? toSecurityHeaders(config.security_headers_config) : []),
        ...custom,
      ],
      remove: (config.remove_headers_config?.items ?? []).map(({ header }) => header),
    });
    return { attributes: { id, etag: id } };
  },
});

function toCorsPolicy(config: z.infer<typeof cors>): CorsPolicy {
  const methods = config.access_control_allow_methods.items;
  return {
    allowOrigins: config.access_control_allow_origins.items,
    allowMethods: methods.includes("ALL") ? ["GET", "HEAD", "PUT", "POST", "PATCH", "DELETE", "OPTIONS"] : methods,
    allowHeaders: config.access_control_allow_headers.items,
    exposeHeaders: config.access_control_expose_headers?.items ?? [],
    allowCredentials: config.access_control_allow_credentials,
    ...(config.access_control_max_age_sec !== undefined && { maxAgeSeconds: config.access_control_max_age_sec }),
    override: config.origin_override,
  };
}

function toSecurityHeaders(config: z.infer<typeof security>): PolicyHeader[] {
  const { content_security_policy: csp, content_type_options: nosniff, frame_options: frame } = config;
  const { referrer_policy: referrer, strict_transport_security: hsts, xss_protection: xss } = config;
  const add = (name: string, part: { override: boolean } | undefined, value: string | undefined): PolicyHeader[] =>
    part && value !== undefined ? [{ name, value, override: part.override }] : [];
  return [
    ...add("content-security-policy", csp, csp?.content_security_policy),
    ...add("x-content-type-options", nosniff, "nosniff"),
    ...add("x-frame-options", frame, frame?.frame_option),
    ...add("referrer-policy", referrer, referrer?.referrer_policy),
    ...add("strict-transport-security", hsts, hsts && formatHsts(hsts)),
    ...add("x-xss-protection", xss, xss && formatXss(xss)),
  ];
}

function formatHsts(hsts: {
  access_control_max_age_sec: number;
  include_subdomains: boolean;
  preload: boolean;
}): string {
  const parts = [`max-age=${hsts.access_control_max_age_sec}`];
  if (hsts.include_subdomains) parts.push("includeSubDomains");
  if (hsts.preload) parts.push("preload");
  return parts.join("; ");
}

function formatXss(xss: { protection: boolean; mode_block: boolean; report_uri?: string | undefined }): string {
  if (!xss.protection) return "0";
  const rest = xss.mode_block ? "; mode=block" : xss.report_uri === undefined ? "" : `; report=${xss.report_uri}`;
  return `1${rest}`;
}
