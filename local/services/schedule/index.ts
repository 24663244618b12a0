import { defineService } from "../../service.ts";
import type { LambdaService } from "../lambda/seam.ts";
import { awsCloudwatchEventRule } from "./resources/aws-cloudwatch-event-rule.ts";
import { awsCloudwatchEventTarget } from "./resources/aws-cloudwatch-event-target.ts";
import { Schedule } from "./schedule.ts";

/** EventBridge's rules on a schedule, which call functions. */
export const schedule = defineService({
  name: "schedule",
  create: ({ region, accountId, clock, log }, { lambda }: { readonly lambda: LambdaService }) =>
    new Schedule({ region, accountId, clock, log, lambda }),
  resources: [awsCloudwatchEventRule, awsCloudwatchEventTarget],
});
