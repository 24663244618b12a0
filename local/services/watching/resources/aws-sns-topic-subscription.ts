import * as z from "zod";
import { defineResource } from "../../../model/resources/resource.ts";
import { stableId } from "../../../model/resources/stable-id.ts";
import type { StackRuntime } from "../../../runtime.ts";

const schema = z.strictObject({
  topic_arn: z.string(),
  protocol: z.enum(["email", "https"]),
  endpoint: z.string().min(1),
});

export const awsSnsTopicSubscription = defineResource<StackRuntime, z.infer<typeof schema>>({
  type: "aws_sns_topic_subscription",
  schema,
  withoutEffect: "A laptop must not send mail to whoever is on call.",
  exports: ["arn", "id"],
  servesAnyRegion: true,
  async start({ address, config: { topic_arn: topicArn } }, runtime) {
    const arn = `${topicArn}:${stableId(runtime, address, 32)}`;
    return { attributes: { id: arn, arn } };
  },
});
