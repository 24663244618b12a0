import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { environments } from "../../../environments.ts";
import { addUp, addUpBeyondFree, type Charge, describeBill, mergeCharges } from "../../../operations/cost/charges.ts";
import { getFunction, type PricedStack, parseStack, readStack, readStacks } from "../../../operations/cost/stack.ts";
import { countMonth } from "../../../operations/cost/systems.ts";
import { cost } from "../../../operations/cost.ts";
import { countIdleMonth, countWork, type Workload } from "../../../operations/media/cost/estimate.ts";
import { COST_PAGE, formatCostPage, README, replaceReadmeTable } from "../../../operations/media/cost/page.ts";
import { OperationError } from "../../../operations/support/operation-error.ts";
import { synthesize } from "../../../stacks/app.ts";
import { type HouseEnvironment, SYSTEMS } from "../../../systems.ts";
import { requireBuild } from "../../support/require-build.ts";
import { makeFolder, run } from "../operations-fixture.ts";

let prod: PricedStack;
beforeAll(() => {
  prod = synthesizeAndRead(environments.prod);
});

function synthesizeAndRead(environment: HouseEnvironment): PricedStack {
  const { folder: artifactsFolder } = requireBuild();
  const outputFolder = mkdtempSync(join(tmpdir(), "darkroom-cost-"));
  const { folders } = synthesize({ systems: SYSTEMS, environments: [environment], artifactsFolder, outputFolder });
  const stack = readStack(folders[0] ?? "", "darkroom-test-media");
  rmSync(outputFolder, { recursive: true });
  return stack;
}

const quantity = (charges: readonly Charge[], unit: Charge["unit"], resource = ""): number =>
  charges
    .filter((charge) => charge.unit === unit && charge.resource.includes(resource))
    .reduce((sum, charge) => sum + charge.quantity, 0);
const work = (workload: Partial<Workload>, stack = prod): Charge[] =>
  countWork(stack, { images: 0, films: 0, views: 0, ...workload });

describe("the documents' figures", () => {
  it("of the README are those of the stacks as they are (npm run docs writes them)", () => {
    const text = readFileSync(README, "utf8");

    expect(text).toBe(replaceReadmeTable(prod, text));
  });

  it("of docs/cost.md too", () => {
    expect(readFileSync(COST_PAGE, "utf8")).toBe(formatCostPage(prod));
  });

  it("hold the promise of less than a dollar for an idle month that nobody watches, within every account's allowances", () => {
    const watching: readonly Charge["unit"][] = ["alarm", "dashboard"];
    const unwatched = countIdleMonth(prod).filter(({ unit }) => !watching.includes(unit));

    const watchedMetrics = Object.values(prod.alarms).reduce((sum, metrics) => sum + metrics, 0);

    expect(addUpBeyondFree(unwatched)).toBeLessThan(1);
    // Beyond ten, each metric that an alarm watches is ten cents.
    expect(addUpBeyondFree(countIdleMonth(prod))).toBeLessThan(1 + Math.max(0, watchedMetrics - 10) * 0.1);
  });
});

it("an environment without alarms pays what the documents' first column says, and for no dashboard", () => {
  const dev = synthesizeAndRead(environments.dev);

  const watching: readonly Charge["unit"][] = ["alarm", "dashboard"];
  const unwatched = countIdleMonth(prod).filter(({ unit }) => !watching.includes(unit));
  expect(dev.dashboards).toEqual([]);
  expect(prod.dashboards).toEqual(["media"]);
  expect(addUp(countIdleMonth(dev))).toBeCloseTo(addUp(unwatched), 9);
});

describe("an estimate", () => {
  it("asks for the worker's time by its memory, at the pace of Lambda's arm64", () => {
    const images = { images: 1, films: 0, views: 0 };
    const idle = countWork(prod, images, { cpuMs: 0, renditions: 4 });
    const busy = countWork(prod, images, { cpuMs: 400, renditions: 4 });

    // 0.4 s × 2.5 on 1769 MB.
    const difference = quantity(busy, "lambdaArmGbSecond", "resize") - quantity(idle, "lambdaArmGbSecond", "resize");
    expect(difference).toBeCloseTo(1769 / 1024, 6);
  });

  it("shortens a film by every vCPU that its memory buys, at the same price", () => {
    const films = { images: 0, films: 1, views: 0 };
    const sized = (memory_size: number) =>
      countWork(
        { ...prod, functions: { ...prod.functions, convert: { ...getFunction(prod, "convert"), memory_size } } },
        films,
      );
    const [small, large] = [sized(1769), sized(4 * 1769)];

    const ofTime = (charges: Charge[]) => quantity(charges, "lambdaScratchGbSecond", "convert");
    expect(ofTime(small) / ofTime(large)).toBeGreaterThan(3.8);
    const ofMemory = (charges: Charge[]) => quantity(charges, "lambdaArmGbSecond", "convert");
    expect(ofMemory(large) / ofMemory(small)).toBeLessThan(1.05);
  });

  it("asks for the room in /tmp beyond what every function has, for as long as the worker runs", () => {
    const charges = work({ films: 10 });
    const memory = quantity(charges, "lambdaArmGbSecond", "convert");

    // 4096 MB, of which 512 are free, beside 3008 MB of memory.
    expect(quantity(charges, "lambdaScratchGbSecond", "convert")).toBeCloseTo((memory * (4096 - 512)) / 3008, 6);
    expect(quantity(work({ images: 10 }), "lambdaScratchGbSecond")).toBe(0);
  });

  it("asks for a PUT of each upload and of each rendition that the stack's own settings make", () => {
    expect(quantity(work({ images: 100 }), "s3Put", "uploads")).toBe(100);
    expect(quantity(work({ images: 100 }), "s3Put", "renditions")).toBe(100 * 4 * 2);
  });

  it("counts files for as long as the lifecycle keeps them, and those that stay for a month", () => {
    const [kept, halved] = [prod, { ...prod, keepDays: { ...prod.keepDays, uploads: 15.2 } }].map((stack) =>
      quantity(work({ images: 1000 }, stack), "s3GbMonth", "uploads"),
    );

    // 30 days, and 7 more as a noncurrent version.
    expect(prod.keepDays).toMatchObject({ uploads: 37, renditions: undefined });
    expect(kept).toBeCloseTo(1000 * 0.003984 * (37 / 30.4), 6);
    expect(halved).toBeCloseTo(1000 * 0.003984 * 0.5, 6);
  });

  it("of an idle month asks for Lambda's polls of every queue that it consumes, and for each alarm", () => {
    const half = { ...prod, consumedQueues: prod.consumedQueues.slice(0, 2), alarms: { one: 1, sum: 2 } };

    expect(quantity(countIdleMonth(half), "queueRequest") * 2).toBe(quantity(countIdleMonth(prod), "queueRequest"));
    expect(quantity(countIdleMonth(half), "alarm")).toBe(3);
    // Waiting dead letters and those in settle's hands.
    expect(prod.alarms).toMatchObject({ resize_dead_letters: 2, resize_age: 1 });
  });

  it("adds up to its parts, and takes off each allowance once for the whole account", () => {
    const charges = mergeCharges([...countIdleMonth(prod), ...work({ images: 10_000, films: 100, views: 1000 })]);
    const named = [...describeBill(charges).matchAll(/\d+\.\d+/g)].reduce((sum, [text]) => sum + Number(text), 0);

    expect(named).toBeCloseTo(addUp(charges), 2);
    const queues = charges.filter(({ unit }) => unit === "queueRequest");
    expect(addUp(queues) - addUpBeyondFree(queues)).toBeCloseTo(0.4, 9);
  });

  it("of an environment that there is not names those that were synthesized", () => {
    const folder = makeFolder();
    writeFileSync(join(folder, "manifest.json"), JSON.stringify({ stacks: { "darkroom-dev-media": {} } }));

    expect(() => readStacks("qa", [], folder)).toThrow('environment "qa"; synthesized are darkroom-dev-media.');
    expect(() => readStacks("dev", ["users"], folder)).toThrow(
      "There is no stack darkroom-dev-users; synthesized are darkroom-dev-media.",
    );
    expect(() => readStacks("dev", [], join(folder, "nowhere"))).toThrow("Build and synthesize first");
  });

  it("of a stack of another shape than media's counts what it knows, and refuses the rest in words, not a schema's", () => {
    const aws_sqs_queue = { mail: {} };
    const source = (arn: string) => ({ aws_lambda_event_source_mapping: { mail: { event_source_arn: arn } } });
    const read = (resource: object) => parseStack({ resource }, "darkroom-dev-users");

    const users = read({ aws_sqs_queue, ...source("$" + "{aws_sqs_queue.mail.arn}") });

    expect(countMonth("users", users, { images: 10, films: 0, views: 0 }).map(({ resource }) => resource)).toEqual([
      "aws_sqs_queue.mail",
    ]);
    expect(
      countMonth("budget", read({ aws_budgets_budget: { month: {} } }), { images: 1, films: 0, views: 0 }),
    ).toEqual([]);
    const refusals = [source("arn:aws:kinesis:1"), { aws_lambda_function: { a: {} } }];
    for (const refused of refusals) expect(() => read(refused)).toThrow(OperationError);
    expect(() => countMonth("media", users, { images: 1, films: 0, views: 0 })).toThrow(
      "darkroom-dev-users has no function resize",
    );
  });

  it("refuses a type that it has no price for, by name", () => {
    expect(() => parseStack({ resource: { aws_nat_gateway: { a: {} } } }, "darkroom-prod-users")).toThrow(
      /^darkroom-prod-users: no price is known for aws_nat_gateway/,
    );
  });
});

describe("npm run cost", () => {
  it("refuses what it cannot count, by name", async () => {
    await expect(run(cost, "prod", "--uploads", "1e4")).rejects.toThrow('--uploads is "1e4"; expected a whole number');
    await expect(run(cost, "production")).rejects.toThrow("production");
    await expect(run(cost, "--downloads", "5")).rejects.toThrow("Usage: npm run cost");
  });
});
