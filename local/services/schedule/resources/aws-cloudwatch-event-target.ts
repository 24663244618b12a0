import * as z from "zod";
import { defineResource } from "../../../model/resources/resource.ts";
import type { StackRuntime } from "../../../runtime.ts";
import type { Schedule } from "../schedule.ts";

const schema = z.strictObject({
  /** The rule's name. */
  rule: z.string(),
  target_id: z.string().min(1).max(64),
  arn: z.string().startsWith("arn:aws:lambda:", "must be a function: a laptop's rules call nothing else"),
  input: z.string().optional(),
});

export const awsCloudwatchEventTarget = defineResource<StackRuntime & { schedule: Schedule }, z.infer<typeof schema>>({
  type: "aws_cloudwatch_event_target",
  schema,
  exports: ["id"],
  startsTraffic: true,
  async start({ config }, runtime) {
    const { rule, target_id: id, arn: functionArn, input } = config;
    const remove = runtime.schedule.putTarget(rule, { id, functionArn, ...(input !== undefined && { input }) });
    return { attributes: { id: `${rule}-${id}` }, stop: async () => remove() };
  },
});
