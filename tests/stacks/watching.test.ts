import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { PROJECT_FOLDER } from "../../build/project-folder.ts";
import { FUNCTION_NAMES } from "../../contracts/media/environment.ts";
import { DIMENSIONS, METRICS } from "../../contracts/media/metrics.ts";
import { RUNBOOK_SECTIONS } from "../../stacks/support/runbook.ts";
import { devWith, environments } from "../support/environments.ts";
import { readStatements } from "./policies.ts";
import { type Body, ref, synthesizeStack } from "./synthesized.ts";

const SUBSCRIBED = { subscribers: ["ops@example.com"] };

interface Metric {
  readonly metric_name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

/** Of one metric, or of a sum of several. */
interface Alarm extends Body, Metric {
  readonly alarm_name: string;
  readonly alarm_description: string;
  readonly namespace: string;
  readonly metric_query?: readonly { readonly metric?: Metric }[];
  readonly alarm_actions: readonly string[];
  readonly ok_actions: readonly string[];
}

const prod = synthesizeStack("prod");
const alarms = prod.list("aws_cloudwatch_metric_alarm").map(([id, body]) => [id, body as Alarm] as const);

function listMetrics(alarm: Alarm): readonly Metric[] {
  return alarm.metric_query?.flatMap(({ metric }) => metric ?? []) ?? [alarm];
}

/** Anchors as GitHub makes them of headings. */
function listSections(): Map<string, string> {
  const page = readFileSync(join(PROJECT_FOLDER, "docs/runbook.md"), "utf8");
  const parts = page.split(/^#{2,} /m).slice(1);
  return new Map(
    parts.map((part) => {
      const [heading = ""] = part.split("\n");
      const anchor = heading
        .toLowerCase()
        .replaceAll(/[^\w\- ]/g, "")
        .replaceAll(" ", "-");
      return [anchor, part] as const;
    }),
  );
}

describe("the runbook", () => {
  const sections = listSections();

  it.each(Object.values(RUNBOOK_SECTIONS))(
    "has a section #%s, which says what it means, where to look, what to do",
    (anchor) => {
      const text = sections.get(anchor) ?? "";

      expect(text).toMatch(/\*\*Means\*\*[\s\S]*\*\*Look\*\*[\s\S]*\*\*Do\*\*/);
    },
  );
});

describe("an alarm", () => {
  it.each(alarms)("%s says what happened, and names a section of the runbook that there is", (_id, alarm) => {
    const [, anchor = ""] = /^[A-Z].*\. See docs\/runbook\.md#([a-z0-9-]+)\.$/.exec(alarm.alarm_description) ?? [];

    expect([...listSections().keys()]).toContain(anchor);
  });

  it("links to its section where its environment says where the runbook can be read, within CloudWatch's 1024 characters", () => {
    const runbookUrl = `https://wiki.example.com/${"a".repeat(675)}`;
    const stack = synthesizeStack(devWith({ alarms: { ...SUBSCRIBED, runbookUrl } }));
    const described = stack
      .list("aws_cloudwatch_metric_alarm")
      .map(([, { alarm_description }]) => `${alarm_description}`);

    expect(described).toHaveLength(alarms.length);
    for (const description of described) {
      const [, page, anchor = ""] = /^[A-Z].*\. See (\S+)#([a-z0-9-]+)$/.exec(description) ?? [];
      expect(page).toBe(runbookUrl);
      expect([...listSections().keys()]).toContain(anchor);
      expect(description.length).toBeLessThanOrEqual(1024);
    }
  });

  it.each(alarms)("%s is told where it goes off, and when it is over", (_id, alarm) => {
    const isEdge = alarm.provider === "aws.edge";
    const topic = ref(`aws_sns_topic.${isEdge ? "edge_alarms" : "alarms"}.arn`);

    expect([alarm.alarm_actions, alarm.ok_actions]).toEqual([[topic], [topic]]);
    expect(prod.get(`aws_sns_topic.${isEdge ? "edge_alarms" : "alarms"}`).provider).toBe(alarm.provider);
  });

  it("is in us-east-1 exactly where its metric is CloudFront's, which has none in another region", () => {
    const elsewhere = alarms.filter(([, { provider }]) => provider !== undefined);
    const ofCloudFront = alarms.filter(([, { namespace }]) => namespace === "AWS/CloudFront");
    const [, edge] = (JSON.parse(prod.text) as { provider: { aws: Body[] } }).provider.aws;

    expect(ofCloudFront.map(([id]) => id)).toEqual(["cdn_errors", "site_errors"]);
    expect(elsewhere).toEqual(ofCloudFront);
    expect(edge).toMatchObject({ alias: "edge", region: "us-east-1", allowed_account_ids: ["333333333333"] });
  });

  it("of CloudFront is told by the one topic where the stack itself is in us-east-1", () => {
    const stack = synthesizeStack(devWith({ region: "us-east-1", alarms: SUBSCRIBED }));

    expect(stack.list("aws_sns_topic").map(([id]) => id)).toEqual(["alarms"]);
    expect(stack.get("aws_cloudwatch_metric_alarm.cdn_errors").alarm_actions).toEqual([
      ref("aws_sns_topic.alarms.arn"),
    ]);
  });

  it("is born with each function, queue, API and distribution, and watches that one", () => {
    const watched = new Set(
      alarms.flatMap(([, alarm]) =>
        listMetrics(alarm).map(({ metric_name, dimensions }) => `${metric_name} ${Object.values(dimensions)[0]}`),
      ),
    );
    const ofEach = (type: string, attribute: string, metrics: readonly string[]) =>
      prod.list(type).flatMap(([id]) => metrics.map((metric) => `${metric} ${ref(`${type}.${id}.${attribute}`)}`));
    const isDead = (text: string) => text.includes("_dead_letters.");
    const queues = ofEach("aws_sqs_queue", "name", ["ApproximateAgeOfOldestMessage"]).filter((it) => !isDead(it));
    const dead = ofEach("aws_sqs_queue", "name", ["ApproximateNumberOfMessagesVisible"]).filter(isDead);

    expect([...watched]).toEqual(
      expect.arrayContaining([
        ...ofEach("aws_lambda_function", "function_name", ["Errors", "Throttles"]),
        ...ofEach("aws_apigatewayv2_api", "id", ["5xx", "Latency"]),
        ...ofEach("aws_cloudfront_distribution", "id", ["5xxErrorRate"]),
        ...queues,
        ...dead,
      ]),
    );
    expect(dead).toHaveLength(2);
  });

  it("of dead letters counts those in settle's hands too: one that it fails on is hidden for nearly all of the time", () => {
    for (const name of ["resize_dead_letters", "convert_dead_letters"]) {
      const alarm = prod.get(`aws_cloudwatch_metric_alarm.${name}`);
      const [visible, hidden, sum] = alarm.metric_query as readonly { readonly metric?: Body }[];
      const ofQueue = { namespace: "AWS/SQS", dimensions: { QueueName: ref(`aws_sqs_queue.${name}.name`) } };
      // Once a minute is as often as SQS counts: both of one moment.
      const counted = { ...ofQueue, stat: "Maximum", period: 60 };

      expect(visible?.metric).toEqual({ ...counted, metric_name: "ApproximateNumberOfMessagesVisible" });
      expect(hidden?.metric).toEqual({ ...counted, metric_name: "ApproximateNumberOfMessagesNotVisible" });
      expect(sum).toMatchObject({ expression: "first + second", return_data: true });
      expect(alarm).toMatchObject({ threshold: 1, evaluation_periods: 10 });
      expect([alarm.period, alarm.statistic]).toEqual([undefined, undefined]);
    }
  });

  it("of jobs reads what functions write: the same namespace, names and dimensions", () => {
    const jobs = Object.fromEntries(alarms);

    expect(jobs.jobs_stuck).toMatchObject({
      namespace: "Darkroom/prod/media",
      metric_name: METRICS.jobsStuck,
      dimensions: { [DIMENSIONS.service]: "settle" },
      threshold: 1,
    });
    expect(jobs.jobs_given_up).toMatchObject({
      metric_name: METRICS.jobs,
      dimensions: { [DIMENSIONS.service]: "settle", [DIMENSIONS.outcome]: "FAILED" },
    });
    for (const name of ["resize", "convert", "settle"]) {
      const { environment } = prod.get(`aws_lambda_function.${name}`) as { environment: { variables: Body } };
      expect(environment.variables.METRICS_NAMESPACE).toBe("Darkroom/prod/media");
    }
  });

  it("of stuck jobs goes off when nobody looks for them any more, too, after three sweeps", () => {
    const [, stuck] = alarms.find(([id]) => id === "jobs_stuck") ?? [];
    const others = alarms.filter(([id]) => id !== "jobs_stuck");

    expect(stuck).toMatchObject({ treat_missing_data: "breaching", period: 300, evaluation_periods: 3 });
    expect(others.map(([, { treat_missing_data }]) => treat_missing_data)).toEqual(others.map(() => "notBreaching"));
  });

  it("waits for the oldest message longer than one crash hides it", () => {
    for (const name of ["resize", "convert"]) {
      const hidden = Number(prod.get(`aws_sqs_queue.${name}`).visibility_timeout_seconds);

      expect(Number(prod.get(`aws_cloudwatch_metric_alarm.${name}_age`).threshold)).toBeGreaterThan(hidden);
    }
  });

  it("goes off at its environment's own numbers", () => {
    const alarms = { ...SUBSCRIBED, thresholds: { apiErrors: 7, cdnErrorPercent: 2.5 } };
    const stack = synthesizeStack(devWith({ alarms, thresholds: { resizeQueueSeconds: 500 } }));
    const thresholdOf = (id: string) => stack.get(`aws_cloudwatch_metric_alarm.${id}`).threshold;

    expect(["api_errors", "cdn_errors", "resize_age"].map(thresholdOf)).toEqual([7, 2.5, 500]);
  });

  it("is not made, and not paid for, where an environment names nobody to tell", () => {
    const stack = synthesizeStack("dev");

    expect(stack.text).not.toMatch(/aws_cloudwatch_metric_alarm|aws_sns_topic/);
  });
});

describe("a topic of alarms", () => {
  it.each([
    ["alarms", "eu-central-1"],
    ["edge_alarms", "us-east-1"],
  ])("%s takes alarms of this environment and account alone, over TLS alone (P2, CKV_AWS_385)", (id, region) => {
    const [tlsOnly, alarm, ...others] = readStatements(prod.get(`aws_sns_topic_policy.${id}`));

    expect(tlsOnly).toMatchObject({ Effect: "Deny", Principal: "*", Action: "sns:Publish" });
    expect(tlsOnly?.Condition).toEqual({ Bool: { "aws:SecureTransport": "false" } });
    expect(alarm).toMatchObject({ Principal: { Service: "cloudwatch.amazonaws.com" }, Action: ["sns:Publish"] });
    expect(alarm?.Condition).toEqual({
      ArnLike: { "aws:SourceArn": `arn:aws:cloudwatch:${region}:333333333333:alarm:darkroom-prod-media-*` },
      StringEquals: { "aws:SourceAccount": "333333333333" },
    });
    for (const [, { alarm_name }] of alarms) expect(alarm_name).toMatch(/^darkroom-prod-media-/);
    expect(others).toEqual([]);
  });

  it("has its subscribers by mail and by https, each under an id of its own", () => {
    const subscribers = ["ops@example.com", "https://hooks.example.com/darkroom"];
    const stack = synthesizeStack(devWith({ alarms: { ...SUBSCRIBED, subscribers } }));

    expect(stack.get("aws_sns_topic_subscription.alarms_ops_example_com")).toMatchObject({
      protocol: "email",
      endpoint: "ops@example.com",
    });
    expect(stack.get("aws_sns_topic_subscription.edge_alarms_https_hooks_example_com_darkroom")).toMatchObject({
      protocol: "https",
      provider: "aws.edge",
    });
  });
});

describe.each([environments.staging, environments.prod])("the dashboard of $name", ({ name }) => {
  const stack = synthesizeStack(name);
  const { widgets } = JSON.parse(String(stack.get("aws_cloudwatch_dashboard.media").dashboard_body)) as {
    widgets: { type: string; x: number; y: number; width: number; height: number; properties: Body }[];
  };

  it("shows the functions, queues, API, distributions and figures that the stack has, each where AWS keeps it", () => {
    const text = JSON.stringify(widgets);
    const graphs = widgets.filter(({ type }) => type === "metric");

    for (const id of FUNCTION_NAMES) expect(text).toContain(ref(`aws_lambda_function.${id}.function_name`));
    for (const [id] of stack.list("aws_sqs_queue")) expect(text).toContain(ref(`aws_sqs_queue.${id}.name`));
    for (const id of ["cdn", "site"]) expect(text).toContain(ref(`aws_cloudfront_distribution.${id}.id`));
    for (const metric of Object.values(METRICS)) expect(text).toContain(`"Darkroom/${name}/media","${metric}"`);
    expect(text).toContain(ref("aws_apigatewayv2_api.api.id"));
    for (const { properties } of graphs) {
      const ofCloudFront = JSON.stringify(properties.metrics).includes("AWS/CloudFront");
      expect(properties.region).toBe(ofCloudFront ? "us-east-1" : "eu-central-1");
    }
  });

  it("lays nothing over anything else, within its 24 columns", () => {
    const cells = widgets.flatMap(({ x, y, width, height }) =>
      Array.from({ length: width * height }, (_, index) => `${x + (index % width)},${y + Math.floor(index / width)}`),
    );

    expect(new Set(cells).size).toBe(cells.length);
    expect(Math.max(...widgets.map(({ x, width }) => x + width))).toBe(24);
  });

  it("begins with the state of every alarm, those of us-east-1 in a widget of their own", () => {
    const shown = widgets.filter(({ type }) => type === "alarm").map(({ properties }) => properties.alarms as string[]);
    const declared = stack.list("aws_cloudwatch_metric_alarm");
    const arnsWhere = (isEdge: boolean) =>
      declared
        .filter(([, { provider }]) => (provider === "aws.edge") === isEdge)
        .map(([id]) => ref(`aws_cloudwatch_metric_alarm.${id}.arn`));

    expect(declared.length).toBeGreaterThan(0);
    expect(widgets[0]?.type).toBe("alarm");
    expect(shown.map((arns) => [...arns].sort())).toEqual([arnsWhere(false), arnsWhere(true)]);
  });
});

it("shows the alarms of a stack in us-east-1 in one widget", () => {
  const stack = synthesizeStack(devWith({ region: "us-east-1", alarms: SUBSCRIBED }));
  const { widgets } = JSON.parse(String(stack.get("aws_cloudwatch_dashboard.media").dashboard_body)) as {
    widgets: { type: string; properties: { alarms: string[] } }[];
  };
  const [shown, ...others] = widgets.filter(({ type }) => type === "alarm");

  expect(shown?.properties.alarms).toHaveLength(stack.list("aws_cloudwatch_metric_alarm").length);
  expect(others).toEqual([]);
});

describe("a saved query", () => {
  const queries = prod.list("aws_cloudwatch_query_definition");

  it.each(queries)("%s asks log groups of this stack", (_id, query) => {
    const groups = query.log_group_names as string[];

    expect(groups.length).toBeGreaterThan(0);
    for (const group of groups) expect(group).toMatch(/^\$\{aws_cloudwatch_log_group\.(\w+)\.name\}$/);
    expect(String(query.name)).toMatch(/^darkroom-prod-media\//);
  });

  it.each(queries)("%s asks for fields that our functions, Lambda or the API write", (_id, query) => {
    const access = String((prod.get("aws_apigatewayv2_stage.api").access_log_settings as Body).format);
    const written = listSources("lambdas").join("\n") + access + POWERTOOLS_AND_LAMBDA;
    const text = String(query.query_string).replaceAll(
      /"[^"]*"|latest|ispresent|count|stats|fields|filter|sort|limit/g,
      "",
    );
    const made = [...text.matchAll(/ as (\w+)/g)].map(([, name = ""]) => name);
    const fields = [...text.matchAll(/[A-Za-z][\w.]*/g)]
      .flatMap(([word]) => word.split("."))
      .filter((word) => !["as", "by", "and", "asc", "desc", "max", "pct", "log", "timestamp", ...made].includes(word));

    expect(fields.filter((field) => !new RegExp(`\\b${field}\\b`).test(written))).toEqual([]);
  });
});

/** What powertools adds to each line, and Lambda's own report line (platform.report). */
const POWERTOOLS_AND_LAMBDA = " level message service error name type record metrics maxMemoryUsedMB initDurationMs ";

function listSources(folder: string): string[] {
  return readdirSync(join(PROJECT_FOLDER, folder), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts"))
    .map((path) => readFileSync(join(PROJECT_FOLDER, folder, path), "utf8"));
}
