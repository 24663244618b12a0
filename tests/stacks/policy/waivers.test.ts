import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { synthesize, writeHcl } from "../../../stacks/app.ts";
import { PolicyStack } from "../../../stacks/policy/policy-stack.ts";
import { listWaiverProblems, reviewStacks } from "../../../stacks/policy/review.ts";
import type { Waiver } from "../../../stacks/policy/waiver.ts";
import { ACCOUNT_WAIVERS } from "../../../stacks/policy/waivers.ts";
import { ENVIRONMENT_NAMES, type EnvironmentName, parseEnvironments } from "../../../stacks/support/environment.ts";
import { type HouseEnvironmentInput, SYSTEMS } from "../../../systems.ts";
import { entryOf, environments } from "../../support/environments.ts";
import { writeFixtureArtifacts } from "../fixture-artifacts.ts";
import { listProblems } from "../problems.ts";
import { DOMAIN, synthesizeStack } from "../synthesized.ts";

const WAIVERS = [...ACCOUNT_WAIVERS, ...SYSTEMS.flatMap(({ waivers }) => waivers)];

const WAIVER: Waiver = {
  rule: "cdn-waf",
  resources: ["aws_cloudfront_distribution.cdn"],
  reason: "Long enough to say why, and what holds instead of it.",
  since: "2026-01-01",
  until: "2026-06-01",
};
const BEFORE_ALL_EXPIRE = new Date("2026-11-21");
const LONG_AFTER = new Date("2040-01-01");

let folder: string;
let artifactsFolder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "darkroom-policy-"));
  artifactsFolder = writeFixtureArtifacts(join(folder, "dist"));
});

afterAll(() => rmSync(folder, { recursive: true }));

function optionsFor(names: readonly EnvironmentName[], waivers: readonly Waiver[], today = BEFORE_ALL_EXPIRE) {
  const outputFolder = join(mkdtempSync(join(folder, "out-")), "cdktf.out");
  return {
    systems: SYSTEMS,
    environments: names.map((name) => environments[name]),
    artifactsFolder,
    outputFolder,
    waivers,
    today,
  };
}

describe("the waivers of this project", () => {
  const stacks = ENVIRONMENT_NAMES.map((name) => new PolicyStack(JSON.parse(synthesizeStack(name).text)));

  it("each excuse something, in every place that they name, and none is past its day", () => {
    const today = new Date().toISOString().slice(0, 10);

    expect(reviewStacks(stacks, WAIVERS, today)).toEqual({ violations: [], expired: [], unused: [] });
  });

  it("each say why, for a year at most", () => {
    expect(listWaiverProblems(WAIVERS)).toEqual([]);
  });

  it("of the whole account are few, and never excuse what holds people's data or tells of it", () => {
    const excused = ACCOUNT_WAIVERS.flatMap(({ resources }) => resources);

    expect(excused.length).toBeLessThan(8);
    expect(excused.filter((resource) => /^(\*|aws_(s3_|dynamodb_|cloudwatch_log))/.test(resource))).toEqual([]);
  });

  it("of a system name their stacks, and none of another system's", () => {
    for (const { name, waivers } of SYSTEMS) {
      const stacks = waivers.flatMap((waiver) => waiver.stacks ?? ["all"]);

      expect(stacks.filter((stack) => !stack.endsWith(`-${name}`))).toEqual([]);
    }
  });

  it("are all needed: without any, the stacks break rules", () => {
    const rules = new Set(WAIVERS.map(({ rule }) => rule));
    const { violations } = reviewStacks(stacks, [], "2026-11-21");

    for (const rule of rules) {
      expect(
        violations.some(({ message }) => message.includes(`(${rule}`)),
        rule,
      ).toBe(true);
    }
  });
});

describe("a waiver", () => {
  const stack = new PolicyStack(JSON.parse(synthesizeStack("prod").text));
  const review = (waiver: Partial<Waiver>, today = "2026-03-01") =>
    reviewStacks([stack], [{ ...WAIVER, ...waiver }], today);

  it("excuses its resource, and no other", () => {
    const excused = (it: ReturnType<typeof review>) =>
      !it.violations.some(({ path }) => path.endsWith("distribution.cdn"));
    const wafOnly = (it: ReturnType<typeof review>) => ({
      ...it,
      violations: it.violations.filter(({ message }) => message.includes("(cdn-waf")),
    });

    expect(excused(wafOnly(review({})))).toBe(true);
    expect(wafOnly(review({})).violations.map(({ path }) => path)).toEqual([
      "darkroom-prod-media, aws_cloudfront_distribution.site",
    ]);
    expect(wafOnly(review({ resources: ["aws_cloudfront_distribution.*"] })).violations).toEqual([]);
    expect(wafOnly(review({ stacks: ["darkroom-dev-media"] })).violations).toHaveLength(2);
  });

  it("that excuses nothing is named, resource by resource and stack by stack", () => {
    const unused = (waiver: Partial<Waiver>) => review(waiver).unused.map(({ message }) => message);

    expect(unused({})).toEqual([]);
    expect(unused({ resources: [...WAIVER.resources, "aws_cloudfront_distribution.old"] })).toEqual([
      "excuses nothing at aws_cloudfront_distribution.old; delete it",
    ]);
  });

  it("has to earn its place in each stack that it names, of those that are there", () => {
    const dev = new PolicyStack(JSON.parse(synthesizeStack("dev").text));
    const kept: Waiver = {
      ...WAIVER,
      rule: "table-kept",
      resources: ["aws_dynamodb_table.jobs"],
      stacks: ["darkroom-dev-media", "darkroom-prod-media", "darkroom-staging-media"],
    };

    expect(reviewStacks([dev, stack], [kept], "2026-03-01").unused.map(({ message }) => message)).toEqual([
      "excuses nothing at aws_dynamodb_table.jobs in darkroom-prod-media; delete it",
    ]);
  });

  it("ends on its day", () => {
    expect(review({}, "2026-05-31").expired).toEqual([]);
    expect(review({}, "2026-06-01").expired).toEqual([
      {
        path: "the waiver of cdn-waf for aws_cloudfront_distribution.cdn",
        message: expect.stringContaining("expired on 2026-06-01"),
      },
    ]);
  });

  it.each<[string, Partial<Waiver>]>([
    ["lasts for more than a year", { until: "2027-01-03" }],
    ["ends before it begins", { until: "2025-12-31" }],
    ["has a day that is none", { until: "soon" }],
    ["gives no reason", { reason: "not needed" }],
    ["names no resource", { resources: [] }],
  ])("that %s is refused", (_what, changes) => {
    expect(listWaiverProblems([WAIVER])).toEqual([]);
    expect(listWaiverProblems([{ ...WAIVER, ...changes }])).toHaveLength(1);
  });
});

function listFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true }).map(String).sort();
}

describe("a stack that breaks a rule", () => {
  const withoutWaf = WAIVERS.filter(({ rule }) => rule !== "cdn-waf" && rule !== "api-authorized");

  it("does not synthesize; all findings of all stacks are named at once, and nothing is left to plan", () => {
    const options = optionsFor(["dev", "prod"], withoutWaf);

    const problems = listProblems(() => synthesize(options));

    expect(problems).toContain(
      "darkroom-prod-media, aws_cloudfront_distribution.site: has no web ACL (cdn-waf, CKV_AWS_68, CKV2_AWS_47, AWS-0011). A firewall stands before the CDN.",
    );
    expect(problems).toHaveLength(2 * (2 + 13));
    expect(readdirSync(options.outputFolder)).toEqual([]);
  });

  it("leaves what was there as it was: the other environments' folders, and the plans that were saved in any", () => {
    const sound = optionsFor(["dev", "prod"], WAIVERS);
    synthesize(sound);
    const stacks = join(sound.outputFolder, "stacks");
    for (const stack of readdirSync(stacks)) writeFileSync(join(stacks, stack, "plan.bin"), "saved");
    const before = listFiles(sound.outputFolder);

    const problems = listProblems(() => synthesize({ ...sound, waivers: withoutWaf }));

    expect(problems.length).toBeGreaterThan(0);
    expect(before).toContain("stacks/darkroom-dev-media/plan.bin");
    expect(listFiles(sound.outputFolder)).toEqual(before);
  });

  it("that is mended is written over what was there, and no asset of before stays", () => {
    const options = optionsFor(["dev"], WAIVERS);
    synthesize(options);
    const before = listFiles(options.outputFolder);
    const assets = join(options.outputFolder, "stacks/darkroom-dev-media/assets");
    writeFileSync(join(assets, "of-before"), "");

    synthesize(options);

    expect(listFiles(options.outputFolder)).toEqual(before);
  });

  it("is not written as HCL", () => {
    const options = optionsFor(["prod"], withoutWaf);

    expect(listProblems(() => writeHcl(options))).toHaveLength(2 + 13);
    expect(existsSync(join(options.outputFolder, "darkroom-prod-media"))).toBe(false);
  });
});

describe("at synthesis, a waiver", () => {
  it("past its day stops what is protected, and is a warning elsewhere", () => {
    const expired = listProblems(() => synthesize(optionsFor(["staging"], WAIVERS, LONG_AFTER)));
    const { warnings } = synthesize(optionsFor(["dev"], WAIVERS, LONG_AFTER));

    expect(expired.length).toBeGreaterThan(20);
    expect(expired.filter((problem) => !problem.includes("expired on 2027-"))).toEqual([]);
    expect(warnings.filter((warning) => warning.includes("expired on 2027-")).length).toBeGreaterThan(20);
  });

  it("need not be changed by whoever changes a setting", () => {
    const settings = parseEnvironments(
      SYSTEMS,
      Object.fromEntries(
        ENVIRONMENT_NAMES.map((name, index) => [
          name,
          entryOf({
            accountId: String(index).repeat(12),
            region: "us-east-1",
            isProtected: true,
            domain: DOMAIN,
            logDays: 365,
            functions: { presign: { reservedConcurrency: 10 } },
          }),
        ]),
      ) as Record<EnvironmentName, HouseEnvironmentInput>,
    );
    const options = { ...optionsFor(ENVIRONMENT_NAMES, WAIVERS), environments: Object.values(settings) };

    expect(listProblems(() => synthesize(options))).toEqual([]);
  });

  it("that excuses nothing in any environment is refused, as all of them are there to tell", () => {
    const unused: Waiver = { ...WAIVER, rule: "cdn-enabled" };

    expect(listProblems(() => synthesize(optionsFor(ENVIRONMENT_NAMES, [...WAIVERS, unused])))).toEqual([
      "the waiver of cdn-enabled for aws_cloudfront_distribution.cdn: excuses nothing at aws_cloudfront_distribution.cdn; delete it",
    ]);
    expect(listProblems(() => synthesize(optionsFor(["prod"], [...WAIVERS, unused])))).toEqual([]);
  });
});
