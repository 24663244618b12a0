import type { FUNCTION_RULES } from "../../../../stacks/policy/rules/functions.ts";
import { type Case, declare, out, putIn, ref, set } from "./case.ts";

const RESIZE = "aws_lambda_function.resize";
const SETTLE = "aws_lambda_function.settle";
const PRESIGN = "aws_lambda_function.presign";
const CALLER = "aws_lambda_permission.presign_api_presign";
const URL = "aws_lambda_function_url.resize";

export const FUNCTION_CASES = {
  "function-traced": [out(RESIZE, set(RESIZE, "tracing_config.mode", "PassThrough"))],
  "function-dead-letters": [
    putIn(SETTLE, set(SETTLE, "dead_letter_config.target_arn", ref("aws_sqs_queue.resize_dead_letters.arn"))),
    out(PRESIGN, set(CALLER, "principal", "s3.amazonaws.com")),
  ],
  "function-concurrency": [
    out(RESIZE, set("aws_lambda_event_source_mapping.resize", "scaling_config", undefined)),
    out("aws_lambda_function.status", set("aws_apigatewayv2_stage.api", "default_route_settings", undefined)),
    out("aws_lambda_function.status", set("aws_lambda_permission.status_fallback", "principal", "s3.amazonaws.com")),
  ],
  "function-private-network": [putIn(RESIZE, set(RESIZE, "vpc_config.subnet_ids", ["subnet-1"]))],
  "function-environment-key": [
    putIn(RESIZE, set(RESIZE, "kms_key_arn", "arn:aws:kms:eu-central-1:333333333333:key/of-ours")),
  ],
  "function-code-signed": [
    putIn(RESIZE, set(RESIZE, "code_signing_config_arn", ref("aws_lambda_code_signing_config.ours.arn"))),
  ],
  "function-runtime": [out(RESIZE, set(RESIZE, "runtime", "nodejs18.x"))],
  "function-no-secrets": [
    out(RESIZE, set(RESIZE, "environment.variables.DATABASE_PASSWORD", "correct horse")),
    out(RESIZE, set(RESIZE, "environment.variables.DATABASE", "postgres://darkroom:horse@db.example.com/jobs")),
    out(RESIZE, set(RESIZE, "environment.variables.OTHER", `AKIA${"0".repeat(16)}`)),
  ],
  "function-own-role": [
    out(RESIZE, set("aws_lambda_function.convert", "role", ref("aws_iam_role.resize.arn"))),
    out(RESIZE, set(RESIZE, "role", "arn:aws:iam::333333333333:role/everything")),
  ],
  "function-log-group": [
    out(RESIZE, set(RESIZE, "logging_config", undefined)),
    out(RESIZE, set(RESIZE, "logging_config.log_format", "Text")),
  ],
  "function-caller": [
    out(CALLER, set(CALLER, "source_arn", undefined)),
    out(CALLER, set(CALLER, "source_arn", "*")),
    out(CALLER, set(CALLER, "source_arn", "arn:aws:execute-api:eu-central-1:*:*/*")),
    out(CALLER, set(CALLER, "principal", "*")),
  ],
  "function-address": [
    out(URL, declare(URL, { authorization_type: "NONE" })),
    out(URL, declare(URL, { authorization_type: "AWS_IAM", cors: { allow_origins: ["*"] } })),
  ],
} satisfies Record<keyof typeof FUNCTION_RULES, readonly Case[]>;
