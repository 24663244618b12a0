import * as z from "zod";
import { policyText } from "../iam/policy-text.ts";
import type { LaptopRuntime } from "../runtime.ts";
import { defineResource } from "./resource.ts";

const schema = z.strictObject({ arn: z.string(), policy: policyText("resource") });

/** Read as strictly as any policy, so that a typo shows here; it decides nothing, as nobody can publish to a topic here. */
export const awsSnsTopicPolicy = defineResource<LaptopRuntime, z.infer<typeof schema>>({
  type: "aws_sns_topic_policy",
  schema,
  exports: ["id"],
  servesAnyRegion: true,
  async start({ config: { arn } }) {
    return { attributes: { id: arn } };
  },
});
