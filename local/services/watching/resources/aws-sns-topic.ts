import * as z from "zod";
import { tags } from "../../../model/resources/blocks.ts";
import { defineResource } from "../../../model/resources/resource.ts";
import type { StackRuntime } from "../../../runtime.ts";

const schema = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9_-]{1,256}$/, "must be letters, digits, hyphens or underscores (no FIFO topic)"),
  tags,
});

export const awsSnsTopic = defineResource<StackRuntime, z.infer<typeof schema>>({
  type: "aws_sns_topic",
  uniqueBy: "name",
  schema,
  withoutEffect: "What would publish to it, alarms, does nothing here.",
  exports: ["arn", "id"],
  servesAnyRegion: true,
  async start({ config: { name }, elsewhere }, { region, accountId }) {
    const arn = `arn:aws:sns:${elsewhere ?? region}:${accountId}:${name}`;
    return { attributes: { id: arn, arn } };
  },
});
