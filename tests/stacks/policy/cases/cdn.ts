import type { CDN_RULES } from "../../../../stacks/policy/rules/cdn.ts";
import { type Case, out, putIn, set } from "./case.ts";

const CDN = "aws_cloudfront_distribution.cdn";
const SITE = "aws_cloudfront_distribution.site";
const HEADERS = "aws_cloudfront_response_headers_policy.cdn";
const CACHE = "aws_cloudfront_cache_policy.cdn";
const ACCESS = "aws_cloudfront_origin_access_control.cdn";
const KEY = "parameters_in_cache_key_and_forwarded_to_origin";
const SECURITY = "security_headers_config";

export const CDN_CASES = {
  "cdn-https": [
    out(CDN, set(CDN, "default_cache_behavior.viewer_protocol_policy", "allow-all")),
    out(CDN, set(CDN, "ordered_cache_behavior", [{ viewer_protocol_policy: "allow-all" }])),
  ],
  "cdn-tls": [putIn(CDN, set(CDN, "viewer_certificate.minimum_protocol_version", "TLSv1.2_2021"))],
  "cdn-custom-certificate": [putIn(CDN, set(CDN, "viewer_certificate.acm_certificate_arn", "arn:aws:acm:of-ours"))],
  "cdn-waf": [putIn(CDN, set(CDN, "web_acl_id", "arn:aws:wafv2:of-ours"))],
  "cdn-access-log": [putIn(CDN, set(CDN, "logging_config.bucket", "logs.s3.amazonaws.com"))],
  "cdn-enabled": [out(CDN, set(CDN, "enabled", false))],
  "cdn-default-root": [out(SITE, set(SITE, "default_root_object", ""))],
  "cdn-origin-failover": [putIn(CDN, set(CDN, "origin_group", [{ origin_id: "both" }]))],
  "cdn-geography": [putIn(CDN, set(CDN, "restrictions.geo_restriction.restriction_type", "whitelist"))],
  "cdn-headers": [
    out(CDN, set(CDN, "default_cache_behavior.response_headers_policy_id", undefined)),
    out(CDN, set(CDN, "ordered_cache_behavior", [{ path_pattern: "/raw/*", viewer_protocol_policy: "https-only" }])),
  ],
  "cdn-origin-access": [
    out(CDN, set(CDN, "origin.origin_access_control_id", undefined)),
    out(CDN, set(ACCESS, "signing_behavior", "no-override")),
  ],
  "cdn-origin-tls": [
    out(CDN, set(CDN, "origin.custom_origin_config", { origin_protocol_policy: "match-viewer" })),
    out(
      CDN,
      set(CDN, "origin.custom_origin_config", {
        origin_protocol_policy: "https-only",
        origin_ssl_protocols: ["SSLv3", "TLSv1.2"],
      }),
    ),
  ],
  "cdn-errors-brief": [
    out(CDN, set(CDN, "custom_error_response.error_caching_min_ttl", 300)),
    out(CDN, set(CDN, "custom_error_response", undefined)),
  ],
  "cdn-key-by-path": [
    out(CACHE, set(CACHE, `${KEY}.query_strings_config.query_string_behavior`, "all")),
    out(CACHE, set(CACHE, `${KEY}.headers_config.header_behavior`, "whitelist")),
    out(CACHE, set(CACHE, `${KEY}.cookies_config.cookie_behavior`, "all")),
  ],
  "cdn-careful-browser": [
    out(HEADERS, set(HEADERS, `${SECURITY}.content_type_options`, undefined)),
    out(HEADERS, set(HEADERS, `${SECURITY}.content_security_policy.content_security_policy`, "default-src *")),
    out(HEADERS, set(HEADERS, `${SECURITY}.content_security_policy.override`, false)),
    out(HEADERS, set(HEADERS, `${SECURITY}.referrer_policy.referrer_policy`, "unsafe-url")),
  ],
  "cdn-hsts": [
    out(HEADERS, set(HEADERS, `${SECURITY}.strict_transport_security.access_control_max_age_sec`, 86_400)),
    out(HEADERS, set(HEADERS, `${SECURITY}.strict_transport_security.override`, false)),
  ],
  "cdn-hsts-preload": [putIn(HEADERS, set(HEADERS, `${SECURITY}.strict_transport_security.preload`, true))],
} satisfies Record<keyof typeof CDN_RULES, readonly Case[]>;
