import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { coversPattern } from "../../contracts/iam/pattern.ts";
import { checkActions } from "../../local/iam/known-actions.ts";
import { listResourceTypes } from "../../stacks/app.ts";
import { SYSTEMS } from "../../systems.ts";
import { listApplyStatements } from "../../terraform-state-backend/apply-permissions.ts";
import { KNOWN_TYPES } from "../../terraform-state-backend/resource-permissions.ts";
import { parseSettings } from "../../terraform-state-backend/settings-form.ts";
import { policyDocument } from "../../terraform-state-backend/statement.ts";
import { synthesizeStateBackend } from "../../terraform-state-backend/synthesize.ts";
import { type Body, type Stack, synthesizeSystems } from "../stacks/synthesized.ts";
import { environments } from "../support/environments.ts";

const ACCOUNT = "333333333333";
const REGION = "eu-central-1";
const ENVIRONMENT = "prod";

interface Statement {
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
}

/** What Terraform calls for one resource: to refresh it, and to make, change, tag and destroy it. */
interface Calls {
  readonly on: string;
  readonly reads?: readonly string[];
  readonly changes?: readonly string[];
}

/** `reads` of the plan role and the apply role, `changes` of the apply role alone. */
type CallsOf = (body: Body, stack: Stack) => readonly Calls[];

const regional = (service: string, rest: string, body: Body) =>
  `arn:aws:${service}:${body.provider === "aws.edge" ? "us-east-1" : REGION}:${ACCOUNT}:${rest}`;

/** The name that stands behind `${aws_s3_bucket.uploads.bucket}`, or the text itself. */
function nameOf(value: unknown, stack: Stack): string {
  const text = String(value);
  const [, address] = /^\$\{(\w+\.\w+)\.\w+\}$/.exec(text) ?? [];
  if (address === undefined) return text;
  const { bucket, name, function_name, arn } = stack.get(address);
  return String(bucket ?? name ?? function_name ?? arn);
}

const bucket = (reads: string, changes = reads.replace("Get", "Put"), ...more: readonly string[]): CallsOf => {
  return (body, stack) => [
    { on: `arn:aws:s3:::${nameOf(body.bucket, stack)}`, reads: [`s3:${reads}`], changes: [`s3:${changes}`, ...more] },
  ];
};
const queuePolicy: CallsOf = (body, stack) => [
  {
    on: regional("sqs", nameOf(body.queue_url, stack), body),
    reads: ["sqs:GetQueueAttributes"],
    changes: ["sqs:SetQueueAttributes"],
  },
];
const api = (path: string): CallsOf => {
  const on = (rest: string) => `arn:aws:apigateway:${REGION}::${rest}`;
  return () => [
    { on: on(`/apis/a1b2c3d4e5${path}`), reads: ["apigateway:GET"] },
    { on: on(`/apis/a1b2c3d4e5${path}`), changes: ["apigateway:PATCH", "apigateway:DELETE"] },
    { on: on(path === "" ? "/apis" : `/apis/a1b2c3d4e5${path.replace(/\/[^/]*$/, "")}`), changes: ["apigateway:POST"] },
    { on: on(`/tags/arn%3Aaws%3Aapigateway`), changes: ["apigateway:PUT", "apigateway:DELETE"] },
  ];
};
const cloudfront = (kind: string, noun: string): CallsOf => {
  const verbs = ["Create", "Update", "Delete"].map((verb) => `cloudfront:${verb}${noun}`);
  return () => [
    { on: `arn:aws:cloudfront::${ACCOUNT}:${kind}/E1A2B3`, reads: [`cloudfront:Get${noun}`], changes: verbs },
  ];
};
const topicOf = (body: Body, stack: Stack) => regional("sns", nameOf(body.arn ?? body.topic_arn, stack), body);

/** By what the provider 5.100 calls, and the service authorization reference says of each call's resource. */
const CALLS: Readonly<Record<string, CallsOf>> = {
  aws_apigatewayv2_api: api(""),
  aws_apigatewayv2_integration: api("/integrations/i1"),
  aws_apigatewayv2_route: api("/routes/r1"),
  aws_apigatewayv2_stage: (body, stack) => [
    ...api("/stages/$default")(body, stack),
    // Its access log: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging.html
    {
      on: "*",
      changes: [
        ...["logs:CreateLogDelivery", "logs:GetLogDelivery", "logs:UpdateLogDelivery", "logs:DeleteLogDelivery"],
        ...["logs:ListLogDeliveries", "logs:PutResourcePolicy", "logs:DescribeResourcePolicies"],
        "logs:DescribeLogGroups",
      ],
    },
  ],
  aws_budgets_budget: ({ name }) => [
    {
      on: `arn:aws:budgets::${ACCOUNT}:budget/${name}`,
      reads: ["budgets:ViewBudget", "budgets:ListTagsForResource"],
      changes: ["budgets:ModifyBudget", "budgets:TagResource", "budgets:UntagResource"],
    },
  ],
  aws_cloudfront_cache_policy: cloudfront("cache-policy", "CachePolicy"),
  aws_cloudfront_distribution: (body, stack) => [
    ...cloudfront("distribution", "Distribution")(body, stack),
    {
      on: `arn:aws:cloudfront::${ACCOUNT}:distribution/E1A2B3`,
      reads: ["cloudfront:ListTagsForResource"],
      changes: ["cloudfront:TagResource", "cloudfront:UntagResource"],
    },
  ],
  aws_cloudfront_origin_access_control: cloudfront("origin-access-control", "OriginAccessControl"),
  aws_cloudfront_response_headers_policy: cloudfront("response-headers-policy", "ResponseHeadersPolicy"),
  aws_cloudwatch_dashboard: ({ dashboard_name: name }) => [
    {
      on: `arn:aws:cloudwatch::${ACCOUNT}:dashboard/${name}`,
      reads: ["cloudwatch:GetDashboard"],
      changes: ["cloudwatch:PutDashboard", "cloudwatch:DeleteDashboards"],
    },
  ],
  aws_cloudwatch_event_rule: (body) => [
    {
      on: regional("events", `rule/${body.name}`, body),
      reads: ["events:DescribeRule", "events:ListTagsForResource"],
      changes: ["events:PutRule", "events:DeleteRule", "events:TagResource", "events:UntagResource"],
    },
  ],
  aws_cloudwatch_event_target: (body, stack) => [
    {
      on: regional("events", `rule/${nameOf(body.rule, stack)}`, body),
      reads: ["events:ListTargetsByRule"],
      changes: ["events:PutTargets", "events:RemoveTargets"],
    },
  ],
  aws_cloudwatch_log_group: (body) => [
    { on: "*", reads: ["logs:DescribeLogGroups"] },
    {
      on: regional("logs", `log-group:${body.name}`, body),
      reads: ["logs:ListTagsForResource"],
      changes: [
        ...["logs:CreateLogGroup", "logs:DeleteLogGroup", "logs:PutRetentionPolicy", "logs:DeleteRetentionPolicy"],
        ...["logs:TagResource", "logs:UntagResource"],
      ],
    },
  ],
  aws_cloudwatch_metric_alarm: (body) => [
    { on: "*", reads: ["cloudwatch:DescribeAlarms"] },
    {
      on: regional("cloudwatch", `alarm:${body.alarm_name}`, body),
      reads: ["cloudwatch:ListTagsForResource"],
      changes: [
        ...["cloudwatch:PutMetricAlarm", "cloudwatch:DeleteAlarms"],
        ...["cloudwatch:TagResource", "cloudwatch:UntagResource"],
      ],
    },
  ],
  aws_cloudwatch_query_definition: () => [
    {
      on: "*",
      reads: ["logs:DescribeQueryDefinitions"],
      changes: ["logs:PutQueryDefinition", "logs:DeleteQueryDefinition"],
    },
  ],
  aws_dynamodb_table: (body) => [
    {
      on: regional("dynamodb", `table/${body.name}`, body),
      reads: [
        ...["dynamodb:DescribeTable", "dynamodb:DescribeContinuousBackups", "dynamodb:DescribeTimeToLive"],
        "dynamodb:ListTagsOfResource",
      ],
      changes: [
        ...["dynamodb:CreateTable", "dynamodb:UpdateTable", "dynamodb:DeleteTable", "dynamodb:UpdateTimeToLive"],
        ...["dynamodb:UpdateContinuousBackups", "dynamodb:TagResource", "dynamodb:UntagResource"],
      ],
    },
  ],
  aws_iam_role: ({ name }) => [
    {
      on: `arn:aws:iam::${ACCOUNT}:role/${name}`,
      reads: ["iam:GetRole", "iam:ListRolePolicies", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies"],
      changes: [
        ...["iam:CreateRole", "iam:DeleteRole", "iam:UpdateRole", "iam:UpdateRoleDescription"],
        ...["iam:UpdateAssumeRolePolicy", "iam:ListInstanceProfilesForRole", "iam:TagRole", "iam:UntagRole"],
      ],
    },
  ],
  aws_iam_role_policy: (body, stack) => [
    {
      on: `arn:aws:iam::${ACCOUNT}:role/${nameOf(body.role, stack)}`,
      reads: ["iam:GetRolePolicy"],
      changes: ["iam:PutRolePolicy", "iam:DeleteRolePolicy"],
    },
  ],
  aws_lambda_event_source_mapping: () => [
    {
      on: "*",
      reads: ["lambda:GetEventSourceMapping", "lambda:ListTags"],
      changes: [
        ...["lambda:CreateEventSourceMapping", "lambda:UpdateEventSourceMapping", "lambda:DeleteEventSourceMapping"],
        ...["lambda:TagResource", "lambda:UntagResource"],
      ],
    },
  ],
  aws_lambda_function: (body) => [
    {
      on: regional("lambda", `function:${body.function_name}`, body),
      reads: ["lambda:GetFunction", "lambda:GetFunctionCodeSigningConfig", "lambda:ListVersionsByFunction"],
      changes: [
        ...["lambda:CreateFunction", "lambda:DeleteFunction", "lambda:UpdateFunctionCode"],
        ...["lambda:UpdateFunctionConfiguration", "lambda:GetFunctionConfiguration", "lambda:PutFunctionConcurrency"],
        ...["lambda:DeleteFunctionConcurrency", "lambda:TagResource", "lambda:UntagResource"],
      ],
    },
    { on: `arn:aws:iam::${ACCOUNT}:role/darkroom-${ENVIRONMENT}-media-resize-${REGION}`, changes: ["iam:PassRole"] },
  ],
  aws_lambda_layer_version: (body) => [
    {
      on: regional("lambda", `layer:${body.layer_name}:1`, body),
      reads: ["lambda:GetLayerVersion"],
      changes: ["lambda:DeleteLayerVersion"],
    },
    { on: regional("lambda", `layer:${body.layer_name}`, body), changes: ["lambda:PublishLayerVersion"] },
  ],
  aws_lambda_permission: (body, stack) => [
    {
      on: regional("lambda", `function:${nameOf(body.function_name, stack)}`, body),
      reads: ["lambda:GetPolicy"],
      changes: ["lambda:AddPermission", "lambda:RemovePermission"],
    },
  ],
  aws_s3_bucket: ({ bucket: name }) => [
    {
      on: `arn:aws:s3:::${name}`,
      reads: [
        ...["s3:ListBucket", "s3:GetBucketPolicy", "s3:GetBucketAcl", "s3:GetBucketCORS", "s3:GetBucketWebsite"],
        ...["s3:GetBucketVersioning", "s3:GetAccelerateConfiguration", "s3:GetBucketRequestPayment"],
        ...["s3:GetBucketLogging", "s3:GetLifecycleConfiguration", "s3:GetReplicationConfiguration"],
        ...["s3:GetEncryptionConfiguration", "s3:GetBucketObjectLockConfiguration", "s3:GetBucketTagging"],
      ],
      changes: ["s3:CreateBucket", "s3:DeleteBucket", "s3:PutBucketTagging", "s3:ListBucketVersions"],
    },
    { on: `arn:aws:s3:::${name}/v1/any`, changes: ["s3:DeleteObject", "s3:DeleteObjectVersion"] },
  ],
  aws_s3_bucket_cors_configuration: bucket("GetBucketCORS"),
  aws_s3_bucket_lifecycle_configuration: bucket("GetLifecycleConfiguration"),
  aws_s3_bucket_notification: bucket("GetBucketNotification"),
  aws_s3_bucket_ownership_controls: bucket("GetBucketOwnershipControls"),
  aws_s3_bucket_policy: bucket("GetBucketPolicy", "PutBucketPolicy", "s3:DeleteBucketPolicy"),
  aws_s3_bucket_public_access_block: bucket("GetBucketPublicAccessBlock"),
  aws_s3_bucket_server_side_encryption_configuration: bucket("GetEncryptionConfiguration"),
  aws_s3_bucket_versioning: bucket("GetBucketVersioning"),
  aws_s3_object: (body, stack) => [
    {
      on: `arn:aws:s3:::${nameOf(body.bucket, stack)}/${body.key}`,
      reads: ["s3:GetObject", "s3:GetObjectTagging"],
      changes: ["s3:PutObject", "s3:PutObjectTagging", "s3:DeleteObject", "s3:DeleteObjectVersion"],
    },
  ],
  aws_sns_topic: (body) => [
    {
      on: regional("sns", String(body.name), body),
      reads: ["sns:GetTopicAttributes", "sns:ListTagsForResource"],
      changes: [
        ...["sns:CreateTopic", "sns:SetTopicAttributes", "sns:DeleteTopic"],
        ...["sns:TagResource", "sns:UntagResource"],
      ],
    },
  ],
  aws_sns_topic_policy: (body, stack) => [
    { on: topicOf(body, stack), reads: ["sns:GetTopicAttributes"], changes: ["sns:SetTopicAttributes"] },
  ],
  aws_sns_topic_subscription: (body, stack) => [
    { on: "*", reads: ["sns:GetSubscriptionAttributes"], changes: ["sns:Unsubscribe"] },
    { on: topicOf(body, stack), changes: ["sns:Subscribe", "sns:SetSubscriptionAttributes"] },
  ],
  aws_sqs_queue: (body) => [
    {
      on: regional("sqs", String(body.name), body),
      reads: ["sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:ListQueueTags"],
      changes: [...["sqs:CreateQueue", "sqs:SetQueueAttributes", "sqs:DeleteQueue", "sqs:TagQueue", "sqs:UntagQueue"]],
    },
  ],
  aws_sqs_queue_policy: queuePolicy,
  aws_sqs_queue_redrive_allow_policy: queuePolicy,
};

const PLACE = { accountId: ACCOUNT, region: REGION } as const;
const types = listResourceTypes({ systems: SYSTEMS, environments: Object.values(environments) });
const stacks = synthesizeSystems(environments[ENVIRONMENT]);
const policies = readRolePolicies();

function readRolePolicies(): Readonly<Record<"plan" | "apply", readonly Statement[]>> {
  const folder = mkdtempSync(join(tmpdir(), "darkroom-roles-"));
  try {
    const settings = parseSettings({ github: { repository: "octo-org@1/darkroom@2" } });
    const place = { ...PLACE, environments: [ENVIRONMENT], types };
    const output = synthesizeStateBackend(folder, { ...place, settings });
    const { resource } = JSON.parse(readFileSync(join(output, "cdk.tf.json"), "utf8"));
    const statementsOf = (id: string) => JSON.parse(resource.aws_iam_role_policy[id].policy).Statement;
    return { plan: statementsOf("plan"), apply: statementsOf(`apply_${ENVIRONMENT}`) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function listMissing(role: "plan" | "apply", on: string, actions: readonly string[] = []): string[] {
  const isAllowed = (action: string) =>
    policies[role].some(
      ({ Action, Resource }) =>
        [Action].flat().some((it) => coversPattern(it.toLowerCase(), action.toLowerCase())) &&
        [Resource].flat().some((it) => coversPattern(it, on)),
    );
  return actions.filter((action) => !isAllowed(action)).map((action) => `${role}: ${action} on ${on}`);
}

describe("for each resource of an environment with every system in it", () => {
  it("this test knows what Terraform calls", () => {
    expect(
      [...new Set(stacks.flatMap(({ addresses }) => addresses.map((it) => it.split(".")[0] ?? "")))].sort(),
    ).toEqual(Object.keys(CALLS));
  });

  it.each(Object.keys(CALLS))("the plan role may read and the apply role make and destroy: %s", (type) => {
    const missing = stacks
      .flatMap((stack) => stack.list(type).map(([, body]) => ({ stack, body })))
      .flatMap(({ stack, body }) =>
        (CALLS[type]?.(body, stack) ?? []).flatMap(({ on, reads, changes }) => [
          ...listMissing("plan", on, reads),
          ...listMissing("apply", on, reads),
          ...listMissing("apply", on, changes),
        ]),
      );

    expect([...new Set(missing)]).toEqual([]);
  });
});

describe("the table of what Terraform calls", () => {
  it("has a row for each type that a stack declares, and no other", () => {
    expect([...KNOWN_TYPES].sort()).toEqual(types);
  });

  it("lets the apply role make nothing of a type that no stack declares", () => {
    const grants = listApplyStatements(PLACE, "dev", ["aws_sqs_queue"]).flatMap(({ Action }) => Action);

    expect(
      grants.filter((action) => !/^(s3:|dynamodb:(Get|Put|Delete)Item|dynamodb:DescribeTable)/.test(action)),
    ).toEqual(["sqs:*"]);
  });

  it("refuses a type without a row by name, and says where the row goes", () => {
    expect(() => listApplyStatements(PLACE, "dev", ["aws_sqs_queue", "aws_kinesis_stream"])).toThrow(
      /aws_kinesis_stream, and nothing says .* terraform-state-backend\/resource-permissions\.ts/,
    );
  });

  it("stays within the 10 240 characters that IAM has for a role's policies", () => {
    const longest = { accountId: ACCOUNT, region: "ap-southeast-1" };
    const policy = policyDocument(listApplyStatements(longest, "staging", KNOWN_TYPES));

    expect(policy.length).toBeLessThan(10_240);
  });
});

it.each(["plan", "apply"] as const)("the %s role's policy names only actions that AWS has", async (role) => {
  const actions = policies[role].flatMap(({ Action }) => [Action].flat());

  expect(actions.length).toBeGreaterThan(0);
  expect(await checkActions(actions)).toEqual([]);
});
