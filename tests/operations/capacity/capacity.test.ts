import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { environments as own } from "../../../environments.ts";
import { findFirstOfOurs, listCeilings } from "../../../operations/capacity/ceilings.ts";
import { describeCapacity } from "../../../operations/capacity/describe.ts";
import { LIMIT_IDS } from "../../../operations/capacity/limits.ts";
import { CAPACITY_PAGE, formatCapacityPage } from "../../../operations/capacity/page.ts";
import { parseWalkedStack, readStacks } from "../../../operations/capacity/stack.ts";
import { planWalk } from "../../../operations/capacity/systems.ts";
import { capacity } from "../../../operations/capacity.ts";
import { MEDIA_WORK } from "../../../operations/media/capacity.ts";
import { ref, synthesizeSystems } from "../../stacks/synthesized.ts";
import { environments } from "../../support/environments.ts";
import { makeTemporaryFolder } from "../../support/temporary-folder.ts";
import { run } from "../operations-fixture.ts";
import { CONVERSIONS, findCeiling, listBreaks, prodWith, UPLOADS, walkMedia } from "./walked.ts";

const prod = walkMedia(environments.prod);

describe("the ceilings of prod", () => {
  it("are those that were counted by hand on paper: settings, ramps, quotas, in this order", () => {
    const first = listCeilings(prod, UPLOADS).slice(0, 4);

    expect(first.map(({ place, limit, holdsTimes = 0 }) => [place, limit, Math.round(holdsTimes)])).toEqual([
      // 500 requests a second, five for an upload.
      ["media: aws_apigatewayv2_stage.api", "apigw.stage.rate", 100],
      // 50 places, 0.39 s each.
      ["media: aws_lambda_event_source_mapping.resize", "esm.maximumConcurrency", 128],
      // 3 500 PUTs, eight for an upload.
      ["media: aws_s3_bucket.renditions", "s3.write", 438],
      // 50 places of ten calls a second.
      ["media: aws_lambda_function.presign", "lambda.rps", 500],
    ]);
  });

  it("for films begin with convert's places: each takes one for twenty seconds", () => {
    const [first] = listCeilings(prod, CONVERSIONS);

    expect(first).toMatchObject({ place: "media: aws_lambda_event_source_mapping.convert", kind: "setting" });
    expect(first?.holdsTimes).toBeCloseTo(20 / 19.7, 1);
  });

  it("for views are the distribution's, and the bucket's behind it", () => {
    const views = { uploads: 0, conversions: 0, views: 1 };

    expect(listCeilings(prod, views).slice(0, 2)).toMatchObject([
      { place: "media: aws_s3_bucket.renditions", limit: "s3.read", holdsTimes: 5500 },
      { place: "media: aws_cloudfront_distribution.cdn", limit: "cf.rps", holdsTimes: 250_000 },
    ]);
  });

  it("come down when several things are done at once, for what they share", () => {
    const alone = findCeiling(prod, "media: aws_apigatewayv2_stage.api", "apigw.stage.rate").holdsTimes ?? 0;
    const both = { uploads: 1, conversions: 1, views: 0 };

    const together = findCeiling(prod, "media: aws_apigatewayv2_stage.api", "apigw.stage.rate", both).holdsTimes ?? 0;

    expect(together).toBeLessThan(alone / 2);
  });

  it.each([
    ["throttle", { throttle: { requestsPerSecond: 400, burst: 1000 } }, "aws_apigatewayv2_stage.api"],
    ["presign's places", { functions: { presign: { reservedConcurrency: 40 } } }, "aws_lambda_function.presign"],
    [
      "resize's places",
      { functions: { resize: { maximumConcurrency: 40 } } },
      "aws_lambda_event_source_mapping.resize",
    ],
  ])(
    "move with their own setting: %s to four fifths moves its ceiling so, and no other down",
    (_title, change, address) => {
      const before = listBreaks(prod, UPLOADS);

      const after = listBreaks(walkMedia(prodWith(change)), UPLOADS);

      const moved = [...after].filter(([key, times]) => times !== undefined && times < (before.get(key) ?? 0));
      expect(moved.map(([key]) => key)).toEqual(
        [...before.keys()].filter((key) => key.startsWith(`media: ${address} `) && before.get(key) !== undefined),
      );
      for (const [key, times = 0] of moved) expect(times / (before.get(key) ?? 0)).toBeCloseTo(0.8, 6);
    },
  );

  it("name for each field a setting of environments.ts that has the value", () => {
    const settings: Record<string, unknown> = environments.prod.systems;
    const read = (field: string): unknown =>
      field.split(".").reduce<unknown>((at, name) => (at as Record<string, unknown> | undefined)?.[name], settings);

    const gauges = listCeilings(prod, UPLOADS).filter(
      ({ kind, limit }) => kind === "setting" && limit !== "lambda.rps",
    );

    expect(gauges.map(({ movedBy }) => read(movedBy.split(",")[0] ?? ""))).toEqual(
      gauges.map(({ perSecond }) => perSecond),
    );
    expect(gauges.length).toBeGreaterThan(3);
  });
});

describe("a quota", () => {
  it("is the Region's own, where a page has another", () => {
    const south = walkMedia(prodWith({ region: "eu-south-1" }));

    expect(findCeiling(south, "account: APIs", "apigw.account.rps")).toMatchObject({
      perSecond: 2500,
      holdsTimes: 500,
    });
    expect(findCeiling(prod, "account: APIs", "apigw.account.rps")).toMatchObject({ perSecond: 10_000 });
  });

  it("is what the account was given, where that is said", () => {
    const small = walkMedia(environments.prod, { "L-B99A9384": 100 });

    const shared = findCeiling(small, "account: functions without reserved places", "lambda.account.concurrency");
    expect(shared.words).toBe("100 places of the account − 50 reserved");
    expect(shared.movedBy).toContain("L-B99A9384");
  });

  it("is shared by all systems of an environment", () => {
    const [stack] = prod.stacks;
    const twice = { ...prod, stacks: stack ? [stack, { ...stack, stack: { ...stack.stack, system: "other" } }] : [] };

    const [alone, both] = [prod, twice].map(
      (walk) => findCeiling(walk, "account: APIs", "apigw.account.rps").holdsTimes ?? 0,
    );

    expect(both).toBe((alone ?? 0) / 2);
  });
});

describe("what has no figure", () => {
  it("is told as unpublished, or as what nobody has said, and never left out", () => {
    const text = describeCapacity("prod", prod, UPLOADS).join("\n");

    expect(text).toContain("unpublished: media: aws_s3_bucket.uploads: events that a bucket sends");
    expect(text).toContain("unpublished: media: aws_sqs_queue.resize: sends");
    expect(text).toContain("unpublished: account: logs");
    expect(text).toContain("not measured: how many uploads are abandoned");
    expect(text).not.toMatch(/\bfine\b|\bok\b/i);
  });

  it("of a system without figures of its own are its jobs: its ceilings stand in their own units", () => {
    const hello = parseWalkedStack("darkroom-prod-hello", "hello", HELLO);

    const text = describeCapacity("prod", planWalk([hello]), UPLOADS).join("\n");

    expect(text).toContain("not known: what a job of hello uses; operations/hello/capacity.ts would tell");
    expect(text).toContain("hello: aws_apigatewayv2_stage.api: 50 requests/s");
    expect(text).toContain("nobody has said how many values name takes: hello: aws_dynamodb_table.greetings");
    expect(text).toContain("Nothing of what was asked passes through these stacks.");
  });
});

/** A table, a function and an API. */
const HELLO = {
  provider: { aws: [{ region: "eu-central-1" }] },
  resource: {
    aws_apigatewayv2_stage: {
      api: { api_id: ref("aws_apigatewayv2_api.api.id"), default_route_settings: { throttling_rate_limit: 50 } },
    },
    aws_lambda_function: { presign: {} },
    aws_dynamodb_table: { greetings: { hash_key: "name", billing_mode: "PAY_PER_REQUEST" } },
  },
};

describe("what a system tells of itself", () => {
  it("is told by media for every table and index that it has, every route it is asked by, and no other", () => {
    const [media] = prod.stacks;
    const tables = Object.entries(media?.stack.resources.aws_dynamodb_table ?? {});
    const keySpaces = tables.flatMap(([id, { global_secondary_index: indexes }]) => [
      id,
      ...indexes.map(({ name }) => `${id}/${name}`),
    ]);

    expect(Object.keys(MEDIA_WORK.hashValues).sort()).toEqual(keySpaces.sort());
    for (const address of Object.keys(MEDIA_WORK.fields)) {
      const [type = "", id = ""] = address.split(".");
      expect(Object.keys(media?.stack.resources[type as "aws_lambda_function"] ?? {})).toContain(id);
    }
  });

  it("is refused where the stack has no such route, queue or function", () => {
    const { stack } = prod.stacks[0] ?? expect.unreachable();
    const without = { ...stack, resources: { ...stack.resources, aws_apigatewayv2_route: {} } };

    expect(() => listCeilings(planWalk([without]), UPLOADS)).toThrow("has no route POST /presign/upload");
  });
});

it("the first ceiling of ours is a design, or a setting as far as it goes; what can be moved on is none", () => {
  const ours = findFirstOfOurs(listCeilings(prod, UPLOADS));

  // The API's throttle is of ours until it may go as far as the account's quota may.
  expect(ours).toMatchObject({ kind: "setting", limit: "apigw.stage.rate", holdsTimes: 2000 });
});

it("no index has one hot partition: each takes ten thousand uploads a second by the values of its key", () => {
  const hot = listCeilings(prod, UPLOADS).filter(({ limit }) => limit === "ddb.partition.write");

  expect(hot.map(({ place }) => place)).toEqual(["media: aws_dynamodb_table.jobs/abandoned"]);
  for (const { holdsTimes = 0 } of hot) expect(holdsTimes).toBeGreaterThanOrEqual(10_000);
});

describe("docs/capacity.md", () => {
  it("is that of the stacks as they are (npm run docs writes it)", () => {
    const stacks = synthesizeSystems(own.prod).map(({ text }, index) => {
      const system = ["media", "budget"][index] ?? "";
      return parseWalkedStack(`darkroom-prod-${system}`, system, JSON.parse(text));
    });

    expect(readFileSync(CAPACITY_PAGE, "utf8")).toBe(formatCapacityPage(planWalk(stacks)));
  });

  it("names every limit of the table", () => {
    const text = readFileSync(CAPACITY_PAGE, "utf8");

    expect(LIMIT_IDS.filter((id) => !text.includes(`\`${id}\``))).toEqual([]);
  });
});

describe("npm run capacity", () => {
  it("refuses an environment that was not synthesized, and says which were", () => {
    const folder = makeTemporaryFolder("capacity");
    expect(() => readStacks("prod", folder)).toThrow("Build and synthesize first");

    mkdirSync(join(folder, "darkroom-dev-media"));

    expect(() => readStacks("production", folder)).toThrow(
      'There is no environment "production"; synthesized are darkroom-dev-media.',
    );
  });

  it("refuses what it cannot count, by name", async () => {
    await expect(run(capacity, "prod", "--uploads-per-second", "1e4")).rejects.toThrow('--uploads-per-second is "1e4"');
    await expect(run(capacity, "--uploads-per-second", "0")).rejects.toThrow("expected a number above 0");
    await expect(run(capacity, "--quota", "L-00000000=5")).rejects.toThrow("the code one of L-8A5B8E43");
    await expect(run(capacity, "--quota", "L-B99A9384=many")).rejects.toThrow("expected <code>=<value>");
    await expect(run(capacity, "--downloads", "5")).rejects.toThrow("Usage: npm run capacity");
  });
});
