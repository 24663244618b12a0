import { textsOf } from "../policy-stack.ts";
import { type Rule, unless } from "../rule.ts";

export const ALARM_RULES = {
  "topic-encrypted": {
    threats: [],
    scannerIds: ["CKV_AWS_26", "AWS-0095", "AWS-0136"],
    resourceTypes: ["aws_sns_topic"],
    promise: "Every topic is encrypted with a key of ours.",
    why: "Without a key, messages wait on disks that only AWS's own encryption covers.",
    check: ({ body }) => unless(body.kms_master_key_id !== undefined, "has no key"),
  },
  "topic-told-safely": {
    threats: [],
    scannerIds: [],
    resourceTypes: ["aws_sns_topic_subscription"],
    promise: "Nobody is told over plain HTTP.",
    why: "What is wrong with us would cross the network readable.",
    check: ({ body }) => unless(body.protocol !== "http", "tells over plain HTTP"),
  },
  "alarm-tells": {
    threats: ["E7"],
    scannerIds: ["CKV_AWS_319"],
    resourceTypes: ["aws_cloudwatch_metric_alarm"],
    promise: "Every alarm tells somebody.",
    why: "It would be red on a page that nobody looks at.",
    check: ({ body }) => [
      ...unless(body.actions_enabled !== false, "has its actions switched off"),
      ...unless(textsOf(body.alarm_actions).length > 0, "tells nobody"),
    ],
  },
  "alarm-runbook": {
    threats: ["E7"],
    scannerIds: [],
    resourceTypes: ["aws_cloudwatch_metric_alarm"],
    promise: "Every alarm names its section of the runbook.",
    why: "Whoever is woken by it would have to find out alone what to do.",
    check: ({ body }) =>
      unless(
        /(docs\/runbook\.md|https:\/\/\S+)#[a-z0-9-]+/.test(String(body.alarm_description)),
        "names no section of docs/runbook.md, or of its address",
      ),
  },
} as const satisfies Record<string, Rule>;
