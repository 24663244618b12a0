import * as z from "zod";
import { tags } from "../../../model/resources/blocks.ts";
import { defineResource } from "../../../model/resources/resource.ts";
import type { StackRuntime } from "../../../runtime.ts";

const period = z.int().multipleOf(60).min(60).max(86_400);
const query = z.strictObject({
  id: z.string().regex(/^[a-z][A-Za-z0-9_]*$/),
  expression: z.string().optional(),
  label: z.string().optional(),
  return_data: z.boolean().optional(),
  metric: z
    .strictObject({
      namespace: z.string().min(1),
      metric_name: z.string().min(1),
      dimensions: z.record(z.string(), z.string()).optional(),
      period,
      stat: z.string().min(1),
    })
    .optional(),
});

const schema = z
  .strictObject({
    alarm_name: z.string().min(1).max(255),
    alarm_description: z.string().max(1024).optional(),
    namespace: z.string().min(1).optional(),
    metric_name: z.string().min(1).optional(),
    dimensions: z.record(z.string(), z.string()).optional(),
    metric_query: z.array(query).min(1).max(20).optional(),
    statistic: z.enum(["SampleCount", "Average", "Sum", "Minimum", "Maximum"]).optional(),
    extended_statistic: z
      .string()
      .regex(/^p\d{1,2}(\.\d+)?$/, "must be a percentile, like p95")
      .optional(),
    comparison_operator: z.enum([
      "GreaterThanOrEqualToThreshold",
      "GreaterThanThreshold",
      "LessThanThreshold",
      "LessThanOrEqualToThreshold",
    ]),
    threshold: z.number(),
    period: period.optional(),
    evaluation_periods: z.int().min(1),
    treat_missing_data: z.enum(["missing", "ignore", "breaching", "notBreaching"]).optional(),
    alarm_actions: z.array(z.string()).max(5).optional(),
    ok_actions: z.array(z.string()).max(5).optional(),
    tags,
  })
  .refine((it) => (it.metric_name === undefined) !== (it.metric_query === undefined), {
    error: "must name either metric_name or metric_query",
    path: ["metric_name"],
  })
  .refine((it) => it.metric_query || (it.statistic === undefined) !== (it.extended_statistic === undefined), {
    error: "must name either statistic or extended_statistic",
    path: ["statistic"],
  });

export const awsCloudwatchMetricAlarm = defineResource<StackRuntime, z.infer<typeof schema>>({
  type: "aws_cloudwatch_metric_alarm",
  uniqueBy: "alarm_name",
  schema,
  withoutEffect:
    "Nobody is on call for a laptop, and most metrics (throttles, answers of a CDN) are of machinery that is not there. The figures that functions measure stand in their log files.",
  exports: ["arn", "id"],
  servesAnyRegion: true,
  async start({ config: { alarm_name: name }, elsewhere }, { region, accountId }) {
    const arn = `arn:aws:cloudwatch:${elsewhere ?? region}:${accountId}:alarm:${name}`;
    return { attributes: { id: name, arn } };
  },
});
