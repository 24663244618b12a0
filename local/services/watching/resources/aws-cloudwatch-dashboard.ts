import * as z from "zod";
import { defineResource } from "../../../model/resources/resource.ts";
import type { StackRuntime } from "../../../runtime.ts";

const widget = z.looseObject({ type: z.enum(["metric", "alarm", "text", "log"]), properties: z.looseObject({}) });
const body = z.looseObject({ widgets: z.array(widget).max(500) });

const schema = z.strictObject({
  dashboard_name: z.string().regex(/^[A-Za-z0-9_-]{1,255}$/, "must be letters, digits, hyphens or underscores"),
  dashboard_body: z.string().superRefine((text, context) => {
    if (!body.safeParse(parseJson(text)).success) {
      context.addIssue({ code: "custom", message: "must be JSON with a list of widgets, as CloudWatch takes it" });
    }
  }),
});

export const awsCloudwatchDashboard = defineResource<StackRuntime, z.infer<typeof schema>>({
  type: "aws_cloudwatch_dashboard",
  uniqueBy: "dashboard_name",
  schema,
  withoutEffect: "There is no console, and no metric is kept over time: its graphs would be empty.",
  exports: ["dashboard_arn", "id"],
  servesAnyRegion: true,
  async start({ config: { dashboard_name: name } }, { accountId }) {
    return { attributes: { id: name, dashboard_arn: `arn:aws:cloudwatch::${accountId}:dashboard/${name}` } };
  },
});

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
