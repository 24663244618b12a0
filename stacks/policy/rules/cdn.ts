import { type Body, blocksAt, textsOf, valueAt } from "../policy-stack.ts";
import { type Rule, unless } from "../rule.ts";

const DISTRIBUTION = ["aws_cloudfront_distribution"];
const HEADERS = ["aws_cloudfront_response_headers_policy"];
const YEAR_SECONDS = 31_536_000;
/** A file that is not there yet is asked for again within seconds. */
const MAX_ERROR_SECONDS = 10;
const ERRORS = [403, 404, 500, 502, 503, 504];

/** A path of its own may be served otherwise than the rest. */
function listBehaviours(body: Body): readonly Body[] {
  return [...blocksAt(body, "default_cache_behavior"), ...blocksAt(body, "ordered_cache_behavior")];
}

export const CDN_RULES = {
  "cdn-https": {
    threats: ["A6"],
    scannerIds: ["CKV_AWS_34", "AWS-0012"],
    resourceTypes: DISTRIBUTION,
    promise: "The CDN serves over HTTPS alone.",
    why: "Whoever shares the network could read and change what is served.",
    check: ({ body }) =>
      listBehaviours(body).flatMap((behaviour) =>
        unless(
          ["redirect-to-https", "https-only"].includes(String(behaviour.viewer_protocol_policy)),
          "serves over plain HTTP",
        ),
      ),
  },
  "cdn-tls": {
    threats: ["A6"],
    scannerIds: ["CKV_AWS_174", "AWS-0013"],
    resourceTypes: DISTRIBUTION,
    promise: "The CDN speaks no TLS older than 1.2.",
    why: "TLS 1.0 and 1.1 have known holes.",
    check: ({ body }) =>
      unless(
        /^TLSv1\.[23]_\d{4}$/.test(String(valueAt(body, "viewer_certificate.minimum_protocol_version"))),
        "takes TLS 1.0 and 1.1",
      ),
  },
  "cdn-custom-certificate": {
    threats: [],
    scannerIds: ["CKV2_AWS_42"],
    resourceTypes: DISTRIBUTION,
    promise: "The CDN has a name and a certificate of ours.",
    why: "Only with a certificate of one's own can the version of TLS be chosen.",
    check: ({ body }) =>
      unless(valueAt(body, "viewer_certificate.acm_certificate_arn") !== undefined, "has CloudFront's own certificate"),
  },
  "cdn-waf": {
    threats: ["U5"],
    scannerIds: ["CKV_AWS_68", "CKV2_AWS_47", "AWS-0011"],
    resourceTypes: DISTRIBUTION,
    promise: "A firewall stands before the CDN.",
    why: "Known bad requests would be turned away before they cost anything.",
    check: ({ body }) => unless(body.web_acl_id !== undefined, "has no web ACL"),
  },
  "cdn-access-log": {
    threats: ["P4"],
    scannerIds: ["CKV_AWS_86", "AWS-0010"],
    resourceTypes: DISTRIBUTION,
    promise: "The CDN writes down who fetched what.",
    why: "After a leaked address nobody could say who used it.",
    check: ({ body }) => unless(valueAt(body, "logging_config.bucket") !== undefined, "logs no request"),
  },
  "cdn-enabled": {
    threats: [],
    scannerIds: ["CKV_AWS_216"],
    resourceTypes: DISTRIBUTION,
    promise: "Every distribution is switched on.",
    why: "One that is off is forgotten, with its access to a bucket.",
    check: ({ body }) => unless(body.enabled === true, "is switched off"),
  },
  "cdn-default-root": {
    threats: [],
    scannerIds: ["CKV_AWS_305"],
    resourceTypes: DISTRIBUTION,
    promise: "The root of every distribution is a document.",
    why: "Asked for its root, a bucket that may be listed would list itself.",
    check: ({ body }) => unless(Boolean(body.default_root_object), "has no default root object"),
  },
  "cdn-origin-failover": {
    threats: [],
    scannerIds: ["CKV_AWS_310"],
    resourceTypes: DISTRIBUTION,
    promise: "A second origin answers when the first one does not.",
    why: "A lost region would be a lost page.",
    check: ({ body }) => unless(blocksAt(body, "origin_group").length > 0, "has one origin only"),
  },
  "cdn-geography": {
    threats: [],
    scannerIds: ["CKV_AWS_374"],
    resourceTypes: DISTRIBUTION,
    promise: "The CDN serves named countries.",
    why: "Where a service has no customers, it has only attackers.",
    check: ({ body }) =>
      unless(
        ["whitelist", "blacklist"].includes(String(valueAt(body, "restrictions.geo_restriction.restriction_type"))),
        "serves every country",
      ),
  },
  "cdn-headers": {
    threats: ["A6"],
    scannerIds: ["CKV2_AWS_32"],
    resourceTypes: DISTRIBUTION,
    promise: "Every answer of the CDN carries the security headers.",
    why: "A file that somebody uploaded would be opened without them.",
    check: ({ body }, stack) =>
      listBehaviours(body).flatMap(({ response_headers_policy_id: id }) =>
        unless(stack.findReferred(id)?.type === "aws_cloudfront_response_headers_policy", "sends no security headers"),
      ),
  },
  "cdn-origin-access": {
    threats: ["A6"],
    scannerIds: ["CKV2_AWS_46"],
    resourceTypes: DISTRIBUTION,
    promise: "The CDN signs what it asks its buckets for.",
    why: "The bucket would have to be public, and could be read around the CDN.",
    check: ({ body }, stack) =>
      blocksAt(body, "origin")
        .filter((origin) => origin.custom_origin_config === undefined)
        .flatMap((origin) => {
          const access = stack.findReferred(origin.origin_access_control_id)?.body;
          return unless(
            access?.signing_behavior === "always" && access.signing_protocol === "sigv4",
            `asks the origin "${origin.origin_id}" without a signature`,
          );
        }),
  },
  "cdn-origin-tls": {
    threats: ["A6"],
    scannerIds: ["CKV2_AWS_54", "CKV2_AWS_72"],
    resourceTypes: DISTRIBUTION,
    promise: "The CDN speaks TLS 1.2 to an origin that is not a bucket.",
    why: "What is safe as far as the CDN would cross the rest of the way readable.",
    check: ({ body }) =>
      blocksAt(body, "origin").flatMap((origin) =>
        blocksAt(origin, "custom_origin_config").flatMap((custom) => [
          ...unless(custom.origin_protocol_policy === "https-only", `speaks plain HTTP to "${origin.origin_id}"`),
          ...unless(
            textsOf(custom.origin_ssl_protocols).every((protocol) => protocol === "TLSv1.2"),
            `speaks old TLS to "${origin.origin_id}"`,
          ),
        ]),
      ),
  },
  "cdn-errors-brief": {
    threats: ["A6"],
    scannerIds: [],
    resourceTypes: DISTRIBUTION,
    promise: `The CDN keeps errors for at most ${MAX_ERROR_SECONDS} seconds.`,
    why: "A rendition that was asked for too early would be missing for whoever comes after.",
    check: ({ body }) => {
      const kept = new Map(
        blocksAt(body, "custom_error_response").map((it) => [it.error_code, it.error_caching_min_ttl]),
      );
      return ERRORS.filter((code) => !(Number(kept.get(code)) <= MAX_ERROR_SECONDS)).map(
        (code) => `keeps error ${code} for longer than ${MAX_ERROR_SECONDS} s`,
      );
    },
  },
  "cdn-key-by-path": {
    threats: ["A6"],
    scannerIds: [],
    resourceTypes: ["aws_cloudfront_cache_policy"],
    promise: "The CDN keeps answers by path alone.",
    why: "With a query or a header in the key, anybody can fill the cache, or poison it.",
    check: ({ body }) =>
      [
        ["cookies_config", "cookie_behavior"],
        ["headers_config", "header_behavior"],
        ["query_strings_config", "query_string_behavior"],
      ].flatMap(([part, behaviour]) =>
        unless(
          valueAt(body, `parameters_in_cache_key_and_forwarded_to_origin.${part}.${behaviour}`) === "none",
          `keeps answers by ${part}`,
        ),
      ),
  },
  "cdn-careful-browser": {
    threats: ["A6"],
    scannerIds: [],
    resourceTypes: HEADERS,
    promise: "Browsers are told not to guess types, to run nothing foreign, and to tell nobody where they come from.",
    why: "A picture that is also a script would run.",
    check: ({ body }) => {
      const header = (path: string) => valueAt(body, `security_headers_config.${path}`);
      const csp = String(header("content_security_policy.content_security_policy") ?? "");
      return [
        ...unless(header("content_type_options.override") === true, "does not send nosniff"),
        ...unless(csp.includes("default-src 'none'"), "sends no content policy that starts from nothing"),
        ...unless(header("content_security_policy.override") === true, "lets the origin choose the content policy"),
        ...unless(
          header("referrer_policy.referrer_policy") === "no-referrer",
          "lets browsers tell where they come from",
        ),
      ];
    },
  },
  "cdn-hsts": {
    threats: ["A6"],
    scannerIds: [],
    resourceTypes: HEADERS,
    promise: "Browsers are told to use HTTPS alone, for a year, whatever the origin says.",
    why: "The first request of every visit could be answered by whoever shares the network.",
    check: ({ body }) => {
      const hsts = valueAt(body, "security_headers_config.strict_transport_security");
      return unless(
        Number(valueAt(hsts, "access_control_max_age_sec")) >= YEAR_SECONDS &&
          valueAt(hsts, "include_subdomains") === true &&
          valueAt(hsts, "override") === true,
        "does not send HSTS for a year",
      );
    },
  },
  "cdn-hsts-preload": {
    threats: [],
    scannerIds: ["CKV_AWS_259"],
    resourceTypes: HEADERS,
    promise: "Browsers know before the first visit that the name is HTTPS only.",
    why: "The very first visit could be answered by whoever shares the network.",
    check: ({ body }) =>
      unless(
        valueAt(body, "security_headers_config.strict_transport_security.preload") === true,
        "does not ask for a place on the browsers' own list",
      ),
  },
} as const satisfies Record<string, Rule>;
