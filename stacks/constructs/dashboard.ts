import { CloudwatchDashboard } from "@cdktf/provider-aws/lib/cloudwatch-dashboard/index.js";
import { Construct } from "constructs";
import { withLogicalId } from "../support/logical-id.ts";
import type { Rule } from "../support/validate.ts";
import { validateProps } from "../support/validate.ts";
import type { Metric } from "./alarm-topic.ts";

/** One line of a graph. */
export type Line = Omit<Metric, "statistic"> & {
  readonly label: string;
  readonly statistic: Metric["statistic"] | "p50" | "p99";
};

export interface Graph {
  readonly title: string;
  readonly lines: readonly Line[];
  /** Where AWS keeps its metrics. @default the dashboard's region */
  readonly region?: string;
}

export interface DashboardProps {
  /** Unique in the account: dashboards have no region. */
  readonly dashboardName: string;
  readonly region: string;
  /** Rows of one to four graphs. */
  readonly rows: readonly (readonly Graph[])[];
  /** ARNs of alarms whose state stands on top. @default none */
  readonly alarmArns?: readonly string[];
}

/** A dashboard is 24 units wide. https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html */
const WIDTH = 24;
const GRAPH_HEIGHT = 6;
const ALARMS_HEIGHT = 4;
const PERIOD_SECONDS = 300;

const RULES: readonly Rule<DashboardProps>[] = [
  {
    holds: ({ rows }) => rows.every(({ length }) => length >= 1 && length <= 4),
    problem: ({ rows }) => `rows have ${rows.map(({ length }) => length).join(", ")} graphs; each must have 1 to 4`,
  },
];

/** How a system is, on one page: the state of its alarms, and graphs in rows. The first three of an account are free. */
export class Dashboard extends Construct {
  constructor(scope: Construct, id: string, props: DashboardProps) {
    super(scope, `${id}-dashboard`);
    validateProps(this, props, RULES);
    const { alarmArns = [], rows } = props;
    const top = alarmArns.length > 0 ? ALARMS_HEIGHT : 0;
    const widgets = [
      ...(top > 0 ? [alarmsWidget(alarmArns)] : []),
      ...rows.flatMap((graphs, row) => placeRow(graphs, top + row * GRAPH_HEIGHT, props.region)),
    ];
    withLogicalId(
      new CloudwatchDashboard(this, "dashboard", {
        dashboardName: props.dashboardName,
        dashboardBody: JSON.stringify({ start: "-P1D", widgets }),
      }),
      id,
    );
  }
}

function alarmsWidget(alarms: readonly string[]) {
  const place = { x: 0, y: 0, width: WIDTH, height: ALARMS_HEIGHT };
  return { type: "alarm", ...place, properties: { title: "Alarms", alarms } };
}

function placeRow(graphs: readonly Graph[], y: number, region: string) {
  const width = WIDTH / graphs.length;
  return graphs.map((graph, index) => ({
    type: "metric",
    ...{ x: index * width, y, width, height: GRAPH_HEIGHT },
    properties: {
      title: graph.title,
      view: "timeSeries",
      region: graph.region ?? region,
      period: PERIOD_SECONDS,
      metrics: graph.lines.map(({ namespace, name, dimensions, label, statistic }) => [
        namespace,
        name,
        ...Object.entries(dimensions).flat(),
        { label, stat: statistic },
      ]),
      yAxis: { left: { min: 0 } },
    },
  }));
}
