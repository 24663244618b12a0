import type { Rule } from "../rule.ts";
import { ALARM_RULES } from "./alarms.ts";
import { API_RULES } from "./api.ts";
import { BUCKET_RULES } from "./buckets.ts";
import { CDN_RULES } from "./cdn.ts";
import { FUNCTION_RULES } from "./functions.ts";
import { POLICY_RULES } from "./policies.ts";
import { QUEUE_RULES } from "./queues.ts";
import { SETTING_RULES } from "./settings.ts";
import { STORE_RULES } from "./stores.ts";

/** By topic, in the order in which the page tells of them. */
export const RULE_TOPICS = {
  Buckets: BUCKET_RULES,
  Permissions: POLICY_RULES,
  Queues: QUEUE_RULES,
  Functions: FUNCTION_RULES,
  "Table and logs": STORE_RULES,
  API: API_RULES,
  CDN: CDN_RULES,
  Alarms: ALARM_RULES,
  "Provider, state, outputs, everything": SETTING_RULES,
} as const satisfies Record<string, Record<string, Rule>>;

/** Every rule, by its id. */
export const RULES = {
  ...BUCKET_RULES,
  ...POLICY_RULES,
  ...QUEUE_RULES,
  ...FUNCTION_RULES,
  ...STORE_RULES,
  ...API_RULES,
  ...CDN_RULES,
  ...ALARM_RULES,
  ...SETTING_RULES,
} as const satisfies Record<string, Rule>;

export type RuleId = keyof typeof RULES;

export const RULE_IDS = Object.keys(RULES) as readonly RuleId[];

/** One rule, without the narrow types of its record. */
export function getRule(id: RuleId): Rule {
  return RULES[id];
}
