import { CloudwatchMetricAlarm } from "@cdktf/provider-aws/lib/cloudwatch-metric-alarm/index.js";
import type { AwsProvider } from "@cdktf/provider-aws/lib/provider/index.js";
import { SnsTopic } from "@cdktf/provider-aws/lib/sns-topic/index.js";
import { SnsTopicPolicy } from "@cdktf/provider-aws/lib/sns-topic-policy/index.js";
import { SnsTopicSubscription } from "@cdktf/provider-aws/lib/sns-topic-subscription/index.js";
import { Construct } from "constructs";
import { logicalIdOf, withLogicalId } from "../support/logical-id.ts";
import { globalName, type NamingScope, namePrefix } from "../support/naming.ts";
import { ACTIONS, denyPlainHttp, policyDocument, type ResourceStatement } from "../support/permissions.ts";
import { type RunbookSection, runbookLink } from "../support/runbook.ts";
import { isWholeBetween, type Rule, validateProps } from "../support/validate.ts";

export interface AlarmTopicProps {
  /** Of the stack, whatever region the topic is in. */
  readonly naming: NamingScope;
  /** E-mail addresses, and https addresses. Each is asked once to confirm. */
  readonly subscribers: readonly string[];
  /** Where the runbook can be read, without its section. @default alarms name its file */
  readonly runbookUrl?: string | undefined;
  /**
   * Another region than the stack's, for metrics that AWS keeps there: an alarm reads metrics of its own region, and tells
   * topics of its own region.
   * @default the stack's
   */
  readonly elsewhere?: { readonly region: string; readonly provider: AwsProvider };
}

/** A figure that CloudWatch keeps. */
export interface Metric {
  /** `AWS/Lambda` */
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  /** How the figures of one period become one. */
  readonly statistic: "Sum" | "Maximum" | "Average" | "p95";
}

export interface Alarm {
  /** The Terraform id: `resize_errors`. Its name is the same, with hyphens, within the system. */
  readonly id: string;
  /** What has happened: a sentence for somebody who was woken by it, up to 250 characters. */
  readonly meaning: string;
  readonly runbook: RunbookSection;
  readonly metric: Metric;
  /** A second figure that is added to the first. @default none */
  readonly plus?: Metric;
  /** It goes off at this value and above. */
  readonly atLeast: number;
  /** Seconds, in whole minutes. @default 300 */
  readonly periodSeconds?: number;
  /** In how many periods, one after another, 1–10. @default 1 */
  readonly periods?: number;
  /** Whether no figures at all are as bad: nobody counts any more. @default nothing happened, so nothing is wrong */
  readonly silenceIsBad?: boolean;
}

const RULES: readonly Rule<Alarm>[] = [
  {
    holds: ({ atLeast }) => atLeast > 0,
    problem: ({ id, atLeast }) => `${id}: atLeast is ${atLeast}; it must be above 0, or the alarm would always be on`,
  },
  {
    holds: ({ periodSeconds = 300 }) => periodSeconds % 60 === 0 && isWholeBetween(periodSeconds, 60, 86_400),
    problem: ({ id, periodSeconds }) =>
      `${id}: periodSeconds is ${periodSeconds}; it must be whole minutes, from 60 to 86400`,
  },
  {
    holds: ({ periods = 1 }) => isWholeBetween(periods, 1, 10),
    problem: ({ id, periods }) => `${id}: periods is ${periods}; it must be a whole number from 1 to 10`,
  },
  {
    holds: ({ meaning }) => meaning.endsWith("."),
    problem: ({ id, meaning }) => `${id}: meaning is "${meaning}"; it must be a sentence`,
  },
  {
    holds: ({ meaning }) => meaning.length <= 250,
    problem: ({ id, meaning }) => `${id}: meaning has ${meaning.length} characters; it must have at most 250`,
  },
];

/**
 * Where alarms are told: a topic that only this stack's alarms may publish to, over TLS, and whoever listens to it.
 *
 * Not with a KMS key: CloudWatch may only use one that we pay for ($1 a month and region), to hide for seconds names and
 * numbers that hold nothing of anybody's. SNS's own disks are encrypted, its deliveries go over TLS.
 */
export class AlarmTopic extends Construct {
  readonly arn: string;
  /** Of the alarms that were made for it so far. */
  readonly alarmArns: string[] = [];
  private readonly logicalId: string;
  private readonly naming: NamingScope;
  private readonly runbookUrl: string | undefined;
  private readonly provider: AwsProvider | undefined;

  constructor(scope: Construct, id: string, props: AlarmTopicProps) {
    super(scope, `${id}-topic`);
    this.logicalId = id;
    this.naming = props.naming;
    this.runbookUrl = props.runbookUrl;
    this.provider = props.elsewhere?.provider;
    this.arn = this.createTopic();
    this.createPolicy(props.elsewhere?.region ?? props.naming.region);
    for (const subscriber of props.subscribers) this.subscribe(subscriber);
  }

  /** Makes an alarm that is told here; `scope` is the construct whose resource it watches. */
  createAlarm(scope: Construct, alarm: Alarm): void {
    validateProps(scope, alarm, RULES);
    const resource = new CloudwatchMetricAlarm(scope, `alarm-${alarm.id}`, {
      provider: this.provider,
      // With the region, as us-east-1 may hold those of stacks in several.
      alarmName: globalName(this.naming, "other", alarm.id.replaceAll("_", "-")),
      alarmDescription: this.describe(alarm),
      ...(alarm.plus ? sumOf(alarm.metric, alarm.plus, alarm) : oneOf(alarm.metric, alarm)),
      comparisonOperator: "GreaterThanOrEqualToThreshold",
      threshold: alarm.atLeast,
      evaluationPeriods: alarm.periods ?? 1,
      treatMissingData: alarm.silenceIsBad ? "breaching" : "notBreaching",
      alarmActions: [this.arn],
      okActions: [this.arn],
    });
    this.alarmArns.push(withLogicalId(resource, alarm.id).arn);
  }

  /** No full stop behind an address: mail programs would make it part of the link. */
  private describe({ meaning, runbook }: Alarm): string {
    const link = runbookLink(runbook, this.runbookUrl);
    return `${meaning} See ${link}${this.runbookUrl ? "" : "."}`;
  }

  private createTopic(): string {
    const { naming, provider } = this;
    const topic = new SnsTopic(this, "topic", { provider, name: globalName(naming, "other", "alarms") });
    return withLogicalId(topic, this.logicalId).arn;
  }

  private createPolicy(region: string): void {
    const policy = policyDocument([denyPlainHttp("sns:Publish", [this.arn]), this.allowAlarms(region)]);
    withLogicalId(
      new SnsTopicPolicy(this, "policy", { provider: this.provider, arn: this.arn, policy }),
      this.logicalId,
    );
  }

  private allowAlarms(region: string): ResourceStatement {
    const { accountId } = this.naming;
    return {
      Sid: "Alarms",
      Effect: "Allow",
      Principal: { Service: "cloudwatch.amazonaws.com" },
      Action: ACTIONS.publishAlarms,
      Resource: this.arn,
      Condition: {
        ArnLike: { "aws:SourceArn": `arn:aws:cloudwatch:${region}:${accountId}:alarm:${namePrefix(this.naming)}-*` },
        StringEquals: { "aws:SourceAccount": accountId },
      },
    };
  }

  /** By its address and not by its place in the list, so that taking one out leaves the others alone. */
  private subscribe(subscriber: string): void {
    const protocol = subscriber.startsWith("https://") ? "https" : "email";
    const id = `${this.logicalId}_${logicalIdOf(subscriber)}`;
    withLogicalId(
      new SnsTopicSubscription(this, id, {
        provider: this.provider,
        topicArn: this.arn,
        protocol,
        endpoint: subscriber,
      }),
      id,
    );
  }
}

function oneOf({ namespace, name, dimensions, statistic }: Metric, { periodSeconds: period = 300 }: Alarm) {
  const how = statistic === "p95" ? { extendedStatistic: statistic } : { statistic };
  return { namespace, metricName: name, dimensions: { ...dimensions }, period, ...how };
}

function sumOf(first: Metric, second: Metric, { meaning, periodSeconds: period = 300 }: Alarm) {
  const query = (id: string, { namespace, name, dimensions, statistic }: Metric) => ({
    id,
    metric: { namespace, metricName: name, dimensions: { ...dimensions }, period, stat: statistic },
  });
  const sum = { id: "sum", expression: "first + second", label: meaning, returnData: true };
  return { metricQuery: [query("first", first), query("second", second), sum] };
}
