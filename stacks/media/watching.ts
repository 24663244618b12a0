import { AwsProvider, type AwsProviderConfig } from "@cdktf/provider-aws/lib/provider/index.js";
import type { TerraformStack } from "cdktf";
import { DIMENSIONS, METRICS } from "../../contracts/metrics.ts";
import { AlarmTopic } from "../constructs/alarm-topic.ts";
import { CostBudget } from "../constructs/cost-budget.ts";
import type { NodeFunction } from "../constructs/node-function.ts";
import type { AlarmThresholds } from "../support/alarm-settings.ts";
import type { Environment } from "../support/environment.ts";
import { globalName, metricsNamespace, type NamingScope } from "../support/naming.ts";

/** Who is told of what goes wrong, and how much is too much. Constructs make the alarms of what they make. */
export interface Watch {
  readonly topic: AlarmTopic;
  /** For CloudFront, whose metrics are in one region only. */
  readonly edgeTopic: AlarmTopic;
  readonly thresholds: AlarmThresholds;
}

/** The only region that has CloudFront's metrics, wherever a stack is: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/programming-cloudwatch-metrics.html */
export const EDGE_REGION = "us-east-1";

const HOUR_SECONDS = 3600;
/** A sweep that comes late leaves one period without figures; three in a row mean that none comes. */
const SWEEPS = 3;

/** Nothing where the environment has no alarms. `provider` is the stack's own, for its copy in another region. */
export function createWatch(
  stack: TerraformStack,
  { alarms }: Environment,
  naming: NamingScope,
  provider: AwsProviderConfig,
): Watch | undefined {
  if (!alarms) return undefined;
  const { subscribers, runbookUrl, thresholds, monthlyBudgetUsd } = alarms;
  const topic = new AlarmTopic(stack, "alarms", { naming, subscribers, runbookUrl });
  new CostBudget(stack, "month", {
    budgetName: globalName(naming, "other", "month"),
    monthlyUsd: monthlyBudgetUsd,
    topic,
  });
  if (naming.region === EDGE_REGION) return { topic, edgeTopic: topic, thresholds };
  const edge = new AwsProvider(stack, "aws-edge", { ...provider, alias: "edge", region: EDGE_REGION });
  const elsewhere = { region: EDGE_REGION, provider: edge };
  const edgeTopic = new AlarmTopic(stack, "edge_alarms", { naming, subscribers, runbookUrl, elsewhere });
  return { topic, edgeTopic, thresholds };
}

/** What only settle can see: jobs that nobody begins, jobs that were given up, and, by its silence, that it does not run. */
export function watchSettle(settle: NodeFunction, { functions }: Environment, naming: NamingScope, watch: Watch): void {
  const ofSettle = { namespace: metricsNamespace(naming), dimensions: { [DIMENSIONS.service]: "settle" } };
  watch.topic.createAlarm(settle, {
    id: "jobs_stuck",
    meaning: "Jobs whose file came are not begun, or nobody looks for them any more.",
    runbook: "jobsStuck",
    metric: { ...ofSettle, name: METRICS.jobsStuck, statistic: "Maximum" },
    atLeast: 1,
    periodSeconds: functions.settle.everyMinutes * 60,
    periods: SWEEPS,
    silenceIsBad: true,
  });
  watch.topic.createAlarm(settle, {
    id: "jobs_given_up",
    meaning: "Jobs were given up, because their worker died or failed each time.",
    runbook: "jobsGivenUp",
    metric: {
      ...ofSettle,
      name: METRICS.jobs,
      dimensions: { ...ofSettle.dimensions, [DIMENSIONS.outcome]: "FAILED" },
      statistic: "Sum",
    },
    atLeast: watch.thresholds.jobsGivenUp,
    periodSeconds: HOUR_SECONDS,
  });
}
