import * as z from "zod";
import { tags } from "../../../model/resources/blocks.ts";
import { defineResource } from "../../../model/resources/resource.ts";
import type { StackRuntime } from "../../../runtime.ts";
import type { LogsService } from "../seam.ts";

/** CloudWatch's own list; 0 is for ever. */
const RETENTION_DAYS = [
  0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

const schema = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9_/.#-]{1,512}$/, "must be a log group's name"),
  // Told to whoever asks; a laptop's log files are bounded by size instead, whatever their group says.
  retention_in_days: z
    .int()
    .refine((days) => RETENTION_DAYS.includes(days), { message: `must be one of ${RETENTION_DAYS.join(", ")}` })
    .optional(),
  tags,
});

export const awsCloudwatchLogGroup = defineResource<StackRuntime & { logs: LogsService }, z.infer<typeof schema>>({
  type: "aws_cloudwatch_log_group",
  uniqueBy: "name",
  schema,
  exports: ["arn", "id", "name"],
  async start({ config: { name, retention_in_days: retentionDays } }, runtime) {
    const { arn } = runtime.logs.putLogGroup(name, { retentionDays });
    return { attributes: { id: name, name, arn } };
  },
});
