import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import * as z from "zod";
import { block, tags } from "../../../model/resources/blocks.ts";
import { defineResource } from "../../../model/resources/resource.ts";
import type { StackRuntime } from "../../../runtime.ts";
import type { LogsService } from "../../logs/seam.ts";
import type { LambdaService } from "../seam.ts";

type Runtime = StackRuntime & { lambda: LambdaService; logs: LogsService };

const LEVELS = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"] as const;

const logging = z.strictObject({
  log_format: z.enum(["Text", "JSON"]),
  application_log_level: z.enum(LEVELS).optional(),
  // The runtime's own lines (REPORT, timeouts) are few, and are always written.
  system_log_level: z.enum(["DEBUG", "INFO", "WARN"]).optional(),
  log_group: z.string().optional(),
});

const schema = z.strictObject({
  function_name: z.string(),
  /** A path in the synthesized stack. */
  filename: z.string(),
  source_code_hash: z.base64().optional(),
  handler: z.string(),
  runtime: z.string().regex(/^nodejs\d+\.x$/, "must be a Node.js runtime"),
  // The code runs on this machine's own architecture, with this machine's own native modules.
  architectures: z
    .array(z.enum(["arm64", "x86_64"]))
    .length(1)
    .default(["x86_64"]),
  // A share of memory is a share of a core on Lambda; here only the memory is held to.
  memory_size: z.int().min(128).max(10_240).default(128),
  timeout: z.int().min(1).max(900).default(3),
  ephemeral_storage: block(z.strictObject({ size: z.int().min(512).max(10_240) })).optional(),
  reserved_concurrent_executions: z.int().min(-1).optional(),
  role: z.string().startsWith("arn:aws:iam:"),
  layers: z.array(z.string()).max(5).default([]),
  environment: block(z.strictObject({ variables: z.record(z.string(), z.string()).default({}) })).optional(),
  logging_config: block(logging).optional(),
  // There is no X-Ray here; functions see a trace id all the same.
  tracing_config: block(z.strictObject({ mode: z.enum(["Active", "PassThrough"]) })).optional(),
  description: z.string().optional(),
  package_type: z.literal("Zip").optional(),
  publish: z.literal(false).optional(),
  tags,
});
type Config = z.infer<typeof schema>;

export const awsLambdaFunction = defineResource<Runtime, Config>({
  type: "aws_lambda_function",
  uniqueBy: "function_name",
  schema,
  exports: ["arn", "function_name", "id", "invoke_arn", "qualified_arn", "version"],
  async start({ address, config }, runtime) {
    const zipPath = resolve(runtime.stackFolder, config.filename);
    checkHash(address, zipPath, config.source_code_hash);
    checkRole(address, config, runtime);
    const reserved = config.reserved_concurrent_executions ?? -1;
    const level = config.logging_config?.application_log_level;
    const { arn } = await runtime.lambda.putFunction({
      name: config.function_name,
      zipPath,
      handler: config.handler,
      runtime: config.runtime,
      architecture: config.architectures[0] ?? "x86_64",
      memoryMb: config.memory_size,
      timeoutSeconds: config.timeout,
      ephemeralStorageMb: config.ephemeral_storage?.size ?? 512,
      environment: config.environment?.variables ?? {},
      roleArn: config.role,
      layerArns: config.layers,
      logGroup: getLogGroup(address, config, runtime),
      logFormat: config.logging_config?.log_format ?? "Text",
      ...(level !== undefined && { logLevel: level }),
      // -1 is Terraform's word for none reserved.
      ...(reserved >= 0 && { reservedConcurrency: reserved }),
    });
    return { attributes: describe(config.function_name, arn, runtime.region) };
  },
});

function describe(name: string, arn: string, region: string) {
  const invokeArn = `arn:aws:apigateway:${region}:lambda:path/2015-03-31/functions/${arn}/invocations`;
  return {
    id: name,
    function_name: name,
    arn,
    invoke_arn: invokeArn,
    qualified_arn: `${arn}:$LATEST`,
    version: "$LATEST",
  };
}

/** Terraform would deploy what the hash says; another zip under the same name is a stale synthesis. */
function checkHash(address: string, zipPath: string, expected: string | undefined): void {
  const actual = createHash("sha256").update(readFileSync(zipPath)).digest("base64");
  if (expected === undefined || expected === actual) return;
  throw new Error(`${address}: source_code_hash is not the hash of ${zipPath}. Run the build and synthesize again.`);
}

/** Lambda refuses a function whose role it may not take on. */
function checkRole(address: string, { role, function_name: name }: Config, runtime: Runtime): void {
  const { region, accountId, authorize } = runtime;
  const decision = authorize({
    principal: {
      type: "service",
      service: "lambda.amazonaws.com",
      sourceArn: `arn:aws:lambda:${region}:${accountId}:function:${name}`,
      sourceAccount: accountId,
    },
    action: "sts:AssumeRole",
    resource: role,
  });
  if (!decision.allowed)
    throw new Error(`${address}: the role ${role} cannot be assumed by Lambda: ${decision.reason}.`);
}

/** On AWS a function without a log group makes one that is kept for ever, or logs nothing at all (threats.md P4). */
function getLogGroup(address: string, config: Config, runtime: Runtime): string {
  const name = config.logging_config?.log_group ?? `/aws/lambda/${config.function_name}`;
  if (runtime.logs.hasLogGroup(name)) return name;
  throw new Error(
    `${address}: its log group ${name} does not exist yet. Declare an aws_cloudwatch_log_group and refer to its name in logging_config.`,
  );
}
