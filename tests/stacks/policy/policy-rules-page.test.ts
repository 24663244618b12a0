import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { formatPolicyRules, POLICY_RULES_PAGE } from "../../../docs/policy-rules.ts";

it("docs/policy-rules.md says what the rules and waivers are; `npx tsx docs/policy-rules.ts` brings it up to date", async () => {
  expect(await readFile(POLICY_RULES_PAGE, "utf8")).toBe(formatPolicyRules());
});
