import { describe, expect, it } from "vitest";
import { environments } from "../../environments.ts";
import { type EnvironmentName, parseEnvironments } from "../../stacks/support/environment.ts";
import { ConfigurationError, type Problem } from "../../stacks/support/errors.ts";
import { type HouseEnvironmentInput, SYSTEMS } from "../../systems.ts";
import { entryOf, type Fields } from "../support/environments.ts";

const VALID: Fields = { accountId: "111111111111", region: "eu-central-1", isProtected: true };

function parse<Name extends EnvironmentName>(entries: Record<Name, Fields>) {
  const named = Object.entries<Fields>(entries).map(([name, fields]) => [name, entryOf(fields)] as const);
  return parseEnvironments(SYSTEMS, Object.fromEntries(named) as Record<Name, HouseEnvironmentInput>);
}

function problemsOf<Name extends EnvironmentName>(entries: Record<Name, Fields>): readonly Problem[] {
  try {
    parse(entries);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
  return [];
}

describe("environments.ts", () => {
  it("describes dev, staging and prod", () => {
    expect(Object.keys(environments)).toEqual(["dev", "staging", "prod"]);
  });

  it("fills in what an entry leaves out", () => {
    const { dev } = parse({ dev: VALID });

    expect(dev).toMatchObject({
      name: "dev",
      origins: [],
      priceClass: "PriceClass_100",
    });
    expect(dev.systems.media).toMatchObject({
      limits: { imageBytes: 50_000_000, videoBytes: 500_000_000, audioBytes: 200_000_000 },
      images: { widths: [150, 320, 640, 1024], avif: false, heic: true },
      uploads: { urlSeconds: 300, abandonedAfterSeconds: 3600 },
      functions: { resize: { timeoutSeconds: 60 }, convert: { timeoutSeconds: 900 }, settle: { everyMinutes: 5 } },
    });
  });

  it("reports every problem of every entry at once, each by its field's path", () => {
    const problems = problemsOf({
      dev: { ...VALID, accountId: "12", origins: ["https://*.example.com", "https://ok.example.com"] },
      prod: { ...VALID, isProtected: false, throttle: { burst: 0 } },
    });

    expect(problems.map(({ path }) => path)).toEqual([
      "dev.accountId",
      "dev.origins.0",
      "prod.media.throttle.burst",
      "prod.isProtected",
    ]);
  });

  it("names what cannot be known instead of ignoring it", () => {
    const entry = { ...VALID, retntion: {} } as Fields;

    expect(problemsOf({ dev: entry })[0]?.message).toContain("retntion");
  });

  it.each([
    ["a wildcard", "https://*.example.com", "wildcard"],
    ["every origin", "*", "wildcard"],
    ["a slash at the end", "https://example.com/", "not an origin"],
    ["a path", "https://example.com/app", "not an origin"],
    ["no scheme", "example.com", "not an origin"],
    ["an opaque origin", "null", "not an origin"],
    ["plain http elsewhere", "http://example.com", "must be https"],
    ["upper case", "https://Example.com", "not an origin"],
    ["a default port", "https://example.com:443", "not an origin"],
  ])("refuses an origin with %s (A5)", (_what, origin, words) => {
    const [problem, ...others] = problemsOf({ dev: { ...VALID, origins: [origin] } });

    expect(problem).toEqual({ path: "dev.origins.0", message: expect.stringContaining(words) });
    expect(problem?.message).toContain(origin);
    expect(others).toEqual([]);
  });

  it.each([
    "https://example.com",
    "https://example.com:8443",
    "http://localhost:5173",
    "http://127.0.0.1",
    "http://[::1]:80",
  ])("takes the origin %s, or says that its default port is too much", (origin) => {
    const expected = new URL(origin).origin === origin ? [] : ["dev.origins.0"];

    expect(problemsOf({ dev: { ...VALID, origins: [origin] } }).map(({ path }) => path)).toEqual(expected);
  });

  it("takes subscribers by mail and by https, and numbers of its own beside the defaults", () => {
    const subscribers = ["on-call@example.com", "https://hooks.example.com/darkroom"];
    const { dev } = parse({
      dev: { ...VALID, alarms: { subscribers, thresholds: { apiErrors: 9 } } },
    });

    expect(dev.alarms).toMatchObject({
      subscribers,
      thresholds: { apiErrors: 9, functionErrors: 5, apiLatencyMs: 2000 },
    });
  });

  it.each([
    ["nobody", [], "must name at least one"],
    ["plain http", ["http://hooks.example.com"], "must be an e-mail address"],
    ["a name without a host", ["on-call"], "must be an e-mail address"],
    ["one twice", ["a@example.com", "a@example.com"], "once"],
    [
      "a key in the path (P5)",
      ["https://events.example.com/integration/0123456789abcdef0123456789abcdef/enqueue"],
      "holds a key",
    ],
    ["a key in the query (P5)", ["https://hooks.example.com/x?token=abc"], "holds a key"],
    ["a password (P5)", ["https://me:secret@hooks.example.com/x"], "holds a key"],
  ])("refuses alarms that are told to %s", (_what, subscribers, words) => {
    const [problem, ...others] = problemsOf({ dev: { ...VALID, alarms: { subscribers } } });

    expect(problem?.message).toContain(words);
    expect(problem?.message).not.toMatch(/0123456789abcdef|token=|me:secret/);
    expect(others).toEqual([]);
  });

  it.each([
    "https://github.com/acme/darkroom/blob/main/docs/runbook.md",
    "https://wiki.example.com:8443/~ops/Darkroom%20runbook",
  ])("takes %s as where the runbook can be read", (runbookUrl) => {
    const alarms = { subscribers: ["on-call@example.com"], runbookUrl };

    expect(parse({ dev: { ...VALID, alarms } }).dev.alarms?.runbookUrl).toBe(runbookUrl);
  });

  it("refuses a runbook's address that is plain http, holds a key (P5), names a section, or is too long for an alarm, all at once", () => {
    const alarms = (runbookUrl: string) => ({ subscribers: ["on-call"], runbookUrl });
    const refused = [
      "http://wiki.example.com/runbook",
      "docs/runbook.md",
      "https://me:secret@wiki.example.com/runbook",
      "https://wiki.example.com/runbook?token=abc",
      "https://wiki.example.com/runbook#alarms",
      `https://wiki.example.com/\${aws_iam_role.a}`,
      `https://wiki.example.com/${"a".repeat(700)}`,
    ];

    for (const runbookUrl of refused) {
      const problems = problemsOf({ dev: { ...VALID, alarms: alarms(runbookUrl) } });
      expect(problems.map(({ path }) => path)).toEqual(["dev.alarms.subscribers.0", "dev.alarms.runbookUrl"]);
      expect(problems[1]?.message).not.toMatch(/secret|token/);
    }
  });

  it.each<[what: string, changes: Partial<Fields>, path: string]>([
    ["a region that is none", { region: "Frankfurt" }, "dev.region"],
    ["an origin named twice", { origins: ["https://a.example", "https://a.example"] }, "dev.origins"],
    [
      "an upload's address for over five minutes (U3)",
      { uploads: { urlSeconds: 301 } },
      "dev.media.uploads.urlSeconds",
    ],
    [
      "jobs given up while their upload's address still works",
      { uploads: { urlSeconds: 300, abandonedAfterSeconds: 299 } },
      "dev.media.uploads.abandonedAfterSeconds",
    ],
    ["widths that do not ascend", { images: { widths: [320, 150] } }, "dev.media.images.widths"],
    ["a log retention that CloudWatch does not take", { logDays: 8 as 7 }, "dev.logDays"],
    [
      "an API function slower than an HTTP API waits",
      { functions: { status: { timeoutSeconds: 30 } } },
      "dev.media.functions.status.timeoutSeconds",
    ],
    [
      "a function over Lambda's 15 minutes",
      { functions: { convert: { timeoutSeconds: 901 } } },
      "dev.media.functions.convert.timeoutSeconds",
    ],
    [
      "a function smaller than Lambda's smallest",
      { functions: { settle: { memoryMb: 127 } } },
      "dev.media.functions.settle.memoryMb",
    ],
    [
      "a function larger than Lambda's largest",
      { functions: { convert: { memoryMb: 10_241 } } },
      "dev.media.functions.convert.memoryMb",
    ],
    [
      "fewer reserved places than files at once",
      { functions: { resize: { maximumConcurrency: 10, reservedConcurrency: 9 } } },
      "dev.media.functions.resize",
    ],
    [
      "a certificate outside us-east-1",
      {
        domain: {
          cdn: "a.example.com",
          site: "b.example.com",
          certificateArn: "arn:aws:acm:eu-central-1:111111111111:certificate/12345678-1234-1234-1234-123456789012",
        },
      },
      "dev.media.domain.certificateArn",
    ],
    [
      "one name for page and renditions",
      { domain: { ...validDomain(), site: "a.example.com" } },
      "dev.media.domain.site",
    ],
    ["a CSP source that could break out", { pageSources: ["https://a.example; script-src *"] }, "dev.pageSources.0"],
  ])("refuses %s", (_what, changes, path) => {
    expect(problemsOf({ dev: { ...VALID, ...changes } }).map((problem) => problem.path)).toEqual([path]);
  });
});

function validDomain() {
  return {
    cdn: "a.example.com",
    site: "b.example.com",
    certificateArn: "arn:aws:acm:us-east-1:111111111111:certificate/12345678-1234-1234-1234-123456789012",
  };
}
