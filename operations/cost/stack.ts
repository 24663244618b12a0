import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import * as z from "zod";
import { FUNCTION_NAMES } from "../../contracts/media/environment.ts";
import { OperationError } from "../support/operation-error.ts";

/** Types that AWS does not bill, or bills through what they configure. */
const FREE_TYPES = new Set([
  ...["aws_apigatewayv2_integration", "aws_apigatewayv2_route", "aws_apigatewayv2_stage"],
  ...["aws_cloudfront_cache_policy", "aws_cloudfront_origin_access_control", "aws_cloudfront_response_headers_policy"],
  ...["aws_cloudwatch_event_target", "aws_cloudwatch_query_definition", "aws_budgets_budget"],
  // Layers and code: up to 75 GB in a region.
  ...["aws_lambda_layer_version", "aws_lambda_permission"],
  ...["aws_iam_role", "aws_iam_role_policy", "aws_sns_topic_policy"],
  ...["aws_s3_bucket_cors_configuration", "aws_s3_bucket_lifecycle_configuration", "aws_s3_bucket_notification"],
  ...["aws_s3_bucket_ownership_controls", "aws_s3_bucket_policy", "aws_s3_bucket_public_access_block"],
  ...["aws_s3_bucket_server_side_encryption_configuration", "aws_s3_bucket_versioning"],
  ...["aws_sqs_queue_policy", "aws_sqs_queue_redrive_allow_policy"],
  // Only when something is wrong: a million notifications and a thousand e-mails a month are free.
  ...["aws_sns_topic", "aws_sns_topic_subscription"],
  // A few requests at each deploy, and some 60 MB that stay: less than a cent.
  "aws_s3_object",
]);

const PRICED_TYPES = new Set([
  ...["aws_apigatewayv2_api", "aws_cloudfront_distribution", "aws_cloudwatch_event_rule", "aws_cloudwatch_log_group"],
  ...["aws_cloudwatch_metric_alarm", "aws_cloudwatch_dashboard", "aws_dynamodb_table"],
  ...["aws_lambda_event_source_mapping", "aws_lambda_function", "aws_s3_bucket", "aws_sqs_queue"],
]);

const lambdaFunction = z.object({
  memory_size: z.number(),
  ephemeral_storage: z.object({ size: z.number() }).optional(),
  tracing_config: z.object({ mode: z.string() }).optional(),
  environment: z.object({ variables: z.record(z.string(), z.string()) }),
});
const named = z.record(z.string(), z.unknown()).default({});
/** AWS bills an alarm for each metric that it looks at. */
const metricAlarm = z.object({ metric_query: z.array(z.object({ metric: z.unknown().optional() })).optional() });
const lifecycle = z.object({
  rule: z.array(
    z.object({
      expiration: z.array(z.object({ days: z.number().optional() })).optional(),
      noncurrent_version_expiration: z.array(z.object({ noncurrent_days: z.number() })).optional(),
    }),
  ),
});
const functions = z.object(
  Object.fromEntries(FUNCTION_NAMES.map((name) => [name, lambdaFunction])) as Record<
    (typeof FUNCTION_NAMES)[number],
    typeof lambdaFunction
  >,
);

const resources = z.object({
  aws_lambda_function: functions,
  aws_lambda_event_source_mapping: z.record(z.string(), z.object({ event_source_arn: z.string() })),
  aws_cloudwatch_event_rule: z.record(z.string(), z.object({ schedule_expression: z.string() })),
  aws_s3_bucket_lifecycle_configuration: z.record(z.string(), lifecycle).default({}),
  aws_cloudwatch_metric_alarm: z.record(z.string(), metricAlarm).default({}),
  aws_cloudwatch_dashboard: named,
});

const stackDocument = z.object({ resource: z.record(z.string(), z.record(z.string(), z.unknown())) });

/** As far as a bill depends on it. */
export interface PricedStack {
  readonly functions: z.output<typeof functions>;
  /** Logical ids of queues that Lambda polls. */
  readonly consumedQueues: readonly string[];
  /** Of the rules that call a function. */
  readonly scheduleMinutes: readonly number[];
  /** Days until an object is gone for good, by bucket; undefined: it stays. */
  readonly keepDays: Readonly<Record<string, number | undefined>>;
  /** How many metrics each looks at. */
  readonly alarms: Readonly<Record<string, number>>;
  readonly dashboards: readonly string[];
}

/** Reads `cdktf.out/stacks/<name>`. Throws OperationError for a stack that is not there, or holds what has no price here. */
export function readStack(folder: string): PricedStack {
  const path = join(folder, "cdk.tf.json");
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    const stacks = dirname(folder);
    const others = existsSync(stacks) ? readdirSync(stacks).join(", ") : "";
    throw new OperationError(
      others === ""
        ? `There is no ${path}. Build and synthesize first: npm run build -- --laptop && npm run synth`
        : `There is no stack ${basename(folder)}; synthesized are ${others}.`,
    );
  }
  return parseStack(JSON.parse(text));
}

export function parseStack(document: unknown): PricedStack {
  const { resource } = stackDocument.parse(document);
  const unknown = Object.keys(resource).filter((type) => !FREE_TYPES.has(type) && !PRICED_TYPES.has(type));
  if (unknown.length > 0)
    throw new OperationError(`No price is known for ${unknown.join(", ")}: add it to operations/cost/stack.ts.`);
  const parsed = resources.parse(resource);
  return {
    functions: parsed.aws_lambda_function,
    consumedQueues: Object.values(parsed.aws_lambda_event_source_mapping).map(({ event_source_arn }) =>
      event_source_arn.replace(/^\$\{aws_sqs_queue\.(\w+)\.arn\}$/, "$1"),
    ),
    scheduleMinutes: Object.values(parsed.aws_cloudwatch_event_rule).map(readMinutes),
    keepDays: Object.fromEntries(
      Object.entries(parsed.aws_s3_bucket_lifecycle_configuration).map(([name, rules]) => [name, readKeepDays(rules)]),
    ),
    alarms: Object.fromEntries(
      Object.entries(parsed.aws_cloudwatch_metric_alarm).map(([name, { metric_query: queries }]) => [
        name,
        queries?.filter(({ metric }) => metric !== undefined).length ?? 1,
      ]),
    ),
    dashboards: Object.keys(parsed.aws_cloudwatch_dashboard),
  };
}

function readMinutes({ schedule_expression: expression }: { readonly schedule_expression: string }): number {
  const minutes = Number(/^rate\((\d+) minutes?\)$/.exec(expression)?.[1]);
  if (minutes > 0) return minutes;
  throw new OperationError(`The schedule "${expression}" has no price here; expected rate(<n> minutes).`);
}

/** In a versioned bucket an expired object lives on as a noncurrent version. */
function readKeepDays({ rule }: z.output<typeof lifecycle>): number | undefined {
  const current = rule.flatMap(({ expiration = [] }) => expiration.flatMap(({ days }) => days ?? []));
  const noncurrent = rule.flatMap(({ noncurrent_version_expiration: versions = [] }) =>
    versions.map(({ noncurrent_days }) => noncurrent_days),
  );
  if (current.length === 0) return undefined;
  return Math.min(...current) + (noncurrent.length === 0 ? 0 : Math.min(...noncurrent));
}
