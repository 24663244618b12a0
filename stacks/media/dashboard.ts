import type { TerraformStack } from "cdktf";
import { FUNCTION_NAMES } from "../../contracts/media/environment.ts";
import { DIMENSIONS, METRICS, type Outcome } from "../../contracts/media/metrics.ts";
import type { Cdn } from "../constructs/cdn.ts";
import { Dashboard, type Graph, type Line } from "../constructs/dashboard.ts";
import type { HttpApi } from "../constructs/http-api.ts";
import { EDGE_REGION, type Watch } from "../constructs/watch.ts";
import type { WorkQueue } from "../constructs/work-queue.ts";
import { globalName, metricsNamespace, type NamingScope } from "../support/naming.ts";
import type { Functions } from "./functions.ts";

export interface DashboardSources {
  readonly naming: NamingScope;
  readonly api: HttpApi;
  readonly functions: Functions;
  readonly queues: readonly WorkQueue[];
  readonly cdn: Cdn;
  readonly site: Cdn;
  readonly watch: Watch;
}

type Worker = "resize" | "convert" | "settle";

/** From the outside in: what people meet, what becomes of their jobs, then what does the work. */
export function createDashboard(stack: TerraformStack, sources: DashboardSources): void {
  const { naming, watch } = sources;
  new Dashboard(stack, "media", {
    dashboardName: globalName(naming, "other", "dashboard"),
    region: naming.region,
    alarms: watch.listGroups(),
    rows: [
      apiRow(sources),
      jobsRow(naming),
      bytesRow(naming),
      queuesRow(sources),
      functionsRow(sources),
      cdnRow(sources),
    ],
  });
}

function apiRow({ api }: DashboardSources): Graph[] {
  const line = (name: string, statistic: Line["statistic"], label = name): Line => {
    return { namespace: "AWS/ApiGateway", name, dimensions: { ApiId: api.apiId }, label, statistic };
  };
  return [
    { title: "API: requests", lines: [line("Count", "Sum", "all"), line("4xx", "Sum"), line("5xx", "Sum")] },
    { title: "API: ms", lines: [line("Latency", "p50", "median"), line("Latency", "p95", "p95")] },
  ];
}

function jobsRow(naming: NamingScope): Graph[] {
  const ended = (service: Worker, outcome: Outcome) => jobLine(naming, METRICS.jobs, service, outcome, "Sum");
  const seconds = (service: Worker, statistic: Line["statistic"]) => {
    return jobLine(naming, METRICS.secondsToFinish, service, "COMPLETED", statistic);
  };
  const stuck: Line = {
    namespace: metricsNamespace(naming),
    name: METRICS.jobsStuck,
    dimensions: { [DIMENSIONS.service]: "settle" },
    label: "stuck",
    statistic: "Maximum",
  };
  const done = (["resize", "convert"] as const).flatMap((worker) => [
    ended(worker, "COMPLETED"),
    ended(worker, "FAILED"),
  ]);
  return [
    { title: "Jobs by outcome", lines: [...done, ended("settle", "FAILED"), ended("settle", "EXPIRED"), stuck] },
    { title: "Images: seconds to finish", lines: [seconds("resize", "p50"), seconds("resize", "p95")] },
    { title: "Films and sound: seconds to finish", lines: [seconds("convert", "p50"), seconds("convert", "p95")] },
  ];
}

function bytesRow(naming: NamingScope): Graph[] {
  return (["resize", "convert"] as const).map((worker) => ({
    title: `${worker}: bytes in and out`,
    lines: [METRICS.bytesIn, METRICS.bytesOut].map((name) => ({
      ...jobLine(naming, name, worker, "COMPLETED", "Sum"),
      label: name,
    })),
  }));
}

function jobLine(
  naming: NamingScope,
  name: string,
  service: Worker,
  outcome: Outcome,
  statistic: Line["statistic"],
): Line {
  const dimensions = { [DIMENSIONS.service]: service, [DIMENSIONS.outcome]: outcome };
  const label = name === METRICS.jobs ? `${service} ${outcome}` : `${service} ${statistic}`;
  return { namespace: metricsNamespace(naming), name, dimensions, label, statistic };
}

function queuesRow({ queues }: DashboardSources): Graph[] {
  const line = (name: string, queue: string, label: string): Line => {
    return { namespace: "AWS/SQS", name, dimensions: { QueueName: queue }, label, statistic: "Maximum" };
  };
  const waiting = "ApproximateNumberOfMessagesVisible";
  return [
    {
      title: "Queues: seconds of the oldest message",
      lines: queues.map(({ id, queueName }) => line("ApproximateAgeOfOldestMessage", queueName, id)),
    },
    { title: "Queues: messages that wait", lines: queues.map(({ id, queueName }) => line(waiting, queueName, id)) },
    { title: "Dead letters", lines: queues.map(({ id, deadLettersName }) => line(waiting, deadLettersName, id)) },
  ];
}

function functionsRow({ functions }: DashboardSources): Graph[] {
  const graph = (title: string, name: string, statistic: Line["statistic"]): Graph => ({
    title,
    lines: FUNCTION_NAMES.map((label) => {
      const dimensions = { FunctionName: functions[label].functionName };
      return { namespace: "AWS/Lambda", name, dimensions, label, statistic };
    }),
  });
  return [
    graph("Functions: errors", "Errors", "Sum"),
    graph("Functions: throttles", "Throttles", "Sum"),
    graph("Functions: ms, p95", "Duration", "p95"),
    graph("Functions: at once", "ConcurrentExecutions", "Maximum"),
  ];
}

function cdnRow({ cdn, site }: DashboardSources): Graph[] {
  const graph = (title: string, name: string, statistic: Line["statistic"]): Graph => ({
    title,
    region: EDGE_REGION,
    lines: Object.entries({ renditions: cdn, page: site }).map(([label, { distributionId }]) => {
      const dimensions = { DistributionId: distributionId, Region: "Global" };
      return { namespace: "AWS/CloudFront", name, dimensions, label, statistic };
    }),
  });
  return [
    graph("CDN: requests", "Requests", "Sum"),
    graph("CDN: % of 500 and above", "5xxErrorRate", "Average"),
    graph("CDN: bytes", "BytesDownloaded", "Sum"),
  ];
}
