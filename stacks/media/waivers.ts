import { HALF_YEAR, NO_CUSTOMER_KEYS, THIS_YEAR, type Waiver } from "../policy/waiver.ts";
import { ENVIRONMENT_NAMES } from "../support/environment.ts";
import { stackName } from "../support/naming.ts";
import { MEDIA } from "./names.ts";

const STACKS = ENVIRONMENT_NAMES.map((name) => stackName(MEDIA, name));
const DISTRIBUTIONS = ["aws_cloudfront_distribution.cdn", "aws_cloudfront_distribution.site"];

/** Where the media stacks differ from a rule. */
export const MEDIA_WAIVERS: readonly Waiver[] = [
  {
    rule: "bucket-customer-key",
    resources: ["aws_s3_bucket.*"],
    stacks: STACKS,
    reason: NO_CUSTOMER_KEYS,
    ...THIS_YEAR,
  },
  {
    rule: "object-customer-key",
    resources: ["aws_s3_object.*"],
    stacks: STACKS,
    reason: "They are the page, which everybody may read, and the build of ffmpeg, which everybody may have.",
    ...THIS_YEAR,
  },
  {
    rule: "table-customer-key",
    resources: ["aws_dynamodb_table.jobs"],
    stacks: STACKS,
    reason: NO_CUSTOMER_KEYS,
    ...THIS_YEAR,
  },
  {
    rule: "log-customer-key",
    resources: ["aws_cloudwatch_log_group.*"],
    stacks: STACKS,
    reason: NO_CUSTOMER_KEYS,
    ...THIS_YEAR,
  },
  {
    rule: "bucket-versioned",
    resources: ["aws_s3_bucket.renditions"],
    stacks: STACKS,
    reason:
      "Its keys hold the job's id and are never written with other bytes; what is lost is made again from the source.",
    ...THIS_YEAR,
  },
  {
    rule: "bucket-versioned",
    resources: ["aws_s3_bucket.artifacts", "aws_s3_bucket.site"],
    stacks: STACKS,
    reason: "Every build makes its content anew, byte for byte, from a commit: git keeps the versions.",
    ...THIS_YEAR,
  },
  {
    rule: "bucket-mfa-delete",
    resources: ["aws_s3_bucket_versioning.uploads"],
    stacks: STACKS,
    reason:
      "Only the account's root user can switch it on, by hand, and lifecycle rules would then be refused: old versions of people's files could no longer be forgotten.",
    ...THIS_YEAR,
  },
  {
    rule: "bucket-access-log",
    resources: ["aws_s3_bucket.*"],
    stacks: STACKS,
    reason:
      "It needs a bucket of its own, arrives hours late and without promise. Every way in is logged nearer to its source: presign and workers in their logs, jobs in the table. For forensics, CloudTrail's data events are the account's decision.",
    ...HALF_YEAR,
  },
  {
    rule: "bucket-replicated",
    resources: ["aws_s3_bucket.*"],
    stacks: STACKS,
    reason:
      "It doubles storage and leaves people's files in a second jurisdiction. Sources live for days, renditions can be made again, page and layer come from a build; a lost region is recovered by deploying to another one.",
    ...THIS_YEAR,
  },
  {
    rule: "bucket-events",
    resources: ["aws_s3_bucket.renditions", "aws_s3_bucket.artifacts", "aws_s3_bucket.site"],
    stacks: STACKS,
    reason: "They must announce nothing: only uploads start work, so that no event can feed itself (E9).",
    ...THIS_YEAR,
  },
  {
    rule: "bucket-kept",
    resources: ["aws_s3_bucket.artifacts", "aws_s3_bucket.site"],
    stacks: STACKS,
    reason: "They hold what every build makes anew, and nothing of a person's.",
    setting: "isProtected",
    ...THIS_YEAR,
  },
  {
    rule: "bucket-kept",
    resources: ["aws_s3_bucket.uploads", "aws_s3_bucket.renditions"],
    stacks: [stackName(MEDIA, "dev")],
    reason:
      "dev is there to be thrown away: isProtected is false in environments.ts. parseEnvironments refuses that in prod.",
    setting: "isProtected",
    ...THIS_YEAR,
  },
  {
    rule: "table-kept",
    resources: ["aws_dynamodb_table.jobs"],
    stacks: [stackName(MEDIA, "dev")],
    reason:
      "dev is there to be thrown away: isProtected is false in environments.ts. parseEnvironments refuses that in prod.",
    setting: "isProtected",
    ...THIS_YEAR,
  },
  {
    rule: "function-dead-letters",
    resources: ["aws_lambda_function.settle"],
    stacks: STACKS,
    reason: "Its schedule calls it again within minutes, and it finds the same jobs: a lost call loses nothing.",
    ...THIS_YEAR,
  },
  {
    rule: "log-year",
    resources: ["aws_cloudwatch_log_group.*"],
    stacks: STACKS,
    reason:
      "Retention is a setting of the environment: a week in dev, a month in staging, a quarter in prod. Logs name addresses that people upload from, and are kept no longer than they help.",
    setting: "logDays",
    ...THIS_YEAR,
  },
  {
    rule: "api-authorized",
    resources: ["aws_apigatewayv2_route.presign"],
    stacks: STACKS,
    reason:
      "Who may upload is for the application that Darkroom is built into. Until it brings an authorizer, the throttle, presign's reserved places, five minutes, and exact size and type bound what a stranger can do.",
    ...HALF_YEAR,
  },
  {
    rule: "api-authorized",
    resources: ["aws_apigatewayv2_route.limits"],
    stacks: STACKS,
    reason: "It tells everybody the same: what is accepted. A page asks before anybody has signed in.",
    ...THIS_YEAR,
  },
  {
    rule: "api-authorized",
    resources: ["aws_apigatewayv2_route.status"],
    stacks: STACKS,
    reason:
      "The job's id is the key to it: 122 random bits; a foreign id and a missing one are answered with equal bytes.",
    ...HALF_YEAR,
  },
  {
    rule: "api-authorized",
    resources: [
      "aws_apigatewayv2_route.fallback_delete",
      "aws_apigatewayv2_route.fallback_get",
      "aws_apigatewayv2_route.fallback_patch",
      "aws_apigatewayv2_route.fallback_post",
      "aws_apigatewayv2_route.fallback_put",
      "aws_apigatewayv2_route.fallback_root_delete",
      "aws_apigatewayv2_route.fallback_root_get",
      "aws_apigatewayv2_route.fallback_root_patch",
      "aws_apigatewayv2_route.fallback_root_post",
      "aws_apigatewayv2_route.fallback_root_put",
    ],
    stacks: STACKS,
    reason: "They say 404 or 405 to whoever asks for what is not there, in the shape of every other error.",
    ...THIS_YEAR,
  },
  {
    rule: "cdn-tls",
    resources: DISTRIBUTIONS,
    stacks: STACKS,
    reason:
      "CloudFront's own certificate leaves no choice of version. An environment with a domain of its own demands TLS 1.2; give prod one before it has customers.",
    setting: "domain",
    ...HALF_YEAR,
  },
  {
    rule: "cdn-custom-certificate",
    resources: DISTRIBUTIONS,
    stacks: STACKS,
    reason: "A domain is the deployer's to bring: `domain` in environments.ts takes it, with its certificate.",
    setting: "domain",
    ...HALF_YEAR,
  },
  {
    rule: "cdn-waf",
    resources: DISTRIBUTIONS,
    stacks: STACKS,
    reason:
      "Both serve files of a bucket, by GET and by path alone: there is no code behind them that a request could hurt. The API, where it would help, is an HTTP API, to which WAF does not attach. It costs from five dollars a month for each.",
    ...HALF_YEAR,
  },
  {
    rule: "cdn-access-log",
    resources: DISTRIBUTIONS,
    stacks: STACKS,
    reason:
      "It needs a bucket with ACLs, which no bucket here has (bucket-no-acl), or a delivery to pay for, and keeps the addresses of everybody who looked. CloudFront's metrics show errors and volume.",
    ...HALF_YEAR,
  },
  {
    rule: "cdn-default-root",
    resources: ["aws_cloudfront_distribution.cdn"],
    stacks: STACKS,
    reason: "Its root is no document. OAC may read objects and not list, so that the root is answered with an error.",
    ...THIS_YEAR,
  },
  {
    rule: "cdn-origin-failover",
    resources: DISTRIBUTIONS,
    stacks: STACKS,
    reason: "There is no second region to fail over to (see bucket-replicated).",
    ...THIS_YEAR,
  },
  {
    rule: "cdn-geography",
    resources: DISTRIBUTIONS,
    stacks: STACKS,
    reason: "Who may be served is for the application; Darkroom serves the world.",
    ...THIS_YEAR,
  },
  {
    rule: "cdn-hsts-preload",
    resources: ["aws_cloudfront_response_headers_policy.cdn", "aws_cloudfront_response_headers_policy.site"],
    stacks: STACKS,
    reason:
      "It is a promise for a whole registered domain, hard to take back, and not ours to give: cloudfront.net is AWS's, and a custom domain is its owner's.",
    ...THIS_YEAR,
  },
];
