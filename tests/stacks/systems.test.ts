import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { synthesize } from "../../stacks/app.ts";
import { findNameClashes } from "../../stacks/policy/name-clashes.ts";
import { PolicyStack } from "../../stacks/policy/policy-stack.ts";
import { type HouseEnvironment, SYSTEMS } from "../../systems.ts";
import { environments } from "../support/environments.ts";
import { writeFixtureArtifacts } from "./fixture-artifacts.ts";

/** What an environment's systems become: stack's name → document. */
function synthesizeSystems(...chosen: readonly HouseEnvironment[]): Readonly<Record<string, Document>> {
  const folder = mkdtempSync(join(tmpdir(), "darkroom-systems-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const artifactsFolder = writeFixtureArtifacts(join(folder, "dist"));
  const outputFolder = join(folder, "out");
  const { folders } = synthesize({ systems: SYSTEMS, environments: chosen, artifactsFolder, outputFolder });
  return Object.fromEntries(
    folders.map((path) => [basename(path), JSON.parse(readFileSync(join(path, "cdk.tf.json"), "utf8")) as Document]),
  );
}

type Document = { readonly resource: Readonly<Record<string, Readonly<Record<string, Record<string, unknown>>>>> };

describe("a system", () => {
  it.each(SYSTEMS.map(({ name }) => name))("%s has a name that fits into that of every bucket", (name) => {
    expect(name).toMatch(/^[a-z]{1,6}$/);
  });

  it("is a stack in each environment that has its block, and none elsewhere", () => {
    const stacks = synthesizeSystems(environments.dev, environments.prod);

    expect(Object.keys(stacks)).toEqual(["darkroom-dev-media", "darkroom-prod-media", "darkroom-prod-budget"]);
  });

  it("has no field in its block that an environment has too: a stack reads both side by side", () => {
    const { systems: _blocks, ...common } = environments.prod;

    for (const block of Object.values(environments.prod.systems)) {
      expect(Object.keys(block).filter((key) => key in common)).toEqual([]);
    }
  });
});

describe("the budget", () => {
  it("is the account's: one for an environment, told by mail to whom it names, without a topic", () => {
    const { resource } = synthesizeSystems(environments.prod)["darkroom-prod-budget"] ?? { resource: {} };

    expect(Object.keys(resource)).toEqual(["aws_budgets_budget"]);
    expect(resource.aws_budgets_budget?.month).toMatchObject({
      name: "darkroom-prod-budget-month-eu-central-1",
      limit_amount: "1000",
      time_unit: "MONTHLY",
    });
    const told = resource.aws_budgets_budget?.month?.notification as Record<string, unknown>[];
    expect(told.map(({ notification_type: type, threshold }) => [type, threshold])).toEqual([
      ["ACTUAL", 80],
      ["ACTUAL", 100],
      ["FORECASTED", 100],
    ]);
    for (const { subscriber_email_addresses: to } of told) expect(to).toEqual(["darkroom-on-call@example.com"]);
  });
});

describe("two stacks of one account", () => {
  const stackNamed = (name: string, resource: object, region = "eu-central-1") =>
    new PolicyStack({
      "//": { metadata: { stackName: name } },
      provider: {
        aws: [
          { region, allowed_account_ids: ["111111111111"] },
          { alias: "edge", region: "us-east-1" },
        ],
      },
      resource,
    });
  const topic = (name: string, changes = {}) => ({ aws_sns_topic: { alarms: { name, ...changes } } });

  it("that call two things of one type alike are refused, by both addresses", () => {
    const clashes = findNameClashes([stackNamed("a", topic("told")), stackNamed("b", topic("told"))]);

    expect(clashes).toEqual([
      { path: "b, aws_sns_topic.alarms", message: expect.stringContaining("aws_sns_topic.alarms of a") },
    ]);
  });

  it("may use a name again for another type, in another region, or where AWS takes it twice", () => {
    const stage = { aws_apigatewayv2_stage: { api: { name: "$default" } } };

    expect(
      findNameClashes([
        stackNamed("a", { ...topic("told"), ...stage }),
        stackNamed("b", { aws_sqs_queue: { told: { name: "told" } }, ...stage }),
        stackNamed("c", topic("told"), "us-west-2"),
        stackNamed("d", topic("told", { provider: "aws.edge" })),
      ]),
    ).toEqual([]);
  });

  it("have no such names in this house", () => {
    const documents = synthesizeSystems(...Object.values(environments));

    expect(findNameClashes(Object.values(documents).map((document) => new PolicyStack(document)))).toEqual([]);
  });
});
