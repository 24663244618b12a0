import { describe, expect, it } from "vitest";
import { MEDIA_WAIVERS } from "../../../stacks/media/waivers.ts";
import { PolicyStack } from "../../../stacks/policy/policy-stack.ts";
import { listFindings, reviewStacks } from "../../../stacks/policy/review.ts";
import { THREAT_IDS } from "../../../stacks/policy/rule.ts";
import { getRule, RULE_IDS, RULE_TOPICS, type RuleId } from "../../../stacks/policy/rules/index.ts";
import { ACCOUNT_WAIVERS } from "../../../stacks/policy/waivers.ts";
import { ENVIRONMENT_NAMES } from "../../../stacks/support/environment.ts";
import { synthesizeStack } from "../synthesized.ts";
import { ALARM_CASES } from "./cases/alarms.ts";
import { API_CASES } from "./cases/api.ts";
import { BUCKET_CASES } from "./cases/buckets.ts";
import type { Case, Change, Document } from "./cases/case.ts";
import { CDN_CASES } from "./cases/cdn.ts";
import { FUNCTION_CASES } from "./cases/functions.ts";
import { POLICY_CASES } from "./cases/policies.ts";
import { QUEUE_CASES } from "./cases/queues.ts";
import { SETTING_CASES } from "./cases/settings.ts";
import { STORE_CASES } from "./cases/stores.ts";

/** A rule without a case does not compile. */
const CASES: Readonly<Record<RuleId, readonly Case[]>> = {
  ...BUCKET_CASES,
  ...POLICY_CASES,
  ...QUEUE_CASES,
  ...FUNCTION_CASES,
  ...STORE_CASES,
  ...API_CASES,
  ...CDN_CASES,
  ...ALARM_CASES,
  ...SETTING_CASES,
};

/** Types that no rule looks at by name, each with the reason. */
const NOTHING_TO_PROMISE: Readonly<Record<string, string>> = {
  aws_lambda_layer_version: "a file of the build, seen by this account alone",
  aws_cloudwatch_dashboard: "shows figures and does nothing",
  aws_cloudwatch_query_definition: "a saved question; asking it takes permissions of its own",
  aws_budgets_budget: "counts money and does nothing",
  aws_cloudwatch_event_rule: "says when, and nothing else",
  aws_cloudwatch_event_target: "what it calls has to let it in (function-caller)",
};

const PROD = JSON.parse(synthesizeStack("prod").text) as Document;

/** The addresses that a rule names in prod's stack, after a change. */
function listNamed(rule: RuleId, change: Change = () => undefined): readonly string[] {
  const document = structuredClone(PROD);
  change(document);
  return listFindings(new PolicyStack(document))
    .filter((finding) => finding.rule === rule)
    .map(({ address }) => address);
}

describe.each(Object.entries(RULE_TOPICS))("%s:", (_topic, rules) => {
  it.each(Object.entries(rules).map(([id, rule]) => [rule.promise, [id, ...rule.scannerIds].join(", "), id as RuleId]))(
    "%s (%s)",
    (_promise, _ids, rule) => {
      for (const { address, defence, change } of CASES[rule]) {
        const [before, after] = [listNamed(rule), listNamed(rule, change)];

        expect(before.includes(address), `${address}, before`).toBe(defence === "in");
        expect(after.includes(address), `${address}, with the defence ${defence}`).toBe(defence === "out");
      }
      expect(CASES[rule].length).toBeGreaterThan(0);
    },
  );
});

describe("the rules", () => {
  it.each(ENVIRONMENT_NAMES)("hold for %s, but for what is excused", (name) => {
    const stack = new PolicyStack(JSON.parse(synthesizeStack(name).text));

    expect(reviewStacks([stack], [...ACCOUNT_WAIVERS, ...MEDIA_WAIVERS], "2026-11-21").violations).toEqual([]);
  });

  it("stand for each check of a scanner once", () => {
    const ids = RULE_IDS.flatMap((id) => getRule(id).scannerIds);

    expect(ids.filter((id) => !/^(CKV2?_AWS_\d{1,3}|AWS-\d{4})$/.test(id))).toEqual([]);
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
  });

  it("hold up every row of the threat model that a stack can show", () => {
    const held = new Set(RULE_IDS.flatMap((id) => getRule(id).threats));

    expect(THREAT_IDS.filter((id) => !held.has(id))).toEqual([]);
  });

  it("look at every type that a stack declares, or it is written why not", () => {
    const looked = new Set(RULE_IDS.flatMap((id) => getRule(id).resourceTypes));
    const declared = new Set(new PolicyStack(PROD).resources.map(({ type }) => type));
    // What says something of another resource is looked at with it.
    const isCompanion = (type: string) =>
      /^aws_s3_bucket_|^aws_sqs_queue_redrive|^aws_cloudfront_origin_access/.test(type);

    const forgotten = [...declared].filter((type) => !looked.has(type) && !isCompanion(type));
    expect(forgotten.filter((type) => !NOTHING_TO_PROMISE[type])).toEqual([]);
  });
});

describe("a synthesized stack", () => {
  it("is read alike whether a block is an object or a list of one", () => {
    const document = structuredClone(PROD);
    const table = document.resource.aws_dynamodb_table?.jobs ?? {};
    for (const block of ["point_in_time_recovery", "server_side_encryption", "ttl"]) table[block] = [table[block]];

    expect(listFindings(new PolicyStack(document))).toEqual(listFindings(new PolicyStack(PROD)));
  });
});
