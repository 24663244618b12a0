import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App, TerraformStack } from "cdktf";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Alarm, AlarmTopic } from "../../stacks/constructs/alarm-topic.ts";
import { Cdn, type CdnProps } from "../../stacks/constructs/cdn.ts";
import { CostBudget } from "../../stacks/constructs/cost-budget.ts";
import { Dashboard, type DashboardProps } from "../../stacks/constructs/dashboard.ts";
import { HttpApi, type HttpApiProps, leadRoutes, type RouteAccess } from "../../stacks/constructs/http-api.ts";
import { NodeFunction, type NodeFunctionProps } from "../../stacks/constructs/node-function.ts";
import { PrivateBucket, type PrivateBucketProps } from "../../stacks/constructs/private-bucket.ts";
import { Schedule } from "../../stacks/constructs/schedule.ts";
import { SiteFiles } from "../../stacks/constructs/site-files.ts";
import { WorkQueue, type WorkQueueProps } from "../../stacks/constructs/work-queue.ts";
import type { BuiltFile } from "../../stacks/support/artifacts.ts";
import { bucketName, globalName, regionalName } from "../../stacks/support/naming.ts";
import { writeFixtureArtifacts } from "./fixture-artifacts.ts";
import { listProblems } from "./problems.ts";

const NAMING = { environment: "dev", system: "media", accountId: "111111111111", region: "eu-central-1" } as const;

let folder: string;
let code: BuiltFile;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "darkroom-constructs-"));
  writeFixtureArtifacts(folder);
  code = { file: join(folder, "functions/media-status.zip"), sha256: "0".repeat(64) };
});

afterAll(() => rmSync(folder, { recursive: true }));

function stack(): TerraformStack {
  return new TerraformStack(new App({ outdir: folder, stackTraces: false }), "test");
}

/** What a construct says when it is made; nothing where it can be. */
const problemsOf = (make: (scope: TerraformStack) => unknown) => listProblems(() => make(stack()));

const bucket =
  (changes: Partial<PrivateBucketProps> = {}) =>
  (scope: TerraformStack) =>
    new PrivateBucket(scope, "photos", {
      bucketName: "photos-111111111111",
      accountId: "111111111111",
      isProtected: true,
      ...changes,
    });

const queue =
  (changes: Partial<WorkQueueProps> = {}) =>
  (scope: TerraformStack) =>
    new WorkQueue(scope, "work", {
      queueName: "work",
      consumerTimeoutSeconds: 60,
      deadLetterConsumerTimeoutSeconds: 60,
      ...changes,
    });

const lambda =
  (changes: Partial<NodeFunctionProps> = {}) =>
  (scope: TerraformStack) =>
    new NodeFunction(scope, "status", {
      naming: NAMING,
      code,
      description: "Tells how far a job is.",
      memoryMb: 512,
      timeoutSeconds: 10,
      environment: {},
      logRetentionDays: 7,
      ...changes,
    });

const STATUS: RouteAccess = { method: "GET", path: "/status", auth: "none" };
const MINE: RouteAccess = { method: "PATCH", path: "/users/{userId}", auth: { scopes: ["users/write"] } };
const TOKENS = { issuer: "https://login.example.com", audience: ["the-page"] };

const api =
  (changes: Partial<HttpApiProps> = {}, route: RouteAccess = STATUS) =>
  (scope: TerraformStack) =>
    new HttpApi(scope, "api", {
      apiName: "api",
      description: "An API.",
      routes: changes.routes ?? [{ id: "status", route, handler: lambda()(scope) }],
      origins: ["https://example.com"],
      requestsPerSecond: 10,
      burst: 20,
      logRetentionDays: 7,
      ...changes,
    });

const tokens = (changes: Partial<typeof TOKENS>) => api({ tokens: { ...TOKENS, ...changes } }, MINE);

const cdn =
  (changes: Partial<CdnProps> = {}) =>
  (scope: TerraformStack) =>
    new Cdn(scope, "cdn", {
      naming: NAMING,
      comment: "Photos",
      bucket: bucket()(scope),
      priceClass: "PriceClass_100",
      contentSecurityPolicy: "default-src 'none'",
      ...changes,
    });

const schedule = (changes: { ruleName?: string; everyMinutes?: number }) => (scope: TerraformStack) =>
  new Schedule(scope, "sweep", {
    ruleName: "sweep",
    description: "Sweeps.",
    everyMinutes: 5,
    target: lambda()(scope),
    ...changes,
  });

const alarm = (changes: Partial<Alarm>) => (scope: TerraformStack) =>
  new AlarmTopic(scope, "alarms", { naming: NAMING, subscribers: ["a@example.com"] }).createAlarm(scope, {
    id: "api_errors",
    meaning: "The API fails.",
    runbook: "apiErrors",
    metric: { namespace: "AWS/ApiGateway", name: "5xx", dimensions: {}, statistic: "Sum" },
    atLeast: 1,
    ...changes,
  });

const dashboard = (changes: Partial<DashboardProps>) => (scope: TerraformStack) =>
  new Dashboard(scope, "all", { dashboardName: "all", region: NAMING.region, rows: [], ...changes });

const budget =
  (monthlyUsd: number, ...subscribers: readonly string[]) =>
  (scope: TerraformStack) =>
    new CostBudget(scope, "month", { budgetName: "month", monthlyUsd, subscribers });

const site =
  (...keys: string[]) =>
  (scope: TerraformStack) =>
    new SiteFiles(scope, "site", {
      bucket: bucket()(scope),
      files: keys.map((key) => ({ ...code, key, contentType: "text/html", cacheControl: "no-cache" })),
      config: {},
    });

describe("a construct", () => {
  it("can be made with what is allowed, up to the edges", () => {
    expect(problemsOf(bucket({ isVersioned: true, expireNoncurrentAfterDays: 1, expireAfterDays: 3650 }))).toEqual([]);
    expect(problemsOf(queue({ consumerTimeoutSeconds: 900, maxReceiveCount: 1 }))).toEqual([]);
    expect(problemsOf(lambda({ memoryMb: 10_240, timeoutSeconds: 900, scratchMb: 10_240 }))).toEqual([]);
    expect(problemsOf(api())).toEqual([]);
    expect(problemsOf(cdn({ errorTtlSeconds: 0 }))).toEqual([]);
    expect(problemsOf(schedule({ everyMinutes: 1440 }))).toEqual([]);
    expect(problemsOf(site("index.html", "page.js"))).toEqual([]);
  });

  it("leads several routes to one function, by one integration, each with a permission of its own", () => {
    const scope = stack();
    const handler = lambda()(scope);
    api({
      routes: [
        { id: "read", route: { method: "GET", path: "/photos", auth: "none" }, handler },
        { id: "add", route: { method: "POST", path: "/photos", auth: "none" }, handler },
      ],
      fallback: handler,
    })(scope);

    const { resource } = JSON.parse(JSON.stringify(scope.toTerraform()));
    expect(Object.keys(resource.aws_apigatewayv2_integration)).toEqual(["status"]);
    expect(resource.aws_lambda_permission).toMatchObject({
      status_api_read: { source_arn: expect.stringMatching(/\/\$default\/GET\/photos$/) },
      status_api_add: { source_arn: expect.stringMatching(/\/\$default\/POST\/photos$/) },
    });
  });

  it("asks who is calling where a route does, by one authorizer, and lets pages send the token", () => {
    const scope = stack();
    const handler = lambda()(scope);
    const any: RouteAccess = { method: "GET", path: "/users/{userId}", auth: { scopes: [] } };
    const routes = leadRoutes({ status: STATUS, mine: MINE, any }, { status: handler, mine: handler, any: handler });

    api({ routes, tokens: TOKENS, fallback: handler })(scope);

    const { resource } = JSON.parse(JSON.stringify(scope.toTerraform()));
    expect(resource.aws_apigatewayv2_authorizer).toMatchObject({
      api: { authorizer_type: "JWT", jwt_configuration: TOKENS, identity_sources: ["$request.header.Authorization"] },
    });
    const { status, mine, any: anyone, fallback_get } = resource.aws_apigatewayv2_route;
    const authorized = {
      authorization_type: "JWT",
      authorizer_id: expect.stringContaining("aws_apigatewayv2_authorizer.api.id"),
    };
    expect(mine).toMatchObject({
      ...authorized,
      route_key: "PATCH /users/{userId}",
      authorization_scopes: ["users/write"],
    });
    expect(anyone).toMatchObject(authorized);
    expect(anyone).not.toHaveProperty("authorization_scopes");
    for (const open of [status, fallback_get]) expect(open).not.toHaveProperty("authorization_type");
    expect(resource.aws_apigatewayv2_api.api.cors_configuration).toMatchObject({
      allow_methods: ["GET", "PATCH"],
      allow_headers: expect.arrayContaining(["authorization"]),
    });
    expect(resource.aws_lambda_permission.status_api_mine).toMatchObject({
      source_arn: expect.stringMatching(/\/\$default\/PATCH\/users\/\*$/),
    });
  });

  it("lets pages send no token to an API that asks for none", () => {
    const scope = stack();

    api()(scope);

    const { resource } = JSON.parse(JSON.stringify(scope.toTerraform()));
    expect(resource.aws_apigatewayv2_api.api.cors_configuration.allow_headers).toEqual([
      "content-type",
      "if-none-match",
    ]);
    expect(resource).not.toHaveProperty("aws_apigatewayv2_authorizer");
  });

  it("names all its problems at once, each with its path", () => {
    expect(problemsOf(queue({ queueName: "a b", consumerTimeoutSeconds: 901, maxReceiveCount: 0 }))).toEqual([
      expect.stringMatching(/^test\/work-queue: queueName "a b"/),
      expect.stringMatching(/^test\/work-queue: consumerTimeoutSeconds is 901/),
      expect.stringMatching(/^test\/work-queue: maxReceiveCount is 0/),
    ]);
  });

  it.each<[string, (scope: TerraformStack) => unknown, string]>([
    ["a bucket with an awkward name", bucket({ bucketName: "Photos_1" }), "bucketName"],
    ["a bucket name over 63 characters", bucket({ bucketName: "a".repeat(64) }), "bucketName"],
    ["a bucket that expires after no day", bucket({ expireAfterDays: 0 }), "expireAfterDays is 0"],
    ["a bucket that expires after half a day", bucket({ expireAfterDays: 0.5 }), "expireAfterDays is 0.5"],
    ["versions that pile up for ever", bucket({ isVersioned: true }), "isVersioned and expireNoncurrentAfterDays"],
    ["versions that expire but are not kept", bucket({ expireNoncurrentAfterDays: 1 }), "isVersioned and"],
    [
      "noncurrent versions that never expire",
      bucket({ isVersioned: true, expireNoncurrentAfterDays: 3651 }),
      "expireNoncurrentAfterDays is 3651",
    ],
    ["uploads from anywhere (A5)", bucket({ uploadOrigins: ["*"] }), "uploadOrigins holds a wildcard"],
    ["a queue whose dead letters are never hidden", queue({ deadLetterConsumerTimeoutSeconds: 0 }), "deadLetterC"],
    ["a queue that tries for ever", queue({ maxReceiveCount: 1001 }), "maxReceiveCount is 1001"],
    ["a queue name that leaves no room for its dead letters", queue({ queueName: "a".repeat(64) }), "queueName"],
    ["a function with too little memory", lambda({ memoryMb: 127 }), "memoryMb is 127"],
    ["a function that runs over 15 minutes", lambda({ timeoutSeconds: 901 }), "timeoutSeconds is 901"],
    ["a function with too little scratch", lambda({ scratchMb: 511 }), "scratchMb is 511"],
    ["a function without a description", lambda({ description: "" }), "description has 0"],
    ["a function with six layers", lambda({ layerArns: Array(6).fill("arn") }), "layerArns names 6"],
    ["a function that may never run", lambda({ reservedConcurrency: 0 }), "reservedConcurrency is 0"],
    ["a function that sets Lambda's own variables", lambda({ environment: { AWS_REGION: "x" } }), "sets AWS_REGION"],
    ["a function told too much", lambda({ environment: { A: "x".repeat(4096) } }), "environment has"],
    ["an API without routes", api({ routes: [] }), "routes must name"],
    ["an API open to every page (A5)", api({ origins: ["*"] }), "origins holds a wildcard"],
    ["an API that asks for tokens of nobody", api({}, MINE), "tokens names no issuer"],
    ["an API with an issuer that no route asks for", api({ tokens: TOKENS }), "no route asks for a token"],
    ["an API whose tokens come unencrypted", tokens({ issuer: "http://login.example.com" }), "found http://"],
    ["an API whose tokens are made for nobody", tokens({ audience: [] }), "one audience at least"],
    ["an API with a parameter within a segment", api({}, { ...STATUS, path: "/a-{id}" }), "not like /users/"],
    ["an API without a throttle", api({ requestsPerSecond: 0 }), "requestsPerSecond is 0"],
    ["an API with a burst that AWS does not take", api({ burst: 5001 }), "burst is 5001"],
    ["a CDN that remembers errors too long (A6)", cdn({ errorTtlSeconds: 11 }), "errorTtlSeconds is 11"],
    ["a CDN that any page may read (A5)", cdn({ corsOrigins: ["https://*.example.com"] }), "corsOrigins holds"],
    ["a CDN without a name", cdn({ comment: "" }), "comment has 0"],
    [
      "a CDN with a certificate of another region",
      cdn({ domain: { name: "a.example.com", certificateArn: "arn:aws:acm:eu-central-1:1:certificate/x" } }),
      "domain.certificateArn",
    ],
    ["an alarm that is always on", alarm({ atLeast: 0 }), "atLeast is 0"],
    ["an alarm by the half minute", alarm({ periodSeconds: 30 }), "periodSeconds is 30"],
    ["an alarm that needs no figure", alarm({ periods: 0 }), "periods is 0"],
    ["an alarm that says nothing", alarm({ meaning: "errors" }), 'meaning is "errors"'],
    ["an alarm whose link would not fit", alarm({ meaning: `${"a".repeat(250)}.` }), "meaning has 251"],
    [
      "a dashboard with a third group of alarms",
      dashboard({ alarms: Array(3).fill({ title: "a", arns: ["b"] }) }),
      "alarms has 3 groups",
    ],
    ["a dashboard with an empty row", dashboard({ rows: [[]] }), "rows have 0 graphs"],
    ["a budget of nothing", budget(0, "a@example.com"), "monthlyUsd is 0"],
    ["a budget that nobody is told of", budget(5), "subscribers names 0"],
    ["a schedule that never comes", schedule({ everyMinutes: 0 }), "everyMinutes is 0"],
    ["a schedule with an awkward name", schedule({ ruleName: "a b" }), 'ruleName "a b"'],
    ["a site without a page", site("page.js"), "no index.html"],
    ["a site that brings its own config.json", site("index.html", "config.json"), "config.json"],
    ["a site with two files of one id", site("index.html", "a-b.js", "a.b.js"), "same Terraform id"],
  ])("refuses %s", (_what, make, words) => {
    const [problem, ...others] = problemsOf(make);

    expect(problem).toContain(words);
    expect(others).toEqual([]);
  });

  it.each([
    ["a batch over ten", { batchSize: 11, maximumConcurrency: 2 }, "batchSize is 11"],
    ["a cap that AWS does not take", { batchSize: 1, maximumConcurrency: 1 }, "maximumConcurrency is 1"],
  ])("refuses to consume with %s", (_what, options, words) => {
    expect(problemsOf((scope) => lambda()(scope).consume(queue()(scope).messages, options))).toEqual([
      expect.stringContaining(words),
    ]);
  });
});

describe("a name", () => {
  it("is unique where its kind must be: the world, the account, or account and region", () => {
    expect(bucketName(NAMING, "uploads")).toBe("darkroom-dev-media-uploads-111111111111-eu-central-1");
    expect(globalName(NAMING, "role", "resize")).toBe("darkroom-dev-media-resize-eu-central-1");
    expect(regionalName(NAMING, "queue", "resize")).toBe("darkroom-dev-media-resize");
  });

  it("fits for every bucket in the region with the longest name", () => {
    const longest = { environment: "staging", system: "sixsix", accountId: "111111111111", region: "ap-southeast-2" };

    expect(bucketName(longest, "renditions").length).toBeLessThanOrEqual(63);
  });

  it("is refused where AWS would refuse it, with what is wrong with it", () => {
    expect(() => bucketName(NAMING, "a-name-that-leaves-no-room-for-the-account")).toThrow(
      /has 87 characters; AWS takes at most 63/,
    );
    expect(() => regionalName(NAMING, "queue", "Resize")).toThrow(/lower-case/);
  });
});
