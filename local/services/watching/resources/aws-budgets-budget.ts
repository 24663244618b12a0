import * as z from "zod";
import { blocks, tags } from "../../../model/resources/blocks.ts";
import { defineResource } from "../../../model/resources/resource.ts";
import type { StackRuntime } from "../../../runtime.ts";

const notification = z.strictObject({
  notification_type: z.enum(["ACTUAL", "FORECASTED"]),
  comparison_operator: z.enum(["GREATER_THAN", "LESS_THAN", "EQUAL_TO"]),
  threshold: z.number().gt(0),
  threshold_type: z.enum(["PERCENTAGE", "ABSOLUTE_VALUE"]),
  subscriber_sns_topic_arns: z.array(z.string()).optional(),
  subscriber_email_addresses: z.array(z.string()).optional(),
});

const schema = z.strictObject({
  name: z.string().regex(/^[^:\\]{1,100}$/, "must be 1 to 100 characters, without : and \\"),
  budget_type: z.literal("COST"),
  time_unit: z.enum(["DAILY", "MONTHLY", "QUARTERLY", "ANNUALLY"]),
  limit_amount: z.string().regex(/^\d+(\.\d+)?$/, "must be a number, as a text"),
  limit_unit: z.literal("USD"),
  notification: blocks(notification),
  tags,
});

export const awsBudgetsBudget = defineResource<StackRuntime, z.infer<typeof schema>>({
  type: "aws_budgets_budget",
  uniqueBy: "name",
  schema,
  withoutEffect: "A laptop sends no bill.",
  exports: ["arn", "id"],
  servesAnyRegion: true,
  async start({ config: { name } }, { accountId }) {
    return { attributes: { id: `${accountId}:${name}`, arn: `arn:aws:budgets::${accountId}:budget/${name}` } };
  },
});
