import { type BackendScope, LOCK_TABLE_NAME, STACKS_PREFIX, stateBucketName } from "./names.ts";
import type { Statement } from "./statement.ts";

/**
 * What a deployment of one environment changes: everything that bears its name (`darkroom-<environment>-…`), and what AWS
 * names by an id of its own. It reaches the states of its own stacks alone, and neither this backend nor its roles.
 *
 * It makes the functions' roles, so whoever holds it can grant in this account what they like: what guards it is the
 * GitHub environment, whose reviewers let a workflow in (docs/bootstrap.md).
 */
export function listApplyStatements(scope: BackendScope, environment: string): Statement[] {
  return [...listStateStatements(scope, environment), ...listNamedStatements(scope, environment), ...UNNAMED];
}

function listStateStatements(scope: BackendScope, environment: string): Statement[] {
  const state = `arn:aws:s3:::${stateBucketName(scope)}`;
  const states = `${state}/${STACKS_PREFIX}darkroom-${environment}-*/`;
  const table = `arn:aws:dynamodb:${scope.region}:${scope.accountId}:table/${LOCK_TABLE_NAME}`;
  return [
    { Sid: "ListStates", Effect: "Allow", Action: "s3:ListBucket", Resource: state },
    { Sid: "WriteStates", Effect: "Allow", Action: ["s3:GetObject", "s3:PutObject"], Resource: `${states}*` },
    // A state itself is never deleted, only its lock.
    { Sid: "Unlock", Effect: "Allow", Action: "s3:DeleteObject", Resource: `${states}*.tflock` },
    {
      Sid: "LockInTable",
      Effect: "Allow",
      Action: ["dynamodb:DescribeTable", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:DeleteItem"],
      Resource: table,
    },
  ];
}

const EDGE_REGION = "us-east-1";

function listNamedStatements({ accountId, region }: BackendScope, environment: string): Statement[] {
  const name = `darkroom-${environment}-*`;
  const arn = (service: string, rest: string) => `arn:aws:${service}:${region}:${accountId}:${rest}`;
  const roles = `arn:aws:iam::${accountId}:role/${name}`;
  return [
    {
      Sid: "Manage",
      Effect: "Allow",
      Action: ["s3:*", "sqs:*", "dynamodb:*", "lambda:*", "events:*", "logs:*", "sns:*", "cloudwatch:*", "budgets:*"],
      Resource: [
        ...[`arn:aws:s3:::${name}`, `arn:aws:s3:::${name}/*`],
        arn("sqs", name),
        ...[arn("dynamodb", `table/${name}`), arn("dynamodb", `table/${name}/index/*`)],
        ...[arn("lambda", `function:${name}`), arn("lambda", `layer:${name}`), arn("lambda", `layer:${name}:*`)],
        arn("events", `rule/${name}`),
        ...[arn("logs", `log-group:/aws/lambda/${name}`), arn("logs", `log-group:/aws/http-api/${name}`)],
        // In the stack's region and in us-east-1, where CloudFront's metrics are, and so their alarms and topic.
        ...[...new Set([region, EDGE_REGION])].flatMap((place) => [
          `arn:aws:sns:${place}:${accountId}:${name}`,
          `arn:aws:cloudwatch:${place}:${accountId}:alarm:${name}`,
        ]),
        `arn:aws:cloudwatch::${accountId}:dashboard/${name}`,
        `arn:aws:budgets::${accountId}:budget/${name}`,
      ],
    },
    { Sid: "ManageRoles", Effect: "Allow", Action: MANAGE_ROLES, Resource: roles },
    {
      Sid: "PassRoles",
      Effect: "Allow",
      Action: "iam:PassRole",
      Resource: roles,
      Condition: { StringEquals: { "iam:PassedToService": "lambda.amazonaws.com" } },
    },
    {
      Sid: "ManageApi",
      Effect: "Allow",
      Action: ["apigateway:GET", "apigateway:POST", "apigateway:PUT", "apigateway:PATCH", "apigateway:DELETE"],
      Resource: [`arn:aws:apigateway:${region}::/apis*`, `arn:aws:apigateway:${region}::/tags/*`],
    },
  ];
}

const MANAGE_ROLES = [
  "iam:CreateRole",
  "iam:DeleteRole",
  "iam:DeleteRolePolicy",
  "iam:GetRole",
  "iam:GetRolePolicy",
  "iam:ListAttachedRolePolicies",
  "iam:ListInstanceProfilesForRole",
  "iam:ListRolePolicies",
  "iam:PutRolePolicy",
  "iam:TagRole",
  "iam:UntagRole",
  "iam:UpdateAssumeRolePolicy",
  "iam:UpdateRole",
  "iam:UpdateRoleDescription",
];

/** AWS names these by ids of its own, or takes no resource but `*`. */
const UNNAMED: readonly Statement[] = [
  {
    Sid: "ManageUnnamed",
    Effect: "Allow",
    Action: [
      "cloudfront:*",
      "lambda:CreateEventSourceMapping",
      "lambda:DeleteEventSourceMapping",
      "lambda:GetEventSourceMapping",
      "lambda:ListEventSourceMappings",
      "lambda:ListTags",
      "lambda:TagResource",
      "lambda:UntagResource",
      "lambda:UpdateEventSourceMapping",
      "logs:CreateLogDelivery",
      "logs:DeleteLogDelivery",
      "logs:DeleteQueryDefinition",
      "logs:DescribeLogGroups",
      "logs:DescribeQueryDefinitions",
      "logs:DescribeResourcePolicies",
      "logs:GetLogDelivery",
      "logs:ListLogDeliveries",
      "logs:PutQueryDefinition",
      "logs:PutResourcePolicy",
      "logs:UpdateLogDelivery",
      "sns:GetSubscriptionAttributes",
      "sns:Unsubscribe",
      "cloudwatch:DescribeAlarms",
    ],
    Resource: "*",
  },
];
