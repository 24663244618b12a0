import { CloudwatchEventRule } from "@cdktf/provider-aws/lib/cloudwatch-event-rule/index.js";
import { CloudwatchEventTarget } from "@cdktf/provider-aws/lib/cloudwatch-event-target/index.js";
import { Construct } from "constructs";
import { withLogicalId } from "../support/logical-id.ts";
import { isWholeBetween, type Rule, validateProps } from "../support/validate.ts";
import type { NodeFunction } from "./node-function.ts";

export interface ScheduleProps {
  /** Up to 64 characters. */
  readonly ruleName: string;
  readonly description: string;
  /** Minutes between calls, 1–1440. */
  readonly everyMinutes: number;
  readonly target: NodeFunction;
}

const RULES: readonly Rule<ScheduleProps>[] = [
  {
    holds: ({ ruleName }) => /^[A-Za-z0-9._-]{1,64}$/.test(ruleName),
    problem: ({ ruleName }) => `ruleName "${ruleName}" must be 1 to 64 letters, digits, dots, hyphens and underscores`,
  },
  {
    holds: ({ everyMinutes }) => isWholeBetween(everyMinutes, 1, 1440),
    problem: ({ everyMinutes }) => `everyMinutes is ${everyMinutes}; it must be a whole number from 1 to 1440`,
  },
];

/** Calls a function at a steady rate, for as long as the stack stands. */
export class Schedule extends Construct {
  constructor(scope: Construct, id: string, props: ScheduleProps) {
    super(scope, `${id}-schedule`);
    validateProps(this, props, RULES);
    const rule = withLogicalId(
      new CloudwatchEventRule(this, "rule", {
        name: props.ruleName,
        description: props.description,
        // AWS refuses "rate(1 minutes)".
        scheduleExpression: `rate(${props.everyMinutes} ${props.everyMinutes === 1 ? "minute" : "minutes"})`,
      }),
      id,
    );
    withLogicalId(
      new CloudwatchEventTarget(this, "target", { rule: rule.name, targetId: id, arn: props.target.arn }),
      id,
    );
    props.target.allowCallFrom("schedule", "events.amazonaws.com", rule.arn);
  }
}
