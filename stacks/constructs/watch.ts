import { AwsProvider, type AwsProviderConfig } from "@cdktf/provider-aws/lib/provider/index.js";
import type { TerraformStack } from "cdktf";
import type { AlarmSettings, AlarmThresholds } from "../support/alarm-settings.ts";
import type { NamingScope } from "../support/naming.ts";
import { AlarmTopic } from "./alarm-topic.ts";
import type { CdnAlarms } from "./cdn.ts";
import type { AlarmGroup } from "./dashboard.ts";
import type { ApiAlarms } from "./http-api.ts";
import type { FunctionAlarms } from "./node-function.ts";

/** The only region that has CloudFront's metrics, wherever a stack is: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/programming-cloudwatch-metrics.html */
export const EDGE_REGION = "us-east-1";

/** Who is told of what goes wrong in a stack, and how much is too much. Constructs make the alarms of what they make. */
export class Watch {
  readonly topic: AlarmTopic;
  readonly thresholds: AlarmThresholds;
  private edgeTopic: AlarmTopic | undefined;

  /** `provider` is the stack's own, for its copy in another region. */
  constructor(
    private readonly stack: TerraformStack,
    private readonly settings: AlarmSettings,
    private readonly naming: NamingScope,
    private readonly provider: AwsProviderConfig,
  ) {
    const { subscribers, runbookUrl, thresholds } = settings;
    this.topic = new AlarmTopic(stack, "alarms", { naming, subscribers, runbookUrl });
    this.thresholds = thresholds;
  }

  ofFunctions(): FunctionAlarms {
    return { topic: this.topic, errors: this.thresholds.functionErrors, throttles: this.thresholds.functionThrottles };
  }

  ofApi(): ApiAlarms {
    return { topic: this.topic, errors: this.thresholds.apiErrors, p95Ms: this.thresholds.apiLatencyMs };
  }

  ofCdn(): CdnAlarms {
    return { topic: this.getEdgeTopic(), errorPercent: this.thresholds.cdnErrorPercent };
  }

  /** For a dashboard: the alarms that were made so far. */
  listGroups(): AlarmGroup[] {
    const own = { title: "Alarms", arns: this.topic.alarmArns };
    const { edgeTopic } = this;
    if (!edgeTopic || edgeTopic === this.topic) return [own];
    return [own, { title: `Alarms in ${EDGE_REGION}`, arns: edgeTopic.alarmArns }];
  }

  /** CloudFront's metrics are in one region, and an alarm tells topics of its own region alone: made where one is asked for. */
  private getEdgeTopic(): AlarmTopic {
    this.edgeTopic ??= this.naming.region === EDGE_REGION ? this.topic : this.createEdgeTopic();
    return this.edgeTopic;
  }

  private createEdgeTopic(): AlarmTopic {
    const { stack, naming, provider } = this;
    const { subscribers, runbookUrl } = this.settings;
    const edge = new AwsProvider(stack, "aws-edge", { ...provider, alias: "edge", region: EDGE_REGION });
    const elsewhere = { region: EDGE_REGION, provider: edge };
    return new AlarmTopic(stack, "edge_alarms", { naming, subscribers, runbookUrl, elsewhere });
  }
}
