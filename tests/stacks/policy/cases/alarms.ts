import type { ALARM_RULES } from "../../../../stacks/policy/rules/alarms.ts";
import { type Case, declare, out, putIn, set } from "./case.ts";

const ALARM = "aws_cloudwatch_metric_alarm.api_errors";
const HOOK = "aws_sns_topic_subscription.hook";

export const ALARM_CASES = {
  "topic-encrypted": [
    putIn("aws_sns_topic.alarms", set("aws_sns_topic.alarms", "kms_master_key_id", "arn:aws:kms:of-ours")),
  ],
  "topic-told-safely": [out(HOOK, declare(HOOK, { protocol: "http", endpoint: "http://hook.example.com" }))],
  "alarm-tells": [out(ALARM, set(ALARM, "actions_enabled", false)), out(ALARM, set(ALARM, "alarm_actions", []))],
  "alarm-runbook": [out(ALARM, set(ALARM, "alarm_description", "The API answers 500 and above."))],
} satisfies Record<keyof typeof ALARM_RULES, readonly Case[]>;
