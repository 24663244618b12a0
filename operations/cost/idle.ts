import { charge, countCalls } from "./calls.ts";
import type { Charge } from "./charges.ts";
import { getFunction, type PricedStack } from "./stack.ts";

const MONTH_MINUTES = 43_800;
/** Lambda keeps five long polls of 20 s open on each queue that it consumes. */
const POLLS_A_MINUTE = 15;
/** A scheduled call that finds nothing to do. */
const SWEEP_SECONDS = 0.05;

/** What any stack costs while nobody comes: polls, schedules, and what watches. */
export function countIdle(stack: PricedStack): Charge[] {
  return [
    ...stack.consumedQueues.map((queue) =>
      charge(`aws_sqs_queue.${queue}`, "queueRequest", POLLS_A_MINUTE * MONTH_MINUTES),
    ),
    ...stack.schedules.flatMap((schedule) => countSweeps(stack, schedule)),
    ...Object.entries(stack.alarms).map(([alarm, metrics]) =>
      charge(`aws_cloudwatch_metric_alarm.${alarm}`, "alarm", metrics),
    ),
    ...stack.dashboards.map((dashboard) => charge(`aws_cloudwatch_dashboard.${dashboard}`, "dashboard", 1)),
  ];
}

/** Of all schedules in a month. */
export function countScheduledCalls({ schedules }: PricedStack): number {
  return schedules.reduce((sum, { minutes }) => sum + MONTH_MINUTES / minutes, 0);
}

function countSweeps(stack: PricedStack, { functionName, minutes }: PricedStack["schedules"][number]): Charge[] {
  const sweeps = MONTH_MINUTES / minutes;
  const isTraced = getFunction(stack, functionName).tracing_config?.mode === "Active";
  return [
    ...countCalls(stack, functionName, sweeps, SWEEP_SECONDS).filter(({ unit }) => unit !== "trace"),
    // Minutes apart, each is the first of its second.
    charge(`aws_lambda_function.${functionName}`, "trace", isTraced ? sweeps : 0),
  ];
}
