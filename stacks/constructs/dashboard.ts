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
  /** Alarms whose state stands on top, in up to two groups; each group's are of one region. @default none */
  readonly alarms?: readonly AlarmGroup[];
}

export interface AlarmGroup {
  readonly title: string;
  readonly arns: readonly string[];
}

/** A dashboard is 24 units wide. https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html */
const WIDTH = 24;
const GRAPH_HEIGHT = 6;
const ALARMS_HEIGHT = 4;
/** The first group is the stack's own and long; the second stands beside it. */
const SECOND_ALARMS_WIDTH = 6;
const PERIOD_SECONDS = 300;

const RULES: readonly Rule<DashboardProps>[] = [
  {
    holds: ({ rows }) => rows.every(({ length }) => length >= 1 && length <= 4),
    problem: ({ rows }) => `rows have ${rows.map(({ length }) => length).join(", ")} graphs; each must have 1 to 4`,
  },
  {
    holds: ({ alarms = [] }) => alarms.length <= 2,
    problem: ({ alarms = [] }) => `alarms has ${alarms.length} groups; there is room for two`,
  },
];

/** How a system is, on one page: the state of its alarms, and graphs in rows. The first three of an account are free. */
export class Dashboard extends Construct {
  constructor(scope: Construct, id: string, props: DashboardProps) {
    super(scope, `${id}-dashboard`);
    validateProps(this, props, RULES);
    const { alarms = [], rows } = props;
    const top = alarms.length > 0 ? ALARMS_HEIGHT : 0;
    const widgets = [
      ...placeAlarms(alarms),
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

/**
 * A dashboard may hold widgets of several regions, alarms among them; of one widget with alarms of several AWS says nothing.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_xaxr_dashboard.html
 */
function placeAlarms(groups: readonly AlarmGroup[]) {
  const first = groups.length > 1 ? WIDTH - SECOND_ALARMS_WIDTH : WIDTH;
  return groups.map(({ title, arns }, index) => ({
    type: "alarm",
    ...{ x: index * first, y: 0, width: index === 0 ? first : SECOND_ALARMS_WIDTH, height: ALARMS_HEIGHT },
    properties: { title, alarms: arns },
  }));
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
