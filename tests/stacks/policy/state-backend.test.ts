import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PolicyStack } from "../../../stacks/policy/policy-stack.ts";
import { listFindings, listWaiverProblems, reviewStacks } from "../../../stacks/policy/review.ts";
import { getRule, RULE_IDS } from "../../../stacks/policy/rules/index.ts";
import { requireStateBackendPolicies } from "../../../stacks/policy/state-backend.ts";
import { STATE_BACKEND_WAIVERS } from "../../../stacks/policy/waivers.ts";
import { ENVIRONMENT_NAMES } from "../../../stacks/support/environment.ts";
import { KNOWN_TYPES } from "../../../terraform-state-backend/resource-permissions.ts";
import { parseSettings, type SettingsInput } from "../../../terraform-state-backend/settings-form.ts";
import type { StateBackendProps } from "../../../terraform-state-backend/state-backend-stack.ts";
import { type StackCheck, synthesizeStateBackend } from "../../../terraform-state-backend/synthesize.ts";
import { listProblems } from "../problems.ts";

const PLACE = { accountId: "111111111111", region: "eu-central-1" } as const;
const REPOSITORY = "octo-org@123456/darkroom@456789";
const BEFORE_ALL_EXPIRE = new Date("2026-11-21");

const EVERYTHING: SettingsInput = { github: { repository: REPOSITORY }, lockTable: true };
const ADOPTED = { bucket: true, lockTable: true, roles: ["darkroom-terraform-plan-eu-central-1"] };
const VARIANTS: readonly (readonly [string, SettingsInput, Partial<StateBackendProps>])[] = [
  ["a bucket alone", {}, {}],
  ["a bucket alone, its own state in a file", {}, { ownState: "file" }],
  ["roles for GitHub", { github: { repository: REPOSITORY } }, {}],
  ["roles for a repository without ids", { github: { repository: "octo-org/darkroom" } }, {}],
  ["a lock table", { lockTable: true }, {}],
  ["everything, adopted", EVERYTHING, { adopted: ADOPTED, ownsGithubProvider: false }],
];
/** Types that no rule looks at by name, each with the reason. */
const NOTHING_TO_PROMISE: Readonly<Record<string, string>> = {
  aws_iam_openid_connect_provider: "whom it lets in is what the roles trust (policy-trust)",
};

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "darkroom-backend-policy-"));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function synthesize(settings: SettingsInput, props: Partial<StateBackendProps> = {}, check?: StackCheck) {
  const output = mkdtempSync(join(folder, "out-"));
  const wanted = {
    ...PLACE,
    environments: ENVIRONMENT_NAMES,
    types: KNOWN_TYPES,
    settings: parseSettings(settings),
    ...props,
  };
  const text = readFileSync(join(synthesizeStateBackend(output, wanted, check), "cdk.tf.json"), "utf8");
  return new PolicyStack(JSON.parse(text));
}

describe("the state backend", () => {
  it.each(VARIANTS)("with %s breaks no rule but where it is excused", (_what, settings, props) => {
    const stack = synthesize(settings, props);

    expect(reviewStacks([stack], STATE_BACKEND_WAIVERS, "2026-11-21").violations).toEqual([]);
  });

  it("needs each waiver in every place that it names, none is past its day, and each says why, for a year at most", () => {
    const stacks = VARIANTS.map(([, settings, props]) => synthesize(settings, props));
    const today = new Date().toISOString().slice(0, 10);

    expect(reviewStacks(stacks, STATE_BACKEND_WAIVERS, today)).toEqual({ violations: [], expired: [], unused: [] });
    expect(listWaiverProblems(STATE_BACKEND_WAIVERS)).toEqual([]);
  });

  it("declares no type that the rules do not look at, or it is written why not", () => {
    const looked = new Set(RULE_IDS.flatMap((id) => getRule(id).resourceTypes));
    const declared = new Set(synthesize(EVERYTHING).resources.map(({ type }) => type));

    const forgotten = [...declared].filter((type) => !looked.has(type) && !type.startsWith("aws_s3_bucket_"));
    expect(forgotten.filter((type) => !NOTHING_TO_PROMISE[type])).toEqual([]);
  });

  it("is excused for its apply roles and not for the plan role, which a pull request's code wears", () => {
    const escalating = listFindings(synthesize(EVERYTHING)).filter(({ rule }) => rule === "policy-no-escalation");

    expect([...new Set(escalating.map(({ address }) => address))].sort()).toEqual([
      "aws_iam_role_policy.apply_dev",
      "aws_iam_role_policy.apply_prod",
      "aws_iam_role_policy.apply_staging",
    ]);
  });
});

describe("a role for GitHub", () => {
  it("trusts exact subjects wherever the repository is named with its ids", () => {
    const repositories = [REPOSITORY, "octo-org/darkroom"];
    const findings = repositories.map((repository) => listFindings(synthesize({ github: { repository } })));

    expect(findings.map((list) => list.filter(({ rule }) => rule === "policy-trust").length)).toEqual([0, 4]);
  });
});

describe("at bootstrap, a state backend", () => {
  const check = (waivers = STATE_BACKEND_WAIVERS, today = BEFORE_ALL_EXPIRE): StackCheck => {
    return (document) => requireStateBackendPolicies(document, waivers, today);
  };

  it("that breaks rules is not written: each is named with its resource", () => {
    const withoutKeys = STATE_BACKEND_WAIVERS.filter(({ rule }) => !rule.endsWith("-customer-key"));
    const output = join(folder, "refused");
    const props = { ...PLACE, environments: ["dev"], types: KNOWN_TYPES, settings: parseSettings(EVERYTHING) };

    expect(listProblems(() => synthesizeStateBackend(output, props, check(withoutKeys)))).toEqual([
      expect.stringContaining("aws_s3_bucket.state: is not encrypted with a KMS key (bucket-customer-key"),
      expect.stringContaining("aws_dynamodb_table.locks: is not encrypted with a key of ours (table-customer-key"),
    ]);
    expect(readdirSync(output, { recursive: true }).filter((file) => String(file).endsWith(".json"))).toEqual([]);
  });

  it("that is excused is written as it is without the check", () => {
    const stack = synthesize(EVERYTHING, {}, check());

    expect(stack.resources).toEqual(synthesize(EVERYTHING).resources);
  });

  it("is refused with a waiver that is past its day", () => {
    const problems = listProblems(() => synthesize({}, {}, check(STATE_BACKEND_WAIVERS, new Date("2040-01-01"))));

    expect(problems.length).toBeGreaterThan(3);
    expect(problems.filter((problem) => !problem.includes("expired on 2027-"))).toEqual([]);
  });
});
