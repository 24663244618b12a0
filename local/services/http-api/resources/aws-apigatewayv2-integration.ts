import * as z from "zod";
import { defineResource } from "../../../model/resources/resource.ts";
import { stableId } from "../../../model/resources/stable-id.ts";
import type { StackRuntime } from "../../../runtime.ts";
import type { HttpApiRegistry } from "../registry.ts";

const INVOKE_ARN = /:lambda:path\/2015-03-31\/functions\/(arn:aws:lambda:[^/]+)\/invocations$/;

const schema = z.strictObject({
  api_id: z.string(),
  integration_type: z.literal("AWS_PROXY"),
  integration_uri: z.string().regex(/^arn:aws:/, "must be a function's invoke_arn or arn"),
  payload_format_version: z.literal("2.0"),
  // What API Gateway wants for Lambda whatever the route's method; it has no other effect.
  integration_method: z.literal("POST").optional(),
  connection_type: z.literal("INTERNET").optional(),
  timeout_milliseconds: z.int().min(50).max(30_000).default(30_000),
  description: z.string().optional(),
});

export const awsApigatewayv2Integration = defineResource<
  StackRuntime & { httpApi: HttpApiRegistry },
  z.infer<typeof schema>
>({
  type: "aws_apigatewayv2_integration",
  schema,
  exports: ["id"],
  async start({ address, config }, runtime) {
    const id = stableId(runtime, address, 7);
    const functionArn = INVOKE_ARN.exec(config.integration_uri)?.[1] ?? config.integration_uri;
    runtime.httpApi.integrations.set(`${config.api_id}/${id}`, { functionArn, timeoutMs: config.timeout_milliseconds });
    return { attributes: { id } };
  },
});
