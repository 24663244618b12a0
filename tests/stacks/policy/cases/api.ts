import type { API_RULES } from "../../../../stacks/policy/rules/api.ts";
import { type Case, declare, out, putIn, set } from "./case.ts";

const STAGE = "aws_apigatewayv2_stage.api";
const ROUTE = "aws_apigatewayv2_route.presign";
const API = "aws_apigatewayv2_api.api";
const INTEGRATION = "aws_apigatewayv2_integration.presign";
const HEADERS = "aws_cloudfront_response_headers_policy.cdn";
const BUCKET = "aws_s3_bucket_cors_configuration.uploads";
/** Whoever signs people in. */
const AUTHORIZER = "aws_apigatewayv2_authorizer.tokens";
const TOKENS = [
  AUTHORIZER,
  { authorizer_type: "JWT", jwt_configuration: { issuer: "https://login.example.com", audience: ["the-page"] } },
] as const;
const TOKENS_ID = `\${${AUTHORIZER}.id}`;

export const API_CASES = {
  "api-access-log": [out(STAGE, set(STAGE, "access_log_settings", undefined))],
  "api-log-content": [
    out(STAGE, set(STAGE, "access_log_settings.format", '{"agent":"$context.identity.userAgent"}')),
    out(STAGE, set(STAGE, "access_log_settings.format", "$context.requestId $context.status")),
  ],
  "api-throttled": [
    out(STAGE, set(STAGE, "default_route_settings", undefined)),
    out(STAGE, set(STAGE, "default_route_settings.throttling_burst_limit", undefined)),
  ],
  "api-client-certificate": [out(STAGE, set(API, "protocol_type", "WEBSOCKET"))],
  "api-authorized": [
    putIn(ROUTE, set(ROUTE, "authorization_type", "AWS_IAM")),
    putIn(ROUTE, set(ROUTE, "authorization_type", "JWT"), set(ROUTE, "authorizer_id", TOKENS_ID), declare(...TOKENS)),
  ],
  "api-no-preflight": [
    out(ROUTE, set(ROUTE, "route_key", "$default")),
    out(ROUTE, set(ROUTE, "route_key", "OPTIONS /presign/upload")),
  ],
  "api-private-tls": [out(INTEGRATION, set(INTEGRATION, "connection_type", "VPC_LINK"))],
  "cors-exact-origins": [
    out(API, set(API, "cors_configuration.allow_origins", ["*"])),
    out(API, set(API, "cors_configuration.allow_credentials", true)),
    out(BUCKET, set(BUCKET, "cors_rule.allowed_origins", ["https://*.example.com"])),
    out(HEADERS, set(HEADERS, "cors_config.access_control_allow_origins.items", ["*"])),
  ],
} satisfies Record<keyof typeof API_RULES, readonly Case[]>;
