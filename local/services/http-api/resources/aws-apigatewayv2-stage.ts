import * as z from "zod";
import { block, blocks, tags } from "../../../model/resources/blocks.ts";
import { defineResource } from "../../../model/resources/resource.ts";
import type { StackRuntime } from "../../../runtime.ts";
import { listUnknownVariables } from "../access-log.ts";
import type { StageSettings, Throttle } from "../http-api.ts";
import type { HttpApiRegistry } from "../registry.ts";

const LOG_GROUP_ARN = /^arn:aws:logs:[^:]+:\d+:log-group:([^:]+)(?::\*)?$/;

const format = z.string().superRefine((text, context) => {
  for (const name of listUnknownVariables(text))
    context.addIssue({ code: "custom", message: `the laptop runtime does not know $context.${name}` });
});

const throttle = {
  throttling_rate_limit: z.number().positive().optional(),
  throttling_burst_limit: z.int().positive().optional(),
  // Metrics go to CloudWatch; there is none here.
  detailed_metrics_enabled: z.boolean().optional(),
};

const schema = z.strictObject({
  api_id: z.string(),
  // A named stage would put its name before every path; the stacks use the default one.
  name: z.literal("$default"),
  auto_deploy: z.literal(true),
  default_route_settings: block(z.strictObject(throttle)).optional(),
  route_settings: blocks(z.strictObject({ route_key: z.string(), ...throttle })).optional(),
  access_log_settings: block(
    z.strictObject({
      destination_arn: z.string().regex(LOG_GROUP_ARN, "must be the ARN of a log group"),
      format,
    }),
  ).optional(),
  description: z.string().optional(),
  tags,
});
type Config = z.infer<typeof schema>;

export const awsApigatewayv2Stage = defineResource<StackRuntime & { httpApi: HttpApiRegistry }, Config>({
  type: "aws_apigatewayv2_stage",
  schema,
  exports: ["id", "invoke_url"],
  startsTraffic: true,
  async start({ address, config }, { httpApi }) {
    const api = httpApi.apis.get(config.api_id);
    if (!api) throw new Error(`${address}: api_id names no API that this stack declares.`);
    api.putStage(toStageSettings(config));
    return { attributes: { id: config.name, invoke_url: api.url } };
  },
});

function toStageSettings(config: Config): StageSettings {
  const general = config.default_route_settings && toThrottle(config.default_route_settings);
  const byRoute = (config.route_settings ?? []).flatMap((settings) => {
    const own = toThrottle(settings);
    return own ? [[settings.route_key, own] as const] : [];
  });
  const logs = config.access_log_settings;
  const logGroup = logs && LOG_GROUP_ARN.exec(logs.destination_arn)?.[1];
  return {
    ...(general && { throttle: general }),
    routeThrottles: Object.fromEntries(byRoute),
    ...(logs && logGroup && { accessLog: { logGroup, format: logs.format } }),
  };
}

/** Without one of the two, the account's own limit holds: 10 000 a second, 5 000 at once. */
function toThrottle(settings: {
  throttling_rate_limit?: number | undefined;
  throttling_burst_limit?: number | undefined;
}): Throttle | undefined {
  const { throttling_rate_limit: rate, throttling_burst_limit: burst } = settings;
  if (rate === undefined && burst === undefined) return undefined;
  return { ratePerSecond: rate ?? 10_000, burst: burst ?? 5_000 };
}
