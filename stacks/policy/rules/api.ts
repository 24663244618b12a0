import { blocksAt, textsOf, valueAt } from "../policy-stack.ts";
import { type Rule, unless } from "../rule.ts";

/** What an access log of the API must not say: a signed address, a header, a person's browser. */
const PRIVATE_VARIABLES = /querystring|header|authorizer|useragent|body|\$input|\$request/i;

export const API_RULES = {
  "api-access-log": {
    threats: ["P4"],
    scannerIds: ["CKV_AWS_76", "AWS-0001"],
    resourceTypes: ["aws_apigatewayv2_stage"],
    promise: "Every request to the API is logged, in a log group of this stack.",
    why: "Nobody could say who called, how often, and what they were told.",
    check: ({ body }, stack) =>
      unless(
        stack.findReferred(valueAt(body, "access_log_settings.destination_arn"))?.type === "aws_cloudwatch_log_group",
        "logs no request",
      ),
  },
  "api-log-content": {
    threats: ["A10"],
    scannerIds: [],
    resourceTypes: ["aws_apigatewayv2_stage"],
    promise: "The API's log is JSON, and says nothing of query, headers or body.",
    why: "A signed address in a log is an upload for whoever reads the log.",
    check: ({ body }) => {
      const format = String(valueAt(body, "access_log_settings.format") ?? "");
      return [
        ...unless(format.startsWith("{"), "does not log as JSON"),
        ...unless(!PRIVATE_VARIABLES.test(format), "logs what a request carried"),
      ];
    },
  },
  "api-throttled": {
    threats: ["U5"],
    scannerIds: [],
    resourceTypes: ["aws_apigatewayv2_stage"],
    promise: "The API answers a bounded number of requests.",
    why: "The default is the account's whole quota, which all its APIs share.",
    check: ({ body }) =>
      ["throttling_rate_limit", "throttling_burst_limit"].flatMap((limit) =>
        unless(Number(valueAt(body, `default_route_settings.${limit}`)) > 0, `has no ${limit}`),
      ),
  },
  "api-client-certificate": {
    threats: [],
    scannerIds: ["CKV2_AWS_51"],
    resourceTypes: ["aws_apigatewayv2_stage"],
    promise: "A WebSocket API shows its backend a certificate. HTTP APIs call functions by IAM.",
    why: "Its backend could not tell it from anybody else.",
    check: ({ body }, stack) => {
      const isWebSocket = stack.findReferred(body.api_id)?.body.protocol_type === "WEBSOCKET";
      return unless(!isWebSocket || body.client_certificate_id !== undefined, "shows its backend no certificate");
    },
  },
  "api-authorized": {
    threats: [],
    scannerIds: ["CKV_AWS_309"],
    resourceTypes: ["aws_apigatewayv2_route"],
    promise: "Every route asks who is calling.",
    why: "Anybody can call it.",
    check: ({ body }, stack) => {
      const asked = String(body.authorization_type);
      if (asked !== "JWT") return unless(["AWS_IAM", "CUSTOM"].includes(asked), "asks nobody who they are");
      const authorizer = stack.findReferred(body.authorizer_id);
      const audience = textsOf(authorizer && valueAt(authorizer.body, "jwt_configuration.audience"));
      const issuer = authorizer && valueAt(authorizer.body, "jwt_configuration.issuer");
      return [
        ...unless(authorizer?.type === "aws_apigatewayv2_authorizer", "asks for tokens by no authorizer of this stack"),
        ...unless(!authorizer || (issuer !== undefined && audience.length > 0), "takes tokens made for anybody"),
      ];
    },
  },
  "api-no-preflight": {
    threats: ["A5"],
    scannerIds: [],
    resourceTypes: ["aws_apigatewayv2_route"],
    promise: "No route answers preflights: API Gateway does, from the one list of origins.",
    why: "A route for OPTIONS would take the answer over, and could say anything.",
    check: ({ body }) =>
      unless(!/^(\$default|ANY |OPTIONS )/.test(String(body.route_key)), `takes preflights with "${body.route_key}"`),
  },
  "api-private-tls": {
    threats: [],
    scannerIds: ["CKV_AWS_396"],
    resourceTypes: ["aws_apigatewayv2_integration"],
    promise: "An integration inside a network of ours speaks TLS to a named server.",
    why: "Requests would cross that network readable.",
    check: ({ body }) =>
      unless(
        body.connection_type !== "VPC_LINK" || valueAt(body, "tls_config.server_name_to_verify") !== undefined,
        "speaks to its server without TLS",
      ),
  },
  "cors-exact-origins": {
    threats: ["A5"],
    scannerIds: [],
    resourceTypes: [
      "aws_s3_bucket_cors_configuration",
      "aws_apigatewayv2_api",
      "aws_cloudfront_response_headers_policy",
    ],
    promise: "Cross-origin access is given to exact origins, and never with credentials.",
    why: "Any page that a person opens could use their session, or a look-alike of ours could pass for it.",
    check: ({ body }) => {
      const origins = [
        ...blocksAt(body, "cors_rule").flatMap((rule) => textsOf(rule.allowed_origins)),
        ...textsOf(valueAt(body, "cors_configuration.allow_origins")),
        ...textsOf(valueAt(body, "cors_config.access_control_allow_origins.items")),
      ];
      const credentials = [
        valueAt(body, "cors_configuration.allow_credentials"),
        valueAt(body, "cors_config.access_control_allow_credentials"),
      ];
      return [
        ...origins.filter((origin) => origin.includes("*")).map((origin) => `lets in the origin "${origin}"`),
        ...unless(!credentials.includes(true), "lets pages send credentials"),
      ];
    },
  },
} as const satisfies Record<string, Rule>;
