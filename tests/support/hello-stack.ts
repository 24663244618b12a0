// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Terraform's references are written so.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildSync } from "esbuild";
import { zipSync } from "fflate";
import { PROJECT_FOLDER } from "../../build/project-folder.ts";

/**
 * A whole stack that is not media, as Terraform's JSON: what is posted to its API goes through a queue into a table. Its function
 * is called `presign` and its API `api`, as media's are: nothing may take the one for the other.
 */
export const HELLO = "darkroom-dev-hello";

const CODE = `
import { DynamoDBClient, GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";

const table = new DynamoDBClient({});
const queue = new SQSClient({});
const { TABLE: TableName, QUEUE: QueueUrl } = process.env;

export async function handler(event) {
  for (const { body } of event.Records ?? [])
    await table.send(new PutItemCommand({ TableName, Item: { id: { S: body }, greeting: { S: "Hello, " + body } } }));
  if (event.Records) return;
  const { name } = event.queryStringParameters;
  if (event.routeKey === "POST /hello") {
    await queue.send(new SendMessageCommand({ QueueUrl, MessageBody: name }));
    return { statusCode: 202 };
  }
  const { Item } = await table.send(new GetItemCommand({ TableName, Key: { id: { S: name } } }));
  return Item ? { statusCode: 200, body: Item.greeting.S } : { statusCode: 404 };
}
`;

/** Returns the folder of the stack, as `cdktf.out/stacks/<name>` would be. */
export function writeHelloStack(folder: string): string {
  const stackFolder = join(folder, HELLO);
  mkdirSync(stackFolder, { recursive: true });
  const { outputFiles } = buildSync({
    stdin: { contents: CODE, resolveDir: PROJECT_FOLDER },
    ...{ bundle: true, write: false, platform: "node", format: "cjs", target: "node20" },
  });
  const zipPath = join(stackFolder, "presign.zip");
  writeFileSync(zipPath, zipSync({ "index.js": outputFiles[0]?.contents ?? new Uint8Array() }));
  const hash = createHash("sha256").update(readFileSync(zipPath)).digest("base64");
  writeFileSync(join(stackFolder, "cdk.tf.json"), JSON.stringify(describe(hash)));
  return stackFolder;
}

function describe(hash: string) {
  const assume = { Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" };
  return {
    provider: { aws: [{ region: "eu-central-1", allowed_account_ids: ["111111111111"] }] },
    resource: {
      aws_dynamodb_table: {
        hello: {
          ...{ name: `${HELLO}-people`, billing_mode: "PAY_PER_REQUEST", hash_key: "id" },
          attribute: [{ name: "id", type: "S" }],
        },
      },
      aws_sqs_queue: { hello: { name: `${HELLO}-people` } },
      aws_s3_bucket: { hello: { bucket: `${HELLO}-files` } },
      aws_iam_role: { presign: { name: `${HELLO}-presign`, assume_role_policy: policy(assume) } },
      aws_iam_role_policy: {
        presign: { name: "calls", role: "${aws_iam_role.presign.name}", policy: policy(...listGrants()) },
      },
      aws_cloudwatch_log_group: { presign: { name: `/aws/lambda/${HELLO}-presign` } },
      aws_lambda_function: { presign: describeFunction(hash) },
      aws_lambda_permission: {
        api: {
          statement_id: "api",
          ...{ action: "lambda:InvokeFunction", function_name: "${aws_lambda_function.presign.function_name}" },
          ...{ principal: "apigateway.amazonaws.com", source_arn: "${aws_apigatewayv2_api.api.execution_arn}/*/*" },
        },
      },
      aws_lambda_event_source_mapping: {
        hello: {
          event_source_arn: "${aws_sqs_queue.hello.arn}",
          function_name: "${aws_lambda_function.presign.arn}",
        },
      },
      ...describeApi(),
    },
    output: { apiUrl: { value: "${aws_apigatewayv2_api.api.api_endpoint}", description: "Says hello." } },
  };
}

function policy(...Statement: readonly object[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement });
}

function listGrants() {
  const table = { Action: ["dynamodb:GetItem", "dynamodb:PutItem"], Resource: "${aws_dynamodb_table.hello.arn}" };
  const calls = ["SendMessage", "ReceiveMessage", "DeleteMessage", "GetQueueAttributes"];
  const queue = { Action: calls.map((call) => `sqs:${call}`), Resource: "${aws_sqs_queue.hello.arn}" };
  const logs = {
    Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
    Resource: "${aws_cloudwatch_log_group.presign.arn}:*",
  };
  return [table, queue, logs].map((grant) => ({ Effect: "Allow", ...grant }));
}

function describeFunction(hash: string) {
  return {
    function_name: `${HELLO}-presign`,
    ...{ filename: "presign.zip", source_code_hash: hash },
    ...{ handler: "index.handler", runtime: "nodejs22.x", timeout: 20, memory_size: 256 },
    role: "${aws_iam_role.presign.arn}",
    environment: { variables: { TABLE: "${aws_dynamodb_table.hello.name}", QUEUE: "${aws_sqs_queue.hello.url}" } },
    logging_config: { log_format: "JSON", log_group: "${aws_cloudwatch_log_group.presign.name}" },
    depends_on: ["aws_iam_role_policy.presign"],
  };
}

function describeApi() {
  const route = (method: string) => ({
    api_id: "${aws_apigatewayv2_api.api.id}",
    route_key: `${method} /hello`,
    target: "integrations/${aws_apigatewayv2_integration.presign.id}",
  });
  return {
    aws_apigatewayv2_api: { api: { name: `${HELLO}-api`, protocol_type: "HTTP" } },
    aws_apigatewayv2_integration: {
      presign: {
        ...{ api_id: "${aws_apigatewayv2_api.api.id}", integration_type: "AWS_PROXY", payload_format_version: "2.0" },
        integration_uri: "${aws_lambda_function.presign.invoke_arn}",
      },
    },
    aws_apigatewayv2_route: { get: route("GET"), post: route("POST") },
    aws_apigatewayv2_stage: {
      api: { api_id: "${aws_apigatewayv2_api.api.id}", name: "$default", auto_deploy: true },
    },
  };
}
