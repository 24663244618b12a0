import * as z from "zod";
import { block, tags } from "../../../model/resources/blocks.ts";
import { defineResource } from "../../../model/resources/resource.ts";
import { stableId } from "../../../model/resources/stable-id.ts";
import type { StackRuntime } from "../../../runtime.ts";
import type { LambdaService } from "../../lambda/seam.ts";
import type { CorsSettings } from "../cors.ts";
import { HttpApi } from "../http-api.ts";
import type { HttpApiRegistry } from "../registry.ts";

const texts = z.array(z.string()).default([]);
const cors = z.strictObject({
  allow_origins: texts,
  allow_methods: texts,
  allow_headers: texts,
  expose_headers: texts,
  allow_credentials: z.boolean().default(false),
  max_age: z.int().optional(),
});

const schema = z
  .strictObject({
    name: z.string().min(1),
    protocol_type: z.literal("HTTP"),
    cors_configuration: block(cors).optional(),
    description: z.string().optional(),
    tags,
  })
  .refine((api) => !(api.cors_configuration?.allow_credentials && api.cors_configuration.allow_origins.includes("*")), {
    path: ["cors_configuration", "allow_credentials"],
    message: "cannot be true for the origin *, as in API Gateway",
  });

export const awsApigatewayv2Api = defineResource<
  StackRuntime & { httpApi: HttpApiRegistry; lambda: LambdaService },
  z.infer<typeof schema>
>({
  type: "aws_apigatewayv2_api",
  uniqueBy: "name",
  schema,
  exports: ["api_endpoint", "arn", "execution_arn", "id"],
  async start({ address, config }, runtime) {
    const { accountId, region } = runtime;
    const id = stableId(runtime, address, 10);
    const settings = config.cors_configuration && toCorsSettings(config.cors_configuration);
    const api = new HttpApi(
      { apiId: id, port: runtime.portFor(address), ...(settings && { cors: settings }) },
      runtime,
    );
    await api.start();
    runtime.httpApi.apis.set(id, api);
    return {
      attributes: {
        id,
        api_endpoint: api.url,
        arn: `arn:aws:apigateway:${region}::/apis/${id}`,
        execution_arn: `arn:aws:execute-api:${region}:${accountId}:${id}`,
      },
      stop: () => api.stop(),
    };
  },
});

function toCorsSettings(config: z.infer<typeof cors>): CorsSettings {
  return {
    allowOrigins: config.allow_origins,
    allowMethods: config.allow_methods,
    allowHeaders: config.allow_headers,
    exposeHeaders: config.expose_headers,
    allowCredentials: config.allow_credentials,
    ...(config.max_age !== undefined && { maxAgeSeconds: config.max_age }),
  };
}
