import * as z from "zod";
import { defineResource } from "../../../model/resources/resource.ts";
import { stableId } from "../../../model/resources/stable-id.ts";
import type { StackRuntime } from "../../../runtime.ts";
import type { HttpApiRegistry } from "../registry.ts";
import { parseRouteKey } from "../routes.ts";

const schema = z.strictObject({
  api_id: z.string(),
  route_key: z
    .string()
    .refine((key) => parseRouteKey(key) !== undefined, "must be like `POST /presign/upload`, or $default"),
  target: z.string().startsWith("integrations/"),
  authorization_type: z.literal("NONE").optional(),
});

export const awsApigatewayv2Route = defineResource<StackRuntime & { httpApi: HttpApiRegistry }, z.infer<typeof schema>>(
  {
    type: "aws_apigatewayv2_route",
    schema,
    exports: ["id"],
    async start({ address, config }, runtime) {
      const api = runtime.httpApi.apis.get(config.api_id);
      const integration = runtime.httpApi.integrations.get(
        `${config.api_id}/${config.target.replace(/^integrations\//, "")}`,
      );
      const route = parseRouteKey(config.route_key);
      if (!api || !integration || !route)
        throw new Error(`${address}: api_id or target names nothing that this stack declares.`);
      api.putRoute({ ...route, ...integration });
      return { attributes: { id: stableId(runtime, address, 7) } };
    },
  },
);
