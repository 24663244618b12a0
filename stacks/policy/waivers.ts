import { HALF_YEAR, NO_CUSTOMER_KEYS, THIS_YEAR, type Waiver } from "./waiver.ts";

/**
 * What the account decides, whatever a system is: few, and never of buckets, tables or logs, which hold what is people's.
 * What is a system's own stands in its folder (`stacks/media/waivers.ts`).
 */
export const ACCOUNT_WAIVERS: readonly Waiver[] = [
  { rule: "queue-customer-key", resources: ["aws_sqs_queue.*"], reason: NO_CUSTOMER_KEYS, ...THIS_YEAR },
  {
    rule: "function-environment-key",
    resources: ["aws_lambda_function.*"],
    reason:
      "The variables hold names, sizes and days; that none holds a secret is a rule of its own (function-no-secrets). Lambda encrypts them with AWS's own key.",
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
    rule: "topic-encrypted",
    resources: ["aws_sns_topic.*"],
    reason:
      "They carry names of alarms and figures, nothing of a person's. CloudWatch may publish with a key of ours alone, at a dollar a month in each region; SNS's own disks are encrypted.",
    setting: "alarms",
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
