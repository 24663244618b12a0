import { describe, expect, it } from "vitest";
import { devWith } from "../support/environments.ts";
import { DOMAIN, ref, type Stack, synthesizeStack } from "./synthesized.ts";

const SITE = `https://${ref("aws_cloudfront_distribution.site.domain_name")}`;

/** The three places that answer a browser's question whether a page may use them. */
function listOrigins(stack: Stack): unknown[] {
  const [bucketRule] = stack.get("aws_s3_bucket_cors_configuration.uploads").cors_rule as [
    { allowed_origins: unknown },
  ];
  const api = stack.get("aws_apigatewayv2_api.api").cors_configuration as { allow_origins: unknown };
  const cdn = stack.get("aws_cloudfront_response_headers_policy.cdn").cors_config as {
    access_control_allow_origins: { items: unknown };
  };
  return [bucketRule.allowed_origins, api.allow_origins, cdn.access_control_allow_origins.items];
}

describe("cross-origin access (A5)", () => {
  it("is given by one list of exact origins to bucket, API and CDN", () => {
    const stack = synthesizeStack(devWith({ origins: ["https://a.example.com", "http://127.0.0.1:5173"] }));

    for (const origins of listOrigins(stack)) {
      expect(origins).toEqual(["https://a.example.com", "http://127.0.0.1:5173", SITE]);
    }
  });

  it("is given to the page's custom name too, once", () => {
    const stack = synthesizeStack(devWith({ origins: ["https://photos.example.com"], domain: DOMAIN }));

    for (const origins of listOrigins(stack)) expect(origins).toEqual(["https://photos.example.com", SITE]);
  });

  it("never comes with credentials", () => {
    const stack = synthesizeStack("prod");

    expect(stack.get("aws_apigatewayv2_api.api").cors_configuration).toMatchObject({ allow_credentials: false });
    expect(stack.get("aws_cloudfront_response_headers_policy.cdn").cors_config).toMatchObject({
      access_control_allow_credentials: false,
      origin_override: true,
    });
    expect(stack.text).not.toMatch(/"allow(ed)?_origins": \[\s*"\*"/);
  });

  it("lets a page send what a signed upload carries, and read its ETag", () => {
    const [rule] = synthesizeStack("dev").get("aws_s3_bucket_cors_configuration.uploads").cors_rule as [object];

    expect(rule).toMatchObject({
      allowed_methods: ["POST", "PUT"],
      allowed_headers: ["content-type", "if-none-match"],
      expose_headers: ["ETag"],
    });
  });
});

describe.each(["cdn", "site"])("the distribution %s", (id) => {
  const stack = synthesizeStack("dev");
  const distribution = stack.get(`aws_cloudfront_distribution.${id}`);
  const bucket = id === "cdn" ? "renditions" : "site";

  it("speaks HTTP/2 and HTTP/3, compresses, and takes nothing but reads over HTTPS", () => {
    expect(distribution).toMatchObject({
      http_version: "http2and3",
      is_ipv6_enabled: true,
      default_cache_behavior: {
        compress: true,
        viewer_protocol_policy: "redirect-to-https",
        allowed_methods: ["GET", "HEAD", "OPTIONS"],
      },
    });
  });

  it("alone may read its bucket (A6)", () => {
    expect(distribution.origin).toEqual([
      {
        origin_id: "bucket",
        domain_name: ref(`aws_s3_bucket.${bucket}.bucket_regional_domain_name`),
        origin_access_control_id: ref(`aws_cloudfront_origin_access_control.${id}.id`),
      },
    ]);
    expect(stack.get(`aws_cloudfront_origin_access_control.${id}`)).toMatchObject({
      signing_behavior: "always",
      signing_protocol: "sigv4",
    });
    expect(String(stack.get(`aws_s3_bucket_policy.${bucket}`).policy)).toContain(
      `"Condition":{"StringEquals":{"aws:SourceArn":"${ref(`aws_cloudfront_distribution.${id}.arn`)}"}}`,
    );
  });

  it("keeps answers by path alone, and errors for at most ten seconds (A6)", () => {
    const errors = distribution.custom_error_response as { error_code: number; error_caching_min_ttl: number }[];

    expect(stack.get(`aws_cloudfront_cache_policy.${id}`)).toMatchObject({
      min_ttl: 0,
      parameters_in_cache_key_and_forwarded_to_origin: {
        cookies_config: { cookie_behavior: "none" },
        headers_config: { header_behavior: "none" },
        query_strings_config: { query_string_behavior: "none" },
      },
    });
    expect(errors.map(({ error_code }) => error_code)).toEqual(expect.arrayContaining([403, 404, 500, 502, 503, 504]));
    expect(errors.filter(({ error_caching_min_ttl }) => error_caching_min_ttl > 10)).toEqual([]);
  });

  it("sends nosniff, HSTS for a year and a policy of content, whatever the origin says (A6)", () => {
    expect(stack.get(`aws_cloudfront_response_headers_policy.${id}`).security_headers_config).toMatchObject({
      content_type_options: { override: true },
      strict_transport_security: { access_control_max_age_sec: 31_536_000, override: true },
      content_security_policy: { override: true },
      referrer_policy: { referrer_policy: "no-referrer", override: true },
    });
  });

  it("demands TLS 1.2 under a custom name", () => {
    const custom = synthesizeStack(devWith({ domain: DOMAIN })).get(`aws_cloudfront_distribution.${id}`);

    expect(custom).toMatchObject({
      aliases: [id === "cdn" ? "media.example.com" : "photos.example.com"],
      viewer_certificate: {
        acm_certificate_arn: DOMAIN.certificateArn,
        ssl_support_method: "sni-only",
        minimum_protocol_version: "TLSv1.2_2021",
      },
    });
  });
});

describe("the content security policy", () => {
  const policyOf = (stack: Stack, id: string) => {
    const { content_security_policy } = stack.get(`aws_cloudfront_response_headers_policy.${id}`)
      .security_headers_config as { content_security_policy: { content_security_policy: string } };
    return content_security_policy.content_security_policy;
  };

  it("of renditions puts each into a sandbox where nothing runs (A6, I7)", () => {
    const policy = policyOf(synthesizeStack("prod"), "cdn");

    expect(policy.split("; ")).toEqual(expect.arrayContaining(["default-src 'none'", "sandbox"]));
    expect(policy).not.toContain("script-src");
  });

  it("of the page lets it run its own scripts and reach its own services alone", () => {
    const policy = policyOf(synthesizeStack("prod"), "site");

    expect(policy.split("; ")).toEqual([
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "img-src 'self' blob: data: https://*.cloudfront.net",
      "media-src 'self' blob: https://*.cloudfront.net",
      "connect-src 'self' https://*.execute-api.eu-central-1.amazonaws.com https://darkroom-prod-media-uploads-333333333333-eu-central-1.s3.eu-central-1.amazonaws.com",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ]);
  });

  it("of the page names the custom CDN exactly, and what an environment adds", () => {
    const stack = synthesizeStack(devWith({ domain: DOMAIN, pageSources: ["http://127.0.0.1:*"] }));

    expect(policyOf(stack, "site")).toContain(
      "img-src 'self' blob: data: https://media.example.com http://127.0.0.1:*;",
    );
  });
});

describe("the HTTP API", () => {
  const stack = synthesizeStack("prod");

  it("is throttled (U5)", () => {
    expect(stack.get("aws_apigatewayv2_stage.api")).toMatchObject({
      name: "$default",
      default_route_settings: { throttling_rate_limit: 500, throttling_burst_limit: 1000 },
    });
    expect(stack.get("aws_lambda_function.presign").reserved_concurrent_executions).toBe(50);
  });

  it("logs each request as JSON, without query, headers or body (A10)", () => {
    const { access_log_settings: settings } = stack.get("aws_apigatewayv2_stage.api") as {
      access_log_settings: { destination_arn: string; format: string };
    };
    const variables = Object.values(JSON.parse(settings.format) as Record<string, string>);

    expect(settings.destination_arn).toBe(ref("aws_cloudwatch_log_group.api.arn"));
    expect(variables.every((variable) => variable.startsWith("$context."))).toBe(true);
    expect(variables.join(" ")).not.toMatch(/query|header|authorizer|userAgent|body|protocol/i);
  });

  it("leaves preflights to API Gateway: no route takes OPTIONS", () => {
    const keys = stack.list("aws_apigatewayv2_route").map(([, { route_key }]) => String(route_key));

    expect(keys).toEqual(expect.arrayContaining(["POST /presign/upload", "GET /status", "GET /{proxy+}"]));
    expect(keys.filter((key) => /^(\$default|ANY|OPTIONS)/.test(key))).toEqual([]);
  });
});

describe("the schedule", () => {
  it.each([
    [1, "rate(1 minute)"],
    [5, "rate(5 minutes)"],
  ])("of %i is written as AWS wants it", (everyMinutes, expression) => {
    const stack = synthesizeStack(devWith({ functions: { settle: { everyMinutes } } }));

    expect(stack.get("aws_cloudwatch_event_rule.settle").schedule_expression).toBe(expression);
    expect(stack.get("aws_cloudwatch_event_target.settle")).toMatchObject({
      rule: ref("aws_cloudwatch_event_rule.settle.name"),
      arn: ref("aws_lambda_function.settle.arn"),
    });
  });
});
