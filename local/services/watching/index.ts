import { defineService } from "../../service.ts";
import { awsBudgetsBudget } from "./resources/aws-budgets-budget.ts";
import { awsCloudwatchDashboard } from "./resources/aws-cloudwatch-dashboard.ts";
import { awsCloudwatchMetricAlarm } from "./resources/aws-cloudwatch-metric-alarm.ts";
import { awsCloudwatchQueryDefinition } from "./resources/aws-cloudwatch-query-definition.ts";
import { awsSnsTopic } from "./resources/aws-sns-topic.ts";
import { awsSnsTopicPolicy } from "./resources/aws-sns-topic-policy.ts";
import { awsSnsTopicSubscription } from "./resources/aws-sns-topic-subscription.ts";

/** Alarms, dashboards, topics, budgets: read as strictly as the rest, and nothing comes of them here. */
export const watching = defineService({
  name: "watching",
  create: () => ({}),
  resources: [
    awsBudgetsBudget,
    awsCloudwatchDashboard,
    awsCloudwatchMetricAlarm,
    awsCloudwatchQueryDefinition,
    awsSnsTopicPolicy,
    awsSnsTopicSubscription,
    awsSnsTopic,
  ],
});
