import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
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
  environment: z.object({ variables: z.record(z.string(), z.string()) }).default({ variables: {} }),
});
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
/** Of the resources of a type, by id; none where the stack has no such type. */
const byId = <T extends z.ZodType>(body: T) => z.record(z.string(), body).default({});

const resources = z.object({
  aws_lambda_function: byId(lambdaFunction),
  aws_lambda_event_source_mapping: byId(z.object({ event_source_arn: z.string() })),
  aws_cloudwatch_event_rule: byId(z.object({ schedule_expression: z.string() })),
  aws_cloudwatch_event_target: byId(z.object({ rule: z.string(), arn: z.string() })),
  aws_s3_bucket_lifecycle_configuration: byId(lifecycle),
  aws_cloudwatch_metric_alarm: byId(metricAlarm),
  aws_cloudwatch_dashboard: byId(z.unknown()),
});

const stackDocument = z.object({ resource: z.record(z.string(), z.record(z.string(), z.unknown())).default({}) });
const manifest = z.object({ stacks: z.record(z.string(), z.unknown()) });

/** As far as a bill depends on it. */
export interface PricedStack {
  /** `darkroom-prod-media` */
  readonly name: string;
  readonly functions: Readonly<Record<string, z.output<typeof lambdaFunction>>>;
  /** Logical ids of queues that Lambda polls. */
  readonly consumedQueues: readonly string[];
  readonly schedules: readonly { readonly functionName: string; readonly minutes: number }[];
  /** Days until an object is gone for good, by bucket; undefined: it stays. */
  readonly keepDays: Readonly<Record<string, number | undefined>>;
  /** How many metrics each looks at. */
  readonly alarms: Readonly<Record<string, number>>;
  readonly dashboards: readonly string[];
}

/** Reads the stacks of an environment that the last synthesis wrote. Throws OperationError where there is none. */
export function readStacks(environment: string, systems: readonly string[] = [], folder = "cdktf.out"): PricedStack[] {
  const path = join(folder, "manifest.json");
  if (!existsSync(path)) {
    throw new OperationError(
      `There is no ${path}, so that nothing is known of "${environment}". Build and synthesize first: npm run build -- --laptop && npm run synth`,
    );
  }
  const names = Object.keys(manifest.parse(JSON.parse(readFileSync(path, "utf8"))).stacks);
  const prefix = `darkroom-${environment}-`;
  const own = names.filter((name) => name.startsWith(prefix));
  const missing = systems.filter((system) => !own.includes(prefix + system)).map((system) => prefix + system);
  if (own.length === 0 || missing.length > 0) {
    const wanted = missing.join(", ") || `of the environment "${environment}"`;
    throw new OperationError(`There is no stack ${wanted}; synthesized are ${names.join(", ")}.`);
  }
  const wanted = own.filter((name) => systems.length === 0 || systems.includes(name.slice(prefix.length)));
  return wanted.map((name) => readStack(join(folder, "stacks", name), name));
}

/** Reads a synthesized stack's folder. Throws OperationError for one that holds what has no price here. */
export function readStack(folder: string, name: string): PricedStack {
  return parseStack(JSON.parse(readFileSync(join(folder, "cdk.tf.json"), "utf8")), name);
}

export function parseStack(document: unknown, name: string): PricedStack {
  const { resource } = stackDocument.parse(document);
  const unknown = Object.keys(resource).filter((type) => !FREE_TYPES.has(type) && !PRICED_TYPES.has(type));
  if (unknown.length > 0)
    throw new OperationError(
      `${name}: no price is known for ${unknown.join(", ")}: add it to operations/cost/stack.ts.`,
    );
  const parsed = resources.safeParse(resource);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => `  ${path.join(".")}: ${message}`);
    throw new OperationError(
      [`${name} has what is not counted here (operations/cost/stack.ts):`, ...problems].join("\n"),
    );
  }
  return describeStack(parsed.data, name);
}

function describeStack(parsed: z.output<typeof resources>, name: string): PricedStack {
  return {
    name,
    functions: parsed.aws_lambda_function,
    consumedQueues: Object.values(parsed.aws_lambda_event_source_mapping).map(({ event_source_arn: arn }) =>
      requireReference("aws_sqs_queue", arn, `${name}: the event source ${arn}`),
    ),
    schedules: Object.values(parsed.aws_cloudwatch_event_target).map(({ rule, arn }) => ({
      functionName: requireReference("aws_lambda_function", arn, `${name}: the scheduled ${arn}`),
      minutes: readMinutes(parsed, requireReference("aws_cloudwatch_event_rule", rule, `${name}: the rule ${rule}`)),
    })),
    keepDays: Object.fromEntries(
      Object.entries(parsed.aws_s3_bucket_lifecycle_configuration).map(([id, rules]) => [id, readKeepDays(rules)]),
    ),
    alarms: Object.fromEntries(
      Object.entries(parsed.aws_cloudwatch_metric_alarm).map(([id, { metric_query: queries }]) => [
        id,
        queries?.filter(({ metric }) => metric !== undefined).length ?? 1,
      ]),
    ),
    dashboards: Object.keys(parsed.aws_cloudwatch_dashboard),
  };
}

/** Throws OperationError where the stack has no such function. */
export function getFunction({ functions, name: stack }: PricedStack, name: string) {
  const found = Object.hasOwn(functions, name) ? functions[name] : undefined;
  if (found) return found;
  throw new OperationError(`${stack} has no function ${name}, which is counted for it.`);
}

/** The id in `${aws_sqs_queue.resize.arn}`. */
function requireReference(type: string, text: string, what: string): string {
  const [, found, id] = /^\$\{(\w+)\.([\w-]+)\.\w+\}$/.exec(text) ?? [];
  if (found === type && id !== undefined) return id;
  throw new OperationError(`${what} has no price here; expected one of type ${type} (operations/cost/stack.ts).`);
}

function readMinutes({ aws_cloudwatch_event_rule: rules }: z.output<typeof resources>, id: string): number {
  const expression = rules[id]?.schedule_expression ?? "";
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
