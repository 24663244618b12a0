import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { type Rule, THREAT_IDS, type ThreatId } from "../stacks/policy/rule.ts";
import { getRule, RULE_IDS, RULE_TOPICS } from "../stacks/policy/rules/index.ts";
import type { Waiver } from "../stacks/policy/waiver.ts";
import { ACCOUNT_WAIVERS, STATE_BACKEND_WAIVERS } from "../stacks/policy/waivers.ts";
import { ENVIRONMENT_NAMES } from "../stacks/support/environment.ts";
import { SYSTEMS } from "../systems.ts";
import { formatTable } from "./format-table.ts";
import { THREATS } from "./threat-model.ts";

/** Writes docs/policy-rules.md from the rules and the waivers: `npx tsx docs/policy-rules.ts`. A test says when it is due. */

export const POLICY_RULES_PAGE = fileURLToPath(new URL("./policy-rules.md", import.meta.url));

const WAIVER_HEAD = ["rule", "resources", "reason", "until"];

export function formatPolicyRules(): string {
  const scannerIds = RULE_IDS.flatMap((id) => getRule(id).scannerIds);
  return `# Policy rules

Made from \`stacks/policy/\` by \`npx tsx docs/policy-rules.ts\`; do not edit it by hand.

${RULE_IDS.length} rules, which stand for ${scannerIds.length} checks of public scanners (checkov: \`CKV_…\`, trivy: \`AWS-…\`). They read what
Terraform reads. A stack that breaks one is not synthesized: every finding of every stack is named, and nothing is left
that could be planned. \`npm test\` takes each defence out of a stack and sees that its rule names it. \`npm run bootstrap\`
holds the state backend against the same rules, with waivers of its own, before Terraform sees it.

To differ from a rule, add a waiver to the system's own \`stacks/<system>/waivers.ts\`: rule, resources, stacks, reason, and a
day within a year. What stands in \`stacks/policy/waivers.ts\` excuses every system: it never names a bucket, a table or a log. A
waiver that excuses nothing any more fails, in \`npm test\` and when all environments are synthesized. One that is past its
day fails too; at synthesis it is a warning where all environments are unprotected (\`isProtected: false\`), so that an old
checkout still starts on a laptop.

To add a rule, add it to its topic in \`stacks/policy/rules/\`, and a way to break it in \`tests/stacks/policy/cases/\`:
without one the tests do not compile. A Terraform type that no rule looks at fails a test, until a rule does or it is
written there why none has to.

## What the rules hold up

Each row is one of [threats.md](threats.md).

${formatTable(
  ["threat", "defence", "rules"],
  THREAT_IDS.map((id) => [id, THREATS[id].defence, listRulesFor(id)]),
)}

${Object.entries(RULE_TOPICS)
  .map(([topic, rules]) => formatTopic(topic, rules))
  .join("\n\n")}

## Where every system differs

${formatTable(WAIVER_HEAD, ACCOUNT_WAIVERS.map(formatWaiver))}

${SYSTEMS.filter(({ waivers }) => waivers.length > 0)
  .map(({ name, waivers }) => `## Where ${name} differs\n\n${formatTable(WAIVER_HEAD, waivers.map(formatWaiver))}`)
  .join("\n\n")}

## Where the state backend differs

${formatTable(WAIVER_HEAD, STATE_BACKEND_WAIVERS.map(formatWaiver))}
`;
}

function formatTopic(topic: string, rules: Readonly<Record<string, Rule>>): string {
  const rows = Object.entries(rules).map(([id, rule]) => [
    `\`${id}\``,
    rule.promise,
    rule.why,
    [...rule.threats, ...rule.scannerIds].join(", ") || "–",
  ]);
  return `## ${topic}\n\n${formatTable(["rule", "what holds", "otherwise", "threats, scanners' ids"], rows)}`;
}

function listRulesFor(threat: ThreatId): string {
  return RULE_IDS.filter((id) => getRule(id).threats.includes(threat))
    .map((id) => `\`${id}\``)
    .join(", ");
}

function formatWaiver({ rule, resources, stacks = [], reason, until }: Waiver): string[] {
  const places = resources.map((resource) => `\`${resource}\``).join(", ");
  const isEverywhere = stacks.length === 0 || stacks.length === ENVIRONMENT_NAMES.length;
  return [`\`${rule}\``, isEverywhere ? places : `${places} in ${stacks.join(", ")}`, reason, until];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeFile(POLICY_RULES_PAGE, formatPolicyRules());
