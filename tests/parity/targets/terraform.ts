import type { BucketSpec, FunctionSpec, QueueSpec, RoleSpec, World } from "../world.ts";

type Block = Readonly<Record<string, unknown>>;
type Resources = Record<string, Record<string, Block>>;

/** The world as a synthesized stack. `zipPath` holds the consumer's code. */
export function toTerraform(world: World, zipPath: string): Block {
  const resource: Resources = {};
  for (const [id, queue] of Object.entries(world.queues)) declareQueue(resource, id, queue, world);
  for (const [id, bucket] of Object.entries(world.buckets)) declareBucket(resource, id, bucket, world);
  for (const [id, role] of Object.entries(world.roles)) declareRole(resource, id, role, world);
  declareTable(resource, world);
  declareConsumer(resource, world.consumer, zipPath);
  const provider = { aws: [{ region: world.region, allowed_account_ids: [world.accountId] }] };
  return { provider, resource };
}

function declare(resource: Resources, type: string, id: string, block: Block): void {
  const ofType = resource[type] ?? {};
  ofType[id] = block;
  resource[type] = ofType;
}

function declareQueue(resource: Resources, id: string, { name, attributes, policy }: QueueSpec, world: World): void {
  const { RedrivePolicy, RedriveAllowPolicy, MaximumMessageSize, VisibilityTimeout, ...unknown } = attributes;
  if (Object.keys(unknown).length > 0) throw new Error(`${id}: ${Object.keys(unknown)} has no Terraform name here.`);
  declare(resource, "aws_sqs_queue", id, {
    name,
    ...(RedrivePolicy && { redrive_policy: RedrivePolicy, depends_on: [findTarget(RedrivePolicy, world)] }),
    ...(VisibilityTimeout && { visibility_timeout_seconds: Number(VisibilityTimeout) }),
    ...(MaximumMessageSize && { max_message_size: Number(MaximumMessageSize) }),
  });
  const queue_url = `\${aws_sqs_queue.${id}.url}`;
  if (policy) declare(resource, "aws_sqs_queue_policy", id, { queue_url, policy: toDocument(policy) });
  if (RedriveAllowPolicy)
    declare(resource, "aws_sqs_queue_redrive_allow_policy", id, {
      queue_url,
      redrive_allow_policy: RedriveAllowPolicy,
    });
}

/** The address of the queue that a redrive policy names. */
function findTarget(redrivePolicy: string, { queues }: World): string {
  const { deadLetterTargetArn } = JSON.parse(redrivePolicy) as { readonly deadLetterTargetArn: string };
  const [id] = Object.entries(queues).find(([, { arn }]) => arn === deadLetterTargetArn) ?? [];
  return `aws_sqs_queue.${id}`;
}

function declareBucket(resource: Resources, id: string, spec: BucketSpec, world: World): void {
  declare(resource, "aws_s3_bucket", id, { bucket: spec.name });
  const bucket = `\${aws_s3_bucket.${id}.bucket}`;
  const blocked = ["block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"];
  declare(resource, "aws_s3_bucket_public_access_block", id, {
    bucket,
    ...Object.fromEntries(blocked.map((name) => [name, true])),
  });
  if (spec.isVersioned)
    declare(resource, "aws_s3_bucket_versioning", id, { bucket, versioning_configuration: { status: "Enabled" } });
  if (spec.corsOrigin)
    declare(resource, "aws_s3_bucket_cors_configuration", id, { bucket, cors_rule: [toCorsRule(spec.corsOrigin)] });
  if (spec.policy) declare(resource, "aws_s3_bucket_policy", id, { bucket, policy: toDocument(spec.policy) });
  if (spec.announcements) declareAnnouncements(resource, id, spec.announcements, world);
}

function declareAnnouncements(
  resource: Resources,
  id: string,
  announcements: NonNullable<BucketSpec["announcements"]>,
  world: World,
): void {
  declare(resource, "aws_s3_bucket_notification", id, {
    bucket: `\${aws_s3_bucket.${id}.bucket}`,
    queue: Object.entries(announcements).map(([prefix, queue]) => ({
      queue_arn: world.queues[queue].arn,
      events: ["s3:ObjectCreated:*"],
      filter_prefix: prefix,
    })),
    depends_on: Object.values(announcements).map((queue) => `aws_sqs_queue_policy.${queue}`),
  });
}

function declareRole(resource: Resources, id: string, { name, policy }: RoleSpec, { accountId }: World): void {
  const Principal = { AWS: `arn:aws:iam::${accountId}:root` };
  const trust = toDocument([{ Effect: "Allow", Principal, Action: "sts:AssumeRole" }]);
  declare(resource, "aws_iam_role", id, { name, assume_role_policy: trust });
  declare(resource, "aws_iam_role_policy", id, {
    name: "parity",
    role: `\${aws_iam_role.${id}.name}`,
    policy: toDocument(policy),
  });
}

function declareTable(resource: Resources, { table }: World): void {
  const { name, hashKey, ttlAttribute, index } = table;
  declare(resource, "aws_dynamodb_table", "jobs", {
    name,
    billing_mode: "PAY_PER_REQUEST",
    hash_key: hashKey,
    attribute: [
      { name: hashKey, type: "S" },
      { name: index.hashKey, type: "S" },
      { name: index.rangeKey, type: "N" },
    ],
    global_secondary_index: [
      { name: index.name, hash_key: index.hashKey, range_key: index.rangeKey, projection_type: "KEYS_ONLY" },
    ],
    ttl: { attribute_name: ttlAttribute, enabled: true },
  });
}

function declareConsumer(resource: Resources, spec: FunctionSpec, zipPath: string): void {
  const id = "consumer";
  const trust = { Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" };
  declare(resource, "aws_iam_role", id, { name: spec.name, assume_role_policy: toDocument([trust]) });
  declare(resource, "aws_iam_role_policy", id, {
    name: "parity",
    role: `\${aws_iam_role.${id}.name}`,
    policy: toDocument(spec.rolePolicy),
  });
  declare(resource, "aws_cloudwatch_log_group", id, { name: `/aws/lambda/${spec.name}` });
  declare(resource, "aws_lambda_function", id, {
    function_name: spec.name,
    filename: zipPath,
    handler: "index.handler",
    runtime: "nodejs22.x",
    timeout: spec.timeoutSeconds,
    role: `\${aws_iam_role.${id}.arn}`,
    logging_config: { log_format: "Text", log_group: `\${aws_cloudwatch_log_group.${id}.name}` },
  });
  declare(resource, "aws_lambda_event_source_mapping", id, {
    event_source_arn: `\${aws_sqs_queue.${spec.consumes}.arn}`,
    function_name: `\${aws_lambda_function.${id}.function_name}`,
    function_response_types: ["ReportBatchItemFailures"],
  });
}

function toCorsRule(origin: string): Block {
  return {
    allowed_origins: [origin],
    allowed_methods: ["POST", "PUT"],
    allowed_headers: ["content-type", "if-none-match"],
    expose_headers: ["ETag"],
    max_age_seconds: 3600,
  };
}

function toDocument(statements: readonly object[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}
