import * as z from "zod";
import { tags } from "../../../model/resources/blocks.ts";
import { defineResource } from "../../../model/resources/resource.ts";
import type { StackRuntime } from "../../../runtime.ts";
import type { Schedule } from "../schedule.ts";
import { parseScheduleExpression } from "../schedule-expression.ts";

const schema = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9._-]{1,64}$/, "must be 1 to 64 letters, digits, dots, hyphens or underscores"),
  description: z.string().optional(),
  schedule_expression: z.string().superRefine((expression, context) => {
    try {
      parseScheduleExpression(expression);
    } catch (error) {
      context.addIssue({ code: "custom", message: error instanceof Error ? error.message : String(error) });
    }
  }),
  state: z.enum(["ENABLED", "DISABLED"]).default("ENABLED"),
  tags,
});

export const awsCloudwatchEventRule = defineResource<StackRuntime & { schedule: Schedule }, z.infer<typeof schema>>({
  type: "aws_cloudwatch_event_rule",
  uniqueBy: "name",
  schema,
  exports: ["arn", "id", "name"],
  async start({ config }, runtime) {
    const { name, schedule_expression: expression, state } = config;
    const arn = `arn:aws:events:${runtime.region}:${runtime.accountId}:rule/${name}`;
    runtime.schedule.putRule({ name, arn, expression, enabled: state === "ENABLED" });
    return { attributes: { id: name, name, arn } };
  },
});
