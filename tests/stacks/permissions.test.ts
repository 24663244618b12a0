import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { PROJECT_FOLDER } from "../../build/project-folder.ts";
import { FUNCTION_NAMES, type FunctionName } from "../../contracts/media/environment.ts";
import { ENVIRONMENT_NAMES } from "../../stacks/support/environment.ts";
import { ACTIONS, ALLOWED_WILDCARD_RESOURCES } from "../../stacks/support/permissions.ts";
import { listOf, listStatements, readStatements } from "./policies.ts";
import { ref, synthesizeStack } from "./synthesized.ts";

const TABLE = ref("aws_dynamodb_table.jobs.arn");
const UPLOADS = ref("aws_s3_bucket.uploads.arn");
const RENDITIONS = ref("aws_s3_bucket.renditions.arn");

/** What an event source mapping needs of its function's role. */
const CONSUME = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"];

type Grants = Readonly<Record<string, readonly string[]>>;

/** Everything that a function may do beyond its own logs and traces: resource → actions. */
const GRANTS: Readonly<Record<FunctionName, Grants>> = {
  presign: {
    [TABLE]: ["dynamodb:PutItem"],
    [`${UPLOADS}/image/*`]: ["s3:PutObject"],
    [`${UPLOADS}/video/*`]: ["s3:PutObject"],
    [`${UPLOADS}/audio/*`]: ["s3:PutObject"],
  },
  status: { [TABLE]: ["dynamodb:GetItem"] },
  resize: {
    [TABLE]: ["dynamodb:GetItem", "dynamodb:UpdateItem"],
    [UPLOADS]: ["s3:ListBucket"],
    [`${UPLOADS}/image/*`]: ["s3:GetObject", "s3:GetObjectVersion"],
    [`${RENDITIONS}/v1/*`]: ["s3:PutObject"],
    [ref("aws_sqs_queue.resize.arn")]: [...CONSUME, "sqs:ChangeMessageVisibility"],
  },
  convert: {
    [TABLE]: ["dynamodb:GetItem", "dynamodb:UpdateItem"],
    [UPLOADS]: ["s3:ListBucket"],
    [`${UPLOADS}/video/*`]: ["s3:GetObject", "s3:GetObjectVersion"],
    [`${UPLOADS}/audio/*`]: ["s3:GetObject", "s3:GetObjectVersion"],
    [`${RENDITIONS}/v1/*`]: ["s3:PutObject"],
    [ref("aws_sqs_queue.convert.arn")]: [...CONSUME, "sqs:ChangeMessageVisibility"],
  },
  settle: {
    [TABLE]: ["dynamodb:UpdateItem"],
    [`${TABLE}/index/abandoned`]: ["dynamodb:Query"],
    [UPLOADS]: ["s3:ListBucket"],
    [`${UPLOADS}/image/*`]: ["s3:GetObject"],
    [`${UPLOADS}/video/*`]: ["s3:GetObject"],
    [`${UPLOADS}/audio/*`]: ["s3:GetObject"],
    [ref("aws_sqs_queue.resize_dead_letters.arn")]: CONSUME,
    [ref("aws_sqs_queue.convert_dead_letters.arn")]: CONSUME,
  },
};

describe("a function's role (P1)", () => {
  const stack = synthesizeStack("dev");

  it.each(FUNCTION_NAMES)("of %s allows this and nothing else", (name) => {
    const logs = `\${aws_cloudwatch_log_group.${name}.arn}:*`;
    const expected: Grants = {
      ...GRANTS[name],
      [logs]: ["logs:CreateLogStream", "logs:PutLogEvents"],
      "*": ["xray:PutTraceSegments", "xray:PutTelemetryRecords"],
    };

    const granted: Record<string, string[]> = {};
    for (const statement of readStatements(stack.get(`aws_iam_role_policy.${name}`))) {
      expect(statement).toMatchObject({ Effect: "Allow" });
      for (const resource of listOf(statement.Resource)) {
        granted[resource] = [...(granted[resource] ?? []), ...listOf(statement.Action)];
      }
    }

    const sorted = (grants: Grants) => Object.entries(grants).map(([key, actions]) => [key, [...actions].sort()]);
    expect(Object.fromEntries(sorted(granted))).toEqual(Object.fromEntries(sorted(expected)));
  });

  it.each(FUNCTION_NAMES)(
    "of %s notes the line that makes the function, and of each statement the line that grants it",
    (name) => {
      const policy = stack.get(`aws_iam_role_policy.${name}`);
      const { source, statements } = policy["//"] as { source: string[]; statements: Record<string, string> };

      expect(readLine(source[0])).toMatch(new RegExp(`new NodeFunction\\(.*"${name}"`));
      expect(Object.keys(statements).sort()).toEqual(
        readStatements(policy)
          .map(({ Sid }) => Sid)
          .sort(),
      );
      for (const [sid, site] of Object.entries(statements))
        expect(readLine(site), `${sid} at ${site}`).toContain(findGrantingCall(sid));
    },
  );

  it("belongs to one function, and one function has one role", () => {
    const worn = FUNCTION_NAMES.map((name) => stack.get(`aws_lambda_function.${name}`).role);

    expect(worn).toEqual(FUNCTION_NAMES.map((name) => ref(`aws_iam_role.${name}.arn`)));
  });

  it("has a statement id for each statement, once", () => {
    for (const [, body] of stack.list("aws_iam_role_policy")) {
      const ids = readStatements(body).map(({ Sid }) => Sid);

      expect(new Set(ids).size).toBe(ids.length);
      expect(ids.filter((id) => !/^[A-Za-z0-9]+$/.test(id))).toEqual([]);
    }
  });
});

describe.each(ENVIRONMENT_NAMES)("the policies of %s", (name) => {
  const stack = synthesizeStack(name);
  const statements = listStatements(stack);
  const allowed = statements.filter(({ statement }) => statement.Effect === "Allow");

  it("name every action that they allow exactly (P1)", () => {
    const known: readonly string[] = Object.values(ACTIONS).flat();
    const actions = allowed.flatMap(({ statement }) => listOf(statement.Action));

    expect(actions.filter((action) => action.includes("*"))).toEqual([]);
    expect(actions.filter((action) => !known.includes(action))).toEqual([]);
  });

  it("allow something on every resource only where it is written why (P1)", () => {
    const unbounded = allowed
      .filter(({ statement }) => listOf(statement.Resource).includes("*"))
      .flatMap(({ statement }) => listOf(statement.Action));

    expect(unbounded.filter((action) => !ALLOWED_WILDCARD_RESOURCES[action])).toEqual([]);
  });

  it("let a service act only for one resource of this account (P2)", () => {
    const services = allowed.filter(({ statement }) => typeof statement.Principal === "object");

    const told = ["aws_sns_topic_policy.alarms", "aws_sns_topic_policy.edge_alarms"];
    const acting = [
      "aws_iam_role.convert",
      "aws_iam_role.presign",
      "aws_iam_role.resize",
      "aws_iam_role.settle",
      "aws_iam_role.status",
      "aws_s3_bucket_policy.renditions",
      "aws_s3_bucket_policy.site",
      "aws_sqs_queue_policy.convert",
      "aws_sqs_queue_policy.resize",
      ...(name === "dev" ? [] : told),
    ];
    expect(services.map(({ address }) => address).sort()).toEqual(acting.sort());
    for (const { statement } of services) {
      const conditions = Object.assign({}, ...Object.values(statement.Condition ?? {})) as Record<string, unknown>;
      expect(conditions["aws:SourceArn"], JSON.stringify(statement)).toBeDefined();
      expect(JSON.stringify(conditions["aws:SourceArn"])).not.toMatch(/"\*"|:\*:/);
    }
  });

  it("let S3 act only for this account, as a bucket's ARN names none (P2)", () => {
    const ofS3 = allowed.filter(({ statement }) => JSON.stringify(statement.Principal)?.includes("s3.amazonaws.com"));

    expect(ofS3.length).toBe(2);
    for (const { statement } of ofS3) {
      expect(statement.Condition).toEqual({
        ArnEquals: { "aws:SourceArn": UPLOADS },
        StringEquals: { "aws:SourceAccount": (stack.provider.allowed_account_ids as string[])[0] },
      });
    }
  });

  it("let a role be worn by its own function alone (P2)", () => {
    const [account] = stack.provider.allowed_account_ids as string[];

    for (const [id, body] of stack.list("aws_iam_role")) {
      const [statement, ...others] = readStatements(body, "assume_role_policy");
      const arn = `arn:aws:lambda:eu-central-1:${account}:function:darkroom-${name}-media-${id}`;
      const pollers = `arn:aws:lambda:eu-central-1:${account}:event-source-mapping:*`;
      const polls = ["resize", "convert", "settle"].includes(id);

      expect(others).toEqual([]);
      expect(statement?.Condition).toEqual({
        StringEquals: { "aws:SourceAccount": account },
        ArnLike: { "aws:SourceArn": [arn, `${arn}:*`, ...(polls ? [pollers] : [])] },
      });
    }
  });

  it("let a function be called only for one route, one API or one schedule (P2)", () => {
    const callers = stack.list("aws_lambda_permission").map(([id, body]) => [id, body.principal, body.source_arn]);

    expect(callers.sort()).toEqual([
      [
        "presign_api_limits",
        "apigateway.amazonaws.com",
        `${ref("aws_apigatewayv2_api.api.execution_arn")}/$default/GET/limits`,
      ],
      [
        "presign_api_presign",
        "apigateway.amazonaws.com",
        `${ref("aws_apigatewayv2_api.api.execution_arn")}/$default/POST/presign/upload`,
      ],
      ["settle_schedule", "events.amazonaws.com", ref("aws_cloudwatch_event_rule.settle.arn")],
      [
        "status_api_status",
        "apigateway.amazonaws.com",
        `${ref("aws_apigatewayv2_api.api.execution_arn")}/$default/GET/status`,
      ],
      [
        "status_fallback",
        "apigateway.amazonaws.com",
        `${ref("aws_apigatewayv2_api.api.execution_arn")}/$default/*/{proxy+}`,
      ],
      [
        "status_fallback_root",
        "apigateway.amazonaws.com",
        `${ref("aws_apigatewayv2_api.api.execution_arn")}/$default/*/`,
      ],
    ]);
  });
});

describe("recursion (E9)", () => {
  const stack = synthesizeStack("dev");

  it("is impossible: whatever consumes a bucket's events may not write to that bucket", () => {
    const consumers = stack.list("aws_s3_bucket_notification").flatMap(([, notification]) =>
      (notification.queue as { queue_arn: string }[]).flatMap(({ queue_arn }) =>
        stack
          .list("aws_lambda_event_source_mapping")
          .filter(([, mapping]) => mapping.event_source_arn === queue_arn)
          .map(([, mapping]) => ({ bucket: String(notification.bucket), consumer: String(mapping.function_name) })),
      ),
    );

    expect(consumers.length).toBeGreaterThanOrEqual(3);
    for (const { bucket, consumer } of consumers) {
      const [, name = ""] = /^\$\{aws_lambda_function\.(\w+)\.arn\}$/.exec(consumer) ?? [];
      const arn = bucket.replace(".bucket}", ".arn}");
      const writes = readStatements(stack.get(`aws_iam_role_policy.${name}`)).filter(
        ({ Action, Resource }) =>
          listOf(Action).some((action) => /^s3:(Put|Delete|Restore|Replicate)/.test(action)) &&
          listOf(Resource).some((resource) => resource.startsWith(arn)),
      );
      expect(writes, name).toEqual([]);
    }
  });

  it("has no second way: the renditions bucket announces nothing", () => {
    expect(stack.list("aws_s3_bucket_notification").map(([id]) => id)).toEqual(["uploads"]);
  });
});

/** The call that gives a statement, which its name begins with: `GetJobs` comes of `jobs.grantGet(…)`. */
function findGrantingCall(sid: string): string {
  if (/^Write(OwnLogs|Traces)$/.test(sid)) return "new NodeFunction(";
  const [verb = ""] = /^[A-Z][a-z]+/.exec(sid) ?? [];
  if (verb === "Consume") return ".consume(";
  // Whoever reads or stats an object must learn that it is missing.
  return verb === "Learn" ? ".grant" : `.grant${verb}(`;
}

/** The code at `stacks/media/functions.ts:76`. */
function readLine(site = ""): string | undefined {
  const [path = "", line] = site.split(":");
  return readFileSync(join(PROJECT_FOLDER, path), "utf8").split("\n")[Number(line) - 1]?.trim();
}
