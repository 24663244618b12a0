import { DIMENSIONS, METRICS } from "../../contracts/media/metrics.ts";
import type { NodeFunction } from "../constructs/node-function.ts";
import type { Watch } from "../constructs/watch.ts";
import { metricsNamespace, type NamingScope } from "../support/naming.ts";
import type { MediaEnvironment } from "./settings.ts";

const HOUR_SECONDS = 3600;
/** A sweep that comes late leaves one period without figures; three in a row mean that none comes. */
const SWEEPS = 3;

/** What only settle can see: jobs that nobody begins, jobs that were given up, and, by its silence, that it does not run. */
export function watchSettle(
  settle: NodeFunction,
  { functions, thresholds }: MediaEnvironment,
  naming: NamingScope,
  watch: Watch,
): void {
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
    atLeast: thresholds.jobsGivenUp,
    periodSeconds: HOUR_SECONDS,
  });
}
