import { type PolicyStack, type Resource, refersTo, textsOf, valueAt } from "../policy-stack.ts";
import { type Rule, unless } from "../rule.ts";
import { findSecrets } from "../secrets.ts";
import { namesOwner } from "../statements.ts";

/** Runtimes that AWS patches: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html */
const SUPPORTED_RUNTIMES = ["nodejs22.x", "nodejs24.x"];

/** Services that wait for a function's answer: https://docs.aws.amazon.com/lambda/latest/dg/lambda-services.html */
const WAITING_SERVICES = ["apigateway.amazonaws.com", "cognito-idp.amazonaws.com"];

function listCallers(self: Resource, stack: PolicyStack): readonly Resource[] {
  return stack.listAttached(self, "aws_lambda_permission", "function_name");
}

function isCalledAsynchronously(self: Resource, stack: PolicyStack): boolean {
  return listCallers(self, stack).some(({ body }) => !WAITING_SERVICES.includes(String(body.principal)));
}

/** A queue's mapping bounds by itself, an API by its stage's throttle, a schedule by its clock; nothing else is known to. */
function listUnboundedCallers(self: Resource, stack: PolicyStack): readonly string[] {
  const mappings = stack.listAttached(self, "aws_lambda_event_source_mapping", "function_name");
  const callers = listCallers(self, stack);
  if (mappings.length + callers.length === 0) return ["has no places of its own, and nothing that calls it"];
  return [
    ...mappings
      .filter(({ body }) => !(Number(valueAt(body, "scaling_config.maximum_concurrency")) > 0))
      .map(({ address }) => `has no places of its own, and ${address} has no maximum_concurrency`),
    ...callers
      .filter((caller) => !isBoundedCaller(caller, stack))
      .map(({ address }) => `has no places of its own, and nothing bounds what ${address} lets in`),
  ];
}

function isBoundedCaller({ body }: Resource, stack: PolicyStack): boolean {
  if (body.principal === "events.amazonaws.com") return stack.findReferred(body.source_arn)?.type === SCHEDULE;
  if (body.principal !== "apigateway.amazonaws.com") return false;
  const api = stack.findReferred(body.source_arn);
  const stages = api ? stack.listAttached(api, "aws_apigatewayv2_stage", "api_id") : [];
  return (
    stages.length > 0 &&
    stages.every((stage) => Number(valueAt(stage.body, "default_route_settings.throttling_rate_limit")) > 0)
  );
}

const SCHEDULE = "aws_cloudwatch_event_rule";

export const FUNCTION_RULES = {
  "function-traced": {
    threats: [],
    scannerIds: ["CKV_AWS_50", "AWS-0066"],
    resourceTypes: ["aws_lambda_function"],
    promise: "Every function is traced.",
    why: "A slow job could not be followed from the queue to the last write.",
    check: ({ body }) => unless(valueAt(body, "tracing_config.mode") === "Active", "is not traced"),
  },
  "function-dead-letters": {
    threats: ["E7"],
    scannerIds: ["CKV_AWS_116"],
    resourceTypes: ["aws_lambda_function"],
    promise: "An event that nobody waits for is kept where a function failed on it.",
    why: "Lambda drops an asynchronous event after two more tries. Whoever waits for an answer, or for a batch, tries again himself.",
    check: (self, stack) =>
      unless(
        valueAt(self.body, "dead_letter_config.target_arn") !== undefined || !isCalledAsynchronously(self, stack),
        "is called without waiting, and has no dead letter queue of its own",
      ),
  },
  "function-concurrency": {
    threats: ["U5"],
    scannerIds: ["CKV_AWS_115"],
    resourceTypes: ["aws_lambda_function"],
    promise: "How often each function runs at once is bounded: by places of its own, or by whoever calls it.",
    why: "One function that is called too often would take the places of all others.",
    check: (self, stack) =>
      Number(self.body.reserved_concurrent_executions) > 0 ? [] : listUnboundedCallers(self, stack),
  },
  "function-private-network": {
    threats: [],
    scannerIds: ["CKV_AWS_117"],
    resourceTypes: ["aws_lambda_function"],
    promise: "Every function runs in a network of ours.",
    why: "A worker that a hostile file took over could send what it reads to anywhere.",
    check: ({ body }) => unless(textsOf(valueAt(body, "vpc_config.subnet_ids")).length > 0, "runs in no VPC"),
  },
  "function-environment-key": {
    threats: ["P5"],
    scannerIds: ["CKV_AWS_173"],
    resourceTypes: ["aws_lambda_function"],
    promise: "Environment variables are encrypted with a key of ours.",
    why: "Whoever may see the function's configuration would need the key too.",
    check: ({ body }) =>
      unless(body.kms_key_arn !== undefined || body.environment === undefined, "has no key for its environment"),
  },
  "function-code-signed": {
    threats: [],
    scannerIds: ["CKV_AWS_272"],
    resourceTypes: ["aws_lambda_function"],
    promise: "Every function runs signed code only.",
    why: "Whoever may update a function's code could run anything.",
    check: ({ body }) => unless(body.code_signing_config_arn !== undefined, "takes unsigned code"),
  },
  "function-runtime": {
    threats: [],
    scannerIds: ["CKV_AWS_363"],
    resourceTypes: ["aws_lambda_function"],
    promise: "Every function runs on a runtime that AWS patches.",
    why: "A known hole in the runtime would stay open.",
    check: ({ body }) => unless(SUPPORTED_RUNTIMES.includes(String(body.runtime)), `runs on ${body.runtime}`),
  },
  "function-no-secrets": {
    threats: ["P5"],
    scannerIds: ["CKV_AWS_45"],
    resourceTypes: ["aws_lambda_function"],
    promise: "No environment variable holds a secret.",
    why: "Variables stand in the plan, in the state and in the console.",
    check: ({ body }) =>
      findSecrets(valueAt(body, "environment.variables")).map((place) => `has a secret in its environment: ${place}`),
  },
  "function-own-role": {
    threats: ["P1"],
    scannerIds: [],
    resourceTypes: ["aws_lambda_function"],
    promise: "Every function has a role of its own.",
    why: "With a shared one, each may do what any of them needs.",
    check: (self, stack) => {
      const role = stack.findReferred(self.body.role);
      const wearers = role ? stack.list("aws_lambda_function").filter(({ body }) => refersTo(body.role, role)) : [];
      return unless(role?.type === "aws_iam_role" && wearers.length === 1, "has no role of its own in this stack");
    },
  },
  "function-log-group": {
    threats: ["P4"],
    scannerIds: [],
    resourceTypes: ["aws_lambda_function"],
    promise: "Every function writes JSON into a log group of this stack.",
    why: "Lambda would make one that never forgets, and that no query can take apart.",
    check: ({ body }, stack) => [
      ...unless(
        stack.findReferred(valueAt(body, "logging_config.log_group"))?.type === "aws_cloudwatch_log_group",
        "writes into no log group of this stack",
      ),
      ...unless(valueAt(body, "logging_config.log_format") === "JSON", "does not log as JSON"),
    ],
  },
  "function-caller": {
    threats: ["P2"],
    scannerIds: ["CKV_AWS_301", "CKV_AWS_364", "AWS-0067"],
    resourceTypes: ["aws_lambda_permission"],
    promise: "A function is called by a service for one source, and by nobody else.",
    why: "Anybody's API or schedule could call it.",
    check: ({ body }) => {
      const source = String(body.source_arn ?? "");
      return [
        ...unless(namesOwner(source), "lets a service in without a source_arn of this account"),
        ...unless(/^[a-z0-9.-]+\.amazonaws\.com$/.test(String(body.principal)), `lets "${body.principal}" in`),
      ];
    },
  },
  "function-address": {
    threats: [],
    scannerIds: ["CKV_AWS_258", "CKV2_AWS_75"],
    resourceTypes: ["aws_lambda_function_url"],
    promise: "A function's own address asks for a signature, and opens itself to no page.",
    why: "It would stand beside the API, without throttle, log or shape of errors.",
    check: ({ body }) => [
      ...unless(body.authorization_type === "AWS_IAM", "asks for no signature"),
      ...unless(!textsOf(valueAt(body, "cors.allow_origins")).includes("*"), "lets every page in"),
    ],
  },
} as const satisfies Record<string, Rule>;
