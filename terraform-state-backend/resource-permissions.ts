import { BootstrapError } from "./bootstrap-error.ts";

/** What bears an environment's name, in one account and region. */
export interface NamedPlace {
  readonly accountId: string;
  readonly region: string;
  /** `darkroom-<environment>-*` */
  readonly name: string;
}

/** What Terraform calls for the resources of one type, by what the provider calls and the service authorization reference. */
export interface TypePermissions {
  /** To refresh a plan: settings, never contents. Those of buckets stand in plan-permissions.ts. */
  readonly reads?: readonly string[];
  /** To make, change and destroy what bears the environment's name. */
  readonly named?: NamedPermissions;
  /** The same, where AWS gives ids of its own, or takes no resource but `*`. */
  readonly unnamed?: readonly string[];
  /** The service that a function's role, say, is handed to. */
  readonly passesRolesTo?: string;
}

export interface NamedPermissions {
  readonly sid: string;
  readonly actions: readonly string[];
  readonly resources: (place: NamedPlace) => readonly string[];
}

const EDGE_REGION = "us-east-1";

const regional = (service: string, ...rests: ((name: string) => string)[]) => {
  return ({ accountId, region, name }: NamedPlace) =>
    rests.map((rest) => `arn:aws:${service}:${region}:${accountId}:${rest(name)}`);
};
/** In the stack's region and in us-east-1, where CloudFront's metrics are, and so their alarms and topic. */
const onEdgeToo = (resources: (place: NamedPlace) => readonly string[]) => (place: NamedPlace) =>
  [...new Set([place.region, EDGE_REGION])].flatMap((region) => resources({ ...place, region }));

/** Whatever the service can do with what bears the environment's name. */
const manage = (actions: string, resources: (place: NamedPlace) => readonly string[]): NamedPermissions => ({
  sid: "Manage",
  actions: [actions],
  resources,
});

const BUCKET: TypePermissions = {
  named: manage("s3:*", ({ name }) => [`arn:aws:s3:::${name}`, `arn:aws:s3:::${name}/*`]),
};
const QUEUE: TypePermissions = {
  reads: ["sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:ListQueueTags"],
  named: manage(
    "sqs:*",
    regional("sqs", (name) => name),
  ),
};
const API: TypePermissions = {
  reads: ["apigateway:GET"],
  named: {
    sid: "ManageApi",
    actions: ["apigateway:GET", "apigateway:POST", "apigateway:PUT", "apigateway:PATCH", "apigateway:DELETE"],
    resources: ({ region }) => [`arn:aws:apigateway:${region}::/apis*`, `arn:aws:apigateway:${region}::/tags/*`],
  },
};
const CLOUDFRONT: TypePermissions = {
  reads: ["cloudfront:Get*", "cloudfront:List*"],
  unnamed: ["cloudfront:*"],
};
const RULE: TypePermissions = {
  reads: ["events:DescribeRule", "events:ListTagsForResource", "events:ListTargetsByRule"],
  named: manage(
    "events:*",
    regional("events", (name) => `rule/${name}`),
  ),
};
const TOPIC: TypePermissions = {
  reads: ["sns:GetSubscriptionAttributes", "sns:GetTopicAttributes", "sns:ListTagsForResource"],
  named: manage("sns:*", onEdgeToo(regional("sns", (name) => name))),
};
const READ_ROLES = [
  ...["iam:GetRole", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies", "iam:ListInstanceProfilesForRole"],
  "iam:ListRolePolicies",
];
const ROLE: TypePermissions = {
  reads: READ_ROLES,
  named: {
    sid: "ManageRoles",
    actions: [
      ...READ_ROLES,
      ...["iam:CreateRole", "iam:DeleteRole", "iam:DeleteRolePolicy", "iam:PutRolePolicy", "iam:TagRole"],
      ...["iam:UntagRole", "iam:UpdateAssumeRolePolicy", "iam:UpdateRole", "iam:UpdateRoleDescription"],
    ],
    resources: ({ accountId, name }) => [`arn:aws:iam::${accountId}:role/${name}`],
  },
};
const FUNCTION: TypePermissions = {
  reads: [
    ...["lambda:GetFunction", "lambda:GetFunctionCodeSigningConfig", "lambda:GetFunctionConcurrency"],
    ...["lambda:GetFunctionConfiguration", "lambda:GetPolicy", "lambda:ListTags", "lambda:ListVersionsByFunction"],
  ],
  named: manage(
    "lambda:*",
    regional("lambda", (name) => `function:${name}`),
  ),
  passesRolesTo: "lambda.amazonaws.com",
};

/** Each type that a stack of this house declares: a test holds that none is missing, and none too many. */
const PERMISSIONS: Readonly<Record<string, TypePermissions>> = {
  aws_apigatewayv2_api: API,
  aws_apigatewayv2_integration: API,
  aws_apigatewayv2_route: API,
  aws_apigatewayv2_stage: {
    ...API,
    // Its access log: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging.html
    unnamed: [
      ...[
        "logs:CreateLogDelivery",
        "logs:DeleteLogDelivery",
        "logs:DescribeLogGroups",
        "logs:DescribeResourcePolicies",
      ],
      ...["logs:GetLogDelivery", "logs:ListLogDeliveries", "logs:PutResourcePolicy", "logs:UpdateLogDelivery"],
    ],
  },
  aws_budgets_budget: {
    reads: ["budgets:ListTagsForResource", "budgets:ViewBudget"],
    named: manage("budgets:*", ({ accountId, name }) => [`arn:aws:budgets::${accountId}:budget/${name}`]),
  },
  aws_cloudfront_cache_policy: CLOUDFRONT,
  aws_cloudfront_distribution: CLOUDFRONT,
  aws_cloudfront_origin_access_control: CLOUDFRONT,
  aws_cloudfront_response_headers_policy: CLOUDFRONT,
  aws_cloudwatch_dashboard: {
    reads: ["cloudwatch:GetDashboard"],
    named: manage("cloudwatch:*", ({ accountId, name }) => [`arn:aws:cloudwatch::${accountId}:dashboard/${name}`]),
  },
  aws_cloudwatch_event_rule: RULE,
  aws_cloudwatch_event_target: RULE,
  aws_cloudwatch_log_group: {
    reads: ["logs:DescribeLogGroups", "logs:ListTagsForResource"],
    named: manage(
      "logs:*",
      regional(
        "logs",
        (name) => `log-group:/aws/lambda/${name}`,
        (name) => `log-group:/aws/http-api/${name}`,
      ),
    ),
    unnamed: ["logs:DescribeLogGroups"],
  },
  aws_cloudwatch_metric_alarm: {
    reads: ["cloudwatch:DescribeAlarms", "cloudwatch:ListTagsForResource"],
    named: manage("cloudwatch:*", onEdgeToo(regional("cloudwatch", (name) => `alarm:${name}`))),
    unnamed: ["cloudwatch:DescribeAlarms"],
  },
  aws_cloudwatch_query_definition: {
    reads: ["logs:DescribeQueryDefinitions"],
    unnamed: ["logs:DeleteQueryDefinition", "logs:DescribeQueryDefinitions", "logs:PutQueryDefinition"],
  },
  aws_dynamodb_table: {
    reads: [
      ...["dynamodb:DescribeContinuousBackups", "dynamodb:DescribeTable", "dynamodb:DescribeTimeToLive"],
      "dynamodb:ListTagsOfResource",
    ],
    named: manage(
      "dynamodb:*",
      regional(
        "dynamodb",
        (name) => `table/${name}`,
        (name) => `table/${name}/index/*`,
      ),
    ),
  },
  aws_iam_role: ROLE,
  aws_iam_role_policy: ROLE,
  aws_lambda_event_source_mapping: {
    reads: ["lambda:GetEventSourceMapping", "lambda:ListTags"],
    unnamed: [
      ...["lambda:CreateEventSourceMapping", "lambda:DeleteEventSourceMapping", "lambda:GetEventSourceMapping"],
      ...["lambda:ListEventSourceMappings", "lambda:ListTags", "lambda:TagResource", "lambda:UntagResource"],
      "lambda:UpdateEventSourceMapping",
    ],
  },
  aws_lambda_function: FUNCTION,
  aws_lambda_layer_version: {
    reads: ["lambda:GetLayerVersion"],
    named: manage(
      "lambda:*",
      regional(
        "lambda",
        (name) => `layer:${name}`,
        (name) => `layer:${name}:*`,
      ),
    ),
  },
  aws_lambda_permission: FUNCTION,
  aws_s3_bucket: BUCKET,
  aws_s3_bucket_cors_configuration: BUCKET,
  aws_s3_bucket_lifecycle_configuration: BUCKET,
  aws_s3_bucket_notification: BUCKET,
  aws_s3_bucket_ownership_controls: BUCKET,
  aws_s3_bucket_policy: BUCKET,
  aws_s3_bucket_public_access_block: BUCKET,
  aws_s3_bucket_server_side_encryption_configuration: BUCKET,
  aws_s3_bucket_versioning: BUCKET,
  aws_s3_object: BUCKET,
  aws_sns_topic: TOPIC,
  aws_sns_topic_policy: TOPIC,
  aws_sns_topic_subscription: { ...TOPIC, unnamed: ["sns:GetSubscriptionAttributes", "sns:Unsubscribe"] },
  aws_sqs_queue: QUEUE,
  aws_sqs_queue_policy: QUEUE,
  aws_sqs_queue_redrive_allow_policy: QUEUE,
};

export const KNOWN_TYPES: readonly string[] = Object.keys(PERMISSIONS);

/** Throws BootstrapError that names every type without a row. */
export function getTypePermissions(types: readonly string[]): TypePermissions[] {
  const unknown = types.filter((type) => !Object.hasOwn(PERMISSIONS, type));
  if (unknown.length === 0) return types.flatMap((type) => PERMISSIONS[type] ?? []);
  throw new BootstrapError(
    `The stacks declare ${unknown.join(", ")}, and nothing says what Terraform calls for that. Add a row to terraform-state-backend/resource-permissions.ts, and what it calls to tests/terraform-state-backend/permissions.test.ts.`,
  );
}
