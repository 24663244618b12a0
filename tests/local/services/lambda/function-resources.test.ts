import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type * as z from "zod";
import type { StackRuntime } from "../../../../local/runtime.ts";
import type { Services } from "../../../../local/services/index.ts";
import { awsLambdaEventSourceMapping } from "../../../../local/services/lambda/resources/aws-lambda-event-source-mapping.ts";
import { awsLambdaFunction } from "../../../../local/services/lambda/resources/aws-lambda-function.ts";
import { awsLambdaLayerVersion } from "../../../../local/services/lambda/resources/aws-lambda-layer-version.ts";
import { awsLambdaPermission } from "../../../../local/services/lambda/resources/aws-lambda-permission.ts";
import type { FunctionSettings } from "../../../../local/services/lambda/seam.ts";
import { awsCloudwatchLogGroup } from "../../../../local/services/logs/resources/aws-cloudwatch-log-group.ts";
import { ACCOUNT, REGION } from "../../protocol/aws-json/signed-endpoint.ts";
import { makeZip } from "./function-zip.ts";

const ARN = `arn:aws:lambda:${REGION}:${ACCOUNT}:function:resize`;
const ROLE = `arn:aws:iam::${ACCOUNT}:role/resize`;
const zip = makeZip({ "index.mjs": "export const handler = 1;" });
const hash = createHash("sha256").update(zip).digest();

let folder: string;
let runtime: StackRuntime & Services;
let mayAssume: boolean;
let declared: FunctionSettings[];
let statements: unknown[];
let mappings: unknown[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "darkroom-resources-"));
  mkdirSync(join(folder, "layers"));
  for (const name of ["resize.zip", "layers/ffmpeg.zip"]) writeFileSync(join(folder, name), zip);
  [mayAssume, declared, statements, mappings] = [true, [], [], []];
  const lambda = {
    putFunction: async (settings: FunctionSettings) => {
      declared.push(settings);
      return { arn: ARN };
    },
    putLayer: async (name: string, path: string) => ({ arn: `${name}:1`, layerArn: name, version: 1, path }),
    addPermission: (arn: string, statement: unknown) => void statements.push({ arn, statement }),
    startEventSourceMapping: async (mapping: unknown) => {
      mappings.push(mapping);
      return { uuid: "u", stop: async () => {} };
    },
  };
  const artifacts = { layers: { ffmpeg: { path: "layers/ffmpeg.zip", sha256: hash.toString("hex") } } };
  const authorize = () => ({ allowed: mayAssume, reason: mayAssume ? "" : "no resource-based policy allows it" });
  const groups = new Set<string>();
  const logs = {
    putLogGroup: (name: string) => {
      groups.add(name);
      return { arn: `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:${name}` };
    },
    hasLogGroup: (name: string) => groups.has(name),
  };
  runtime = {
    ...{ region: REGION, accountId: ACCOUNT, stackFolder: folder, artifactsFolder: folder, stateFolder: folder },
    ...{ lambda, artifacts, authorize, logs },
  } as unknown as StackRuntime & Services;
});
afterEach(() => rmSync(folder, { recursive: true }));

type Resource<C> = {
  type: string;
  schema: z.ZodType<C>;
  start(resource: { address: string; config: C }, runtime: StackRuntime & Services): Promise<{ attributes: object }>;
};
const start = async <C>(resource: Resource<C>, config: unknown) =>
  resource.start({ address: `${resource.type}.x`, config: await resource.schema.parseAsync(config) }, runtime);
const logGroup = (name = "/aws/lambda/resize") => start(awsCloudwatchLogGroup, { name, retention_in_days: 7 });
const FUNCTION = {
  function_name: "resize",
  filename: "resize.zip",
  source_code_hash: hash.toString("base64"),
  handler: "index.handler",
  runtime: "nodejs22.x",
  role: ROLE,
};

describe("aws_lambda_function", () => {
  it("becomes a function with what it declares, and exports what references need", async () => {
    await logGroup("/logs");

    const { attributes } = await start(awsLambdaFunction, {
      ...FUNCTION,
      memory_size: 1769,
      timeout: 60,
      architectures: ["arm64"],
      ephemeral_storage: { size: 1024 },
      environment: [{ variables: { A: "1" } }],
      reserved_concurrent_executions: 5,
      logging_config: { log_format: "JSON", application_log_level: "INFO", log_group: "/logs" },
      tracing_config: { mode: "Active" },
    });

    expect(declared).toEqual([
      {
        name: "resize",
        zipPath: join(folder, "resize.zip"),
        handler: "index.handler",
        runtime: "nodejs22.x",
        architecture: "arm64",
        memoryMb: 1769,
        timeoutSeconds: 60,
        ephemeralStorageMb: 1024,
        environment: { A: "1" },
        roleArn: ROLE,
        layerArns: [],
        logGroup: "/logs",
        logFormat: "JSON",
        logLevel: "INFO",
        reservedConcurrency: 5,
      },
    ]);
    expect(attributes).toMatchObject({
      arn: ARN,
      function_name: "resize",
      invoke_arn: `arn:aws:apigateway:${REGION}:lambda:path/2015-03-31/functions/${ARN}/invocations`,
    });
  });

  it("has Lambda's own defaults: 3 seconds, 128 MB, no reserved concurrency", async () => {
    await logGroup();
    await start(awsLambdaFunction, { ...FUNCTION, reserved_concurrent_executions: -1 });

    expect(declared[0]).toMatchObject({
      timeoutSeconds: 3,
      memoryMb: 128,
      ephemeralStorageMb: 512,
      logGroup: "/aws/lambda/resize",
    });
    expect(declared[0]).not.toHaveProperty("reservedConcurrency");
  });

  it("is refused when its zip is not the one that was synthesized", async () => {
    await logGroup();
    writeFileSync(join(folder, "resize.zip"), `${readFileSync(join(folder, "resize.zip"))} `);
    await expect(start(awsLambdaFunction, FUNCTION)).rejects.toThrow("source_code_hash is not the hash of");
  });

  it("is refused when its log group does not exist (P4)", async () => {
    await expect(start(awsLambdaFunction, FUNCTION)).rejects.toThrow(
      "its log group /aws/lambda/resize does not exist yet",
    );
  });

  it("is refused when Lambda may not assume its role (P2)", async () => {
    await logGroup();
    mayAssume = false;
    await expect(start(awsLambdaFunction, FUNCTION)).rejects.toThrow(
      "cannot be assumed by Lambda: no resource-based policy",
    );
  });

  it.each([
    [{ vpc_config: {} }, "vpc_config"],
    [{ dead_letter_config: {} }, "dead_letter_config"],
    [{ snap_start: {} }, "snap_start"],
    [{ runtime: "python3.12" }, "runtime"],
    [{ publish: true }, "publish"],
  ])("refuses what cannot be honoured by name: %o", (more, name) => {
    const parsed = awsLambdaFunction.schema.safeParse({ ...FUNCTION, ...more });
    expect(JSON.stringify(parsed.error?.issues)).toContain(name);
  });
});

describe("aws_lambda_layer_version", () => {
  it("in S3 is found among the built artifacts by its hash", async () => {
    const config = { layer_name: "ffmpeg", s3_bucket: "b", s3_key: "k", source_code_hash: hash.toString("base64") };
    const { attributes } = await start(awsLambdaLayerVersion, config);
    expect(attributes).toMatchObject({ arn: "ffmpeg:1", version: "1" });

    const stale = { ...config, source_code_hash: createHash("sha256").update("other").digest("base64") };
    await expect(start(awsLambdaLayerVersion, stale)).rejects.toThrow("synthesized from other artifacts");
  });
});

describe("aws_lambda_permission", () => {
  it("becomes a statement of the function's policy, bound to its source (P2)", async () => {
    await start(awsLambdaPermission, {
      statement_id: "api",
      action: "lambda:InvokeFunction",
      function_name: "resize",
      principal: "apigateway.amazonaws.com",
      source_arn: "arn:aws:execute-api:eu-central-1:1:x/*",
    });

    expect(statements).toEqual([
      {
        arn: ARN,
        statement: {
          Sid: "api",
          Effect: "Allow",
          Principal: { Service: "apigateway.amazonaws.com" },
          Action: "lambda:InvokeFunction",
          Resource: ARN,
          Condition: { ArnLike: { "aws:SourceArn": "arn:aws:execute-api:eu-central-1:1:x/*" } },
        },
      },
    ]);
  });
});

describe("aws_lambda_event_source_mapping", () => {
  const queueArn = `arn:aws:sqs:${REGION}:${ACCOUNT}:work`;

  it("starts polling with what it declares, after everything quiet", async () => {
    await start(awsLambdaEventSourceMapping, {
      event_source_arn: queueArn,
      function_name: "resize",
      batch_size: 5,
      function_response_types: ["ReportBatchItemFailures"],
      scaling_config: { maximum_concurrency: 2 },
    });

    expect(awsLambdaEventSourceMapping.startsTraffic).toBe(true);
    expect(mappings).toEqual([
      {
        functionArn: ARN,
        queueArn,
        batchSize: 5,
        maximumBatchingWindowSeconds: 0,
        reportBatchItemFailures: true,
        maximumConcurrency: 2,
      },
    ]);
  });

  it("refuses other sources and filters by name", () => {
    const problems = (more: object) =>
      JSON.stringify(
        awsLambdaEventSourceMapping.schema.safeParse({ event_source_arn: queueArn, function_name: "x", ...more }).error
          ?.issues,
      );
    expect(problems({ event_source_arn: "arn:aws:kinesis:x" })).toContain("must be a queue");
    expect(problems({ filter_criteria: {} })).toContain("filter_criteria");
  });
});
