import type { RuleId } from "./rules/index.ts";

/**
 * Where a stack deliberately differs from a rule. Each entry fails on its day, and when it excuses nothing any more.
 * To renew one: read its reason again, and if it still holds, write today into `since` and a day within a year into `until`.
 */
export interface Waiver {
  readonly rule: RuleId;
  /** Addresses: `aws_s3_bucket.site`; `aws_sqs_queue.*` is every resource of the type. */
  readonly resources: readonly string[];
  /** Names of stacks. @default all */
  readonly stacks?: readonly string[];
  /** Why it is right to differ, and what holds instead. */
  readonly reason: string;
  /** The day on which it was last thought about, as 2026-11-21. */
  readonly since: string;
  /** The first day on which it no longer holds; within a year of `since`. */
  readonly until: string;
  /**
   * The field of environments.ts that decides whether there is anything to excuse. Such a waiver may excuse nothing: whoever
   * changes a setting need not change this file. @default it has to earn its place
   */
  readonly setting?: string;
}

const THIS_YEAR = { since: "2026-11-21", until: "2027-11-15" } as const;
/** What is more than a matter of taste is looked at twice a year. */
const HALF_YEAR = { since: "2026-11-21", until: "2027-05-15" } as const;

const NO_CUSTOMER_KEYS =
  "AWS's own keys encrypt it at rest. A key of ours costs a dollar a month and a fee per request, and gives more control only if other people administer it than the account. Asked for by a customer or an auditor, it is one construct.";

const DISTRIBUTIONS = ["aws_cloudfront_distribution.cdn", "aws_cloudfront_distribution.site"];

export const WAIVERS: readonly Waiver[] = [
  { rule: "bucket-customer-key", resources: ["aws_s3_bucket.*"], reason: NO_CUSTOMER_KEYS, ...THIS_YEAR },
  {
    rule: "object-customer-key",
    resources: ["aws_s3_object.*"],
    reason: "They are the page, which everybody may read, and the build of ffmpeg, which everybody may have.",
    ...THIS_YEAR,
  },
  { rule: "queue-customer-key", resources: ["aws_sqs_queue.*"], reason: NO_CUSTOMER_KEYS, ...THIS_YEAR },
  { rule: "table-customer-key", resources: ["aws_dynamodb_table.jobs"], reason: NO_CUSTOMER_KEYS, ...THIS_YEAR },
  { rule: "log-customer-key", resources: ["aws_cloudwatch_log_group.*"], reason: NO_CUSTOMER_KEYS, ...THIS_YEAR },
  {
    rule: "function-environment-key",
    resources: ["aws_lambda_function.*"],
    reason:
      "The variables hold names, sizes and days; that none holds a secret is a rule of its own (function-no-secrets). Lambda encrypts them with AWS's own key.",
    ...THIS_YEAR,
  },
  {
    rule: "bucket-versioned",
    resources: ["aws_s3_bucket.renditions"],
    reason:
      "Its keys hold the job's id and are never written with other bytes; what is lost is made again from the source.",
    ...THIS_YEAR,
  },
  {
    rule: "bucket-versioned",
    resources: ["aws_s3_bucket.artifacts", "aws_s3_bucket.site"],
    reason: "Every build makes its content anew, byte for byte, from a commit: git keeps the versions.",
    ...THIS_YEAR,
  },
  {
    rule: "bucket-mfa-delete",
    resources: ["aws_s3_bucket_versioning.uploads"],
    reason:
      "Only the account's root user can switch it on, by hand, and lifecycle rules would then be refused: old versions of people's files could no longer be forgotten.",
    ...THIS_YEAR,
  },
  {
    rule: "bucket-access-log",
    resources: ["aws_s3_bucket.*"],
    reason:
      "It needs a bucket of its own, arrives hours late and without promise. Every way in is logged nearer to its source: presign and workers in their logs, jobs in the table. For forensics, CloudTrail's data events are the account's decision.",
    ...HALF_YEAR,
  },
  {
    rule: "bucket-replicated",
    resources: ["aws_s3_bucket.*"],
    reason:
      "It doubles storage and leaves people's files in a second jurisdiction. Sources live for days, renditions can be made again, page and layer come from a build; a lost region is recovered by deploying to another one.",
    ...THIS_YEAR,
  },
  {
    rule: "bucket-events",
    resources: ["aws_s3_bucket.renditions", "aws_s3_bucket.artifacts", "aws_s3_bucket.site"],
    reason: "They must announce nothing: only uploads start work, so that no event can feed itself (E9).",
    ...THIS_YEAR,
  },
  {
    rule: "bucket-kept",
    resources: ["aws_s3_bucket.artifacts", "aws_s3_bucket.site"],
    reason: "They hold what every build makes anew, and nothing of a person's.",
    setting: "isProtected",
    ...THIS_YEAR,
  },
  {
    rule: "bucket-kept",
    resources: ["aws_s3_bucket.uploads", "aws_s3_bucket.renditions"],
    stacks: ["darkroom-media-dev"],
    reason:
      "dev is there to be thrown away: isProtected is false in environments.ts. parseEnvironments refuses that in prod.",
    setting: "isProtected",
    ...THIS_YEAR,
  },
  {
    rule: "table-kept",
    resources: ["aws_dynamodb_table.jobs"],
    stacks: ["darkroom-media-dev"],
    reason:
      "dev is there to be thrown away: isProtected is false in environments.ts. parseEnvironments refuses that in prod.",
    setting: "isProtected",
    ...THIS_YEAR,
  },
  {
    rule: "function-dead-letters",
    resources: [
      "aws_lambda_function.presign",
      "aws_lambda_function.status",
      "aws_lambda_function.resize",
      "aws_lambda_function.convert",
      "aws_lambda_function.settle",
    ],
    reason:
      "Lambda uses it for asynchronous calls alone. presign and status are called synchronously; the workers' messages have their queues' dead letters (queue-dead-letters); settle is called again within minutes and finds the same jobs.",
    ...THIS_YEAR,
  },
  {
    rule: "function-concurrency",
    resources: [
      "aws_lambda_function.status",
      "aws_lambda_function.resize",
      "aws_lambda_function.convert",
      "aws_lambda_function.settle",
    ],
    reason:
      "Reserving takes places from everybody else, and AWS keeps 100 unreserved. Workers are bounded by their queues (queue-bounded), status by the API's throttle at milliseconds a call, settle by its schedule.",
    ...THIS_YEAR,
  },
  {
    rule: "function-concurrency",
    resources: ["aws_lambda_function.presign"],
    stacks: ["darkroom-media-dev", "darkroom-media-staging"],
    reason: "A new account may have ten places in all, and nobody depends on dev and staging; prod reserves them.",
    setting: "functions.presign.reservedConcurrency",
    ...THIS_YEAR,
  },
  {
    rule: "function-private-network",
    resources: ["aws_lambda_function.*"],
    reason:
      "Functions call AWS alone. A VPC without endpoints cuts them off, with them it costs more than all the rest of the stack, and adds a network to maintain. Decoders run in child processes with an empty environment and no credentials.",
    ...HALF_YEAR,
  },
  {
    rule: "function-code-signed",
    resources: ["aws_lambda_function.*"],
    reason:
      "Terraform names the SHA-256 of each zip, which builds repeat byte for byte, so that a reviewed plan says which code runs. Signing would add a signer to keep; no role of the stack may change a function's code (policy-no-escalation).",
    ...HALF_YEAR,
  },
  {
    rule: "log-year",
    resources: ["aws_cloudwatch_log_group.*"],
    reason:
      "Retention is a setting of the environment: a week in dev, a month in staging, a quarter in prod. Logs name addresses that people upload from, and are kept no longer than they help.",
    setting: "retention.logDays",
    ...THIS_YEAR,
  },
  {
    rule: "api-authorized",
    resources: ["aws_apigatewayv2_route.presign"],
    reason:
      "Who may upload is for the application that Darkroom is built into. Until it brings an authorizer, the throttle, presign's reserved places, five minutes, and exact size and type bound what a stranger can do.",
    ...HALF_YEAR,
  },
  {
    rule: "api-authorized",
    resources: ["aws_apigatewayv2_route.limits"],
    reason: "It tells everybody the same: what is accepted. A page asks before anybody has signed in.",
    ...THIS_YEAR,
  },
  {
    rule: "api-authorized",
    resources: ["aws_apigatewayv2_route.status"],
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
    reason: "They say 404 or 405 to whoever asks for what is not there, in the shape of every other error.",
    ...THIS_YEAR,
  },
  {
    rule: "cdn-tls",
    resources: DISTRIBUTIONS,
    reason:
      "CloudFront's own certificate leaves no choice of version. An environment with a domain of its own demands TLS 1.2; give prod one before it has customers.",
    setting: "domain",
    ...HALF_YEAR,
  },
  {
    rule: "cdn-custom-certificate",
    resources: DISTRIBUTIONS,
    reason: "A domain is the deployer's to bring: `domain` in environments.ts takes it, with its certificate.",
    setting: "domain",
    ...HALF_YEAR,
  },
  {
    rule: "cdn-waf",
    resources: DISTRIBUTIONS,
    reason:
      "Both serve files of a bucket, by GET and by path alone: there is no code behind them that a request could hurt. The API, where it would help, is an HTTP API, to which WAF does not attach. It costs from five dollars a month for each.",
    ...HALF_YEAR,
  },
  {
    rule: "cdn-access-log",
    resources: DISTRIBUTIONS,
    reason:
      "It needs a bucket with ACLs, which no bucket here has (bucket-no-acl), or a delivery to pay for, and keeps the addresses of everybody who looked. CloudFront's metrics show errors and volume.",
    ...HALF_YEAR,
  },
  {
    rule: "cdn-default-root",
    resources: ["aws_cloudfront_distribution.cdn"],
    reason: "Its root is no document. OAC may read objects and not list, so that the root is answered with an error.",
    ...THIS_YEAR,
  },
  {
    rule: "cdn-origin-failover",
    resources: DISTRIBUTIONS,
    reason: "There is no second region to fail over to (see bucket-replicated).",
    ...THIS_YEAR,
  },
  {
    rule: "cdn-geography",
    resources: DISTRIBUTIONS,
    reason: "Who may be served is for the application; Darkroom serves the world.",
    ...THIS_YEAR,
  },
  {
    rule: "topic-encrypted",
    resources: ["aws_sns_topic.alarms", "aws_sns_topic.edge_alarms"],
    reason:
      "They carry names of alarms and figures, nothing of a person's. CloudWatch may publish with a key of ours alone, at a dollar a month in each region; SNS's own disks are encrypted.",
    setting: "alarms",
    ...THIS_YEAR,
  },
  {
    rule: "cdn-hsts-preload",
    resources: ["aws_cloudfront_response_headers_policy.cdn", "aws_cloudfront_response_headers_policy.site"],
    reason:
      "It is a promise for a whole registered domain, hard to take back, and not ours to give: cloudfront.net is AWS's, and a custom domain is its owner's.",
    ...THIS_YEAR,
  },
];

const APPLY_POLICIES = [
  "aws_iam_role_policy.apply_dev",
  "aws_iam_role_policy.apply_staging",
  "aws_iam_role_policy.apply_prod",
];
const REVIEWED_DEPLOYMENT =
  "It makes the functions' roles, and so could grant anything in its account: what guards it is GitHub's environment, whose reviewers let a deployment in (docs/bootstrap.md). The functions' own roles excuse nothing of this.";

/** Where the stack that keeps Terraform's states differs; `npm run bootstrap` is held to the same rules. */
export const STATE_BACKEND_WAIVERS: readonly Waiver[] = [
  { rule: "bucket-customer-key", resources: ["aws_s3_bucket.state"], reason: NO_CUSTOMER_KEYS, ...THIS_YEAR },
  { rule: "table-customer-key", resources: ["aws_dynamodb_table.locks"], reason: NO_CUSTOMER_KEYS, ...THIS_YEAR },
  {
    rule: "bucket-mfa-delete",
    resources: ["aws_s3_bucket_versioning.state"],
    reason:
      "Only the account's root user can switch it on, by hand, and lifecycle rules would then be refused. The roles for GitHub may delete a lock at most, and no version of a state.",
    ...THIS_YEAR,
  },
  {
    rule: "bucket-access-log",
    resources: ["aws_s3_bucket.state"],
    reason:
      "It needs a bucket of its own, arrives hours late and without promise. Each change of a state is a version of it; who read one is a matter of CloudTrail's data events, the account's decision.",
    ...HALF_YEAR,
  },
  {
    rule: "bucket-replicated",
    resources: ["aws_s3_bucket.state"],
    reason:
      "States are of use where their region is: a lost one is recovered by bootstrapping and deploying to another. They hold no secret, and can be made again by import.",
    ...THIS_YEAR,
  },
  {
    rule: "bucket-events",
    resources: ["aws_s3_bucket.state"],
    reason: "Nobody listens: Terraform reads the state when it runs, and drift detection looks every day by itself.",
    ...THIS_YEAR,
  },
  {
    rule: "policy-exact-actions",
    resources: ["aws_iam_role_policy.plan"],
    reason:
      "The wildcards stand behind Get and List, of CloudFront's and of buckets' settings, where AWS adds one for each new feature and Terraform soon calls it. That none changes anything or reads a file is a test.",
    ...HALF_YEAR,
  },
  {
    rule: "policy-bounded-resources",
    resources: ["aws_iam_role_policy.plan"],
    reason:
      "They read settings, never contents, and many take no resource but the star. A plan shows drift only in what its role can see.",
    ...HALF_YEAR,
  },
  {
    rule: "policy-exact-actions",
    resources: APPLY_POLICIES,
    reason: `Within the names of its own environment it may do what Terraform calls, and a policy has room for 10 240 characters. ${REVIEWED_DEPLOYMENT}`,
    ...HALF_YEAR,
  },
  {
    rule: "policy-bounded-resources",
    resources: APPLY_POLICIES,
    reason: `AWS names these things by ids of its own, or takes no resource but the star; which they are is a written list. ${REVIEWED_DEPLOYMENT}`,
    ...HALF_YEAR,
  },
  { rule: "policy-no-escalation", resources: APPLY_POLICIES, reason: REVIEWED_DEPLOYMENT, ...HALF_YEAR },
  {
    rule: "policy-trust",
    resources: ["aws_iam_role.plan", "aws_iam_role.apply_dev", "aws_iam_role.apply_staging", "aws_iam_role.apply_prod"],
    reason:
      "Only for a repository that is named without its ids, whose tokens may carry them all the same: the wildcards stand where ids would. Bootstrap warns each time that whoever takes the name is trusted.",
    ...HALF_YEAR,
  },
  {
    rule: "table-forgets",
    resources: ["aws_dynamodb_table.locks"],
    reason:
      "It holds a lock while somebody works, which Terraform deletes itself, and a digest for each state, which must not be forgotten. Nothing in it is of a person.",
    ...THIS_YEAR,
  },
  {
    rule: "table-kept",
    resources: ["aws_dynamodb_table.locks"],
    reason:
      "It is protected by DynamoDB itself, and bootstrap refuses to destroy anything. prevent_destroy would stand in the way of who takes lockTable back, and what is lost with it is a digest that Terraform writes anew.",
    ...THIS_YEAR,
  },
];
