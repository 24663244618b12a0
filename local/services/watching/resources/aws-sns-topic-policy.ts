import * as z from "zod";
import { policyText } from "../../../iam/policy-text.ts";
import { defineResource } from "../../../model/resources/resource.ts";
import type { StackRuntime } from "../../../runtime.ts";

const schema = z.strictObject({ arn: z.string(), policy: policyText("resource") });

export const awsSnsTopicPolicy = defineResource<StackRuntime, z.infer<typeof schema>>({
  type: "aws_sns_topic_policy",
  schema,
  withoutEffect: "Nobody can publish to a topic here.",
  exports: ["id"],
  servesAnyRegion: true,
  async start({ config: { arn } }) {
    return { attributes: { id: arn } };
  },
});
