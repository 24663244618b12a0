import { appendFileSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CloudWatchLogsClient,
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
  FilterLogEventsCommand,
  GetLogEventsCommand,
  PutLogEventsCommand,
  paginateDescribeLogGroups,
} from "@aws-sdk/client-cloudwatch-logs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createLogWriter, type LogWriter } from "../../../../local/log-writer.ts";
import { parseFilterPattern } from "../../../../local/services/logs/filter-pattern.ts";
import { createLogs } from "../../../../local/services/logs/logs-service.ts";
import type { LogsService } from "../../../../local/services/logs/seam.ts";
import {
  ACCOUNT,
  ADMINISTRATOR,
  createAuthorize,
  REGION,
  roleNamed,
  SignedEndpoint,
} from "../../protocol/aws-json/signed-endpoint.ts";

const GROUP = "/aws/lambda/darkroom-dev-media-resize";

let endpoint: SignedEndpoint;
let writer: LogWriter;
let service: LogsService;
let time: number;
let asked: { readonly action: string; readonly resource: string }[];

beforeEach(async () => {
  endpoint = await SignedEndpoint.open(mkdtempSync(join(tmpdir(), "darkroom-logs-")));
  time = 1_000_000;
  writer = createLogWriter({ directory: endpoint.folder, clock: { now: () => time }, terminalLevel: "silent" });
  const access = createAuthorize(() => false);
  asked = access.asked;
  service = endpoint.serve(createLogs(endpoint.context(access.authorize)));
  service.putLogGroup(GROUP, { retentionDays: 14 });
});
afterEach(() => endpoint.close());

const clientOf = (principal = ADMINISTRATOR) => new CloudWatchLogsClient(endpoint.clientOptions(principal));

/** Writes these lines a second apart, and waits until they are on disk. */
async function logLines(...messages: string[]): Promise<void> {
  for (const message of messages) {
    writer.log({ level: "info", source: GROUP, message });
    time += 1000;
  }
  await writer.stop();
}

async function filter(question: object): Promise<string[]> {
  const { events = [] } = await clientOf().send(new FilterLogEventsCommand({ logGroupName: GROUP, ...question }));
  return events.map(({ message = "" }) => JSON.parse(message).message);
}

describe("the laptop's CloudWatch Logs", () => {
  it("finds the lines of a group that hold a text, between two times", async () => {
    await logLines("job a begun", "job b begun", "job a done", "job a forgotten");

    expect(await filter({ filterPattern: '"job a"' })).toEqual(["job a begun", "job a done", "job a forgotten"]);
    expect(await filter({ filterPattern: '"job a"', startTime: 1_001_000, endTime: 1_002_000 })).toEqual([
      "job a done",
    ]);
    expect(await filter({})).toHaveLength(4);
  });

  it("hands out page after page, every line once", async () => {
    await logLines("a 1", "b", "a 2", "a 3");
    const ask = (nextToken?: string) =>
      clientOf().send(new FilterLogEventsCommand({ logGroupName: GROUP, filterPattern: '"a "', limit: 2, nextToken }));

    const first = await ask();
    const second = await ask(first.nextToken);

    const messages = [...(first.events ?? []), ...(second.events ?? [])].map(({ message }) =>
      JSON.parse(message ?? ""),
    );
    expect(messages.map(({ message }) => message)).toEqual(["a 1", "a 2", "a 3"]);
    expect(second.nextToken).toBeUndefined();
  });

  it("leaves out a line that is still being written", async () => {
    await logLines("whole");
    appendFileSync(
      join(endpoint.folder, "aws-lambda-darkroom-dev-media-resize.jsonl"),
      '{"time":"1970-01-01T00:17:00Z","mess',
    );

    expect(await filter({})).toEqual(["whole"]);
  });

  it("tells a level as functions on AWS write it", async () => {
    await logLines("a");

    const { events = [] } = await clientOf().send(new FilterLogEventsCommand({ logGroupName: GROUP }));

    expect(JSON.parse(events[0]?.message ?? "")).toMatchObject({ level: "INFO", message: "a" });
  });

  it("finds lines by what their JSON says", async () => {
    writer.log({ level: "error", source: GROUP, message: "one", jobId: "x" });
    writer.log({ level: "error", source: GROUP, message: "two", jobId: "y" });
    writer.log({ level: "info", source: GROUP, message: "three", jobId: "x" });
    await writer.stop();

    expect(await filter({ filterPattern: '{ $.level = "ERROR" && $.jobId = "x" }' })).toEqual(["one"]);
    expect(await filter({ filterPattern: '{ $.level = "ERROR" || $.jobId = "x" }' })).toEqual(["one", "two", "three"]);
  });

  it("gives a line the same id at every reading, so that a follower shows it once", async () => {
    await logLines("begun", "under way", "done", "done");
    const readIds = async (question: object) => {
      const { events = [] } = await clientOf().send(new FilterLogEventsCommand({ logGroupName: GROUP, ...question }));
      return events.map(({ eventId }) => eventId);
    };

    const all = await readIds({ interleaved: true });
    const later = await readIds({ interleaved: true, startTime: 1_001_000, filterPattern: "done" });

    expect(new Set(all).size).toBe(4);
    expect(later).toEqual(all.slice(2));
  });

  it("lists the groups that the stack declares, by page, prefix and part of a name", async () => {
    for (const name of ["/aws/apigateway/api", "/aws/lambda/darkroom-dev-media-convert"]) service.putLogGroup(name, {});
    await logLines("a");
    const list = async (question: object) => {
      const pages = paginateDescribeLogGroups({ client: clientOf() }, question);
      const groups = [];
      for await (const { logGroups = [] } of pages) groups.push(...logGroups);
      return groups;
    };
    const convert = "/aws/lambda/darkroom-dev-media-convert";

    const [resize] = await list({ logGroupNamePrefix: GROUP });
    expect(resize).toMatchObject({
      ...{ logGroupName: GROUP, retentionInDays: 14, metricFilterCount: 0, logGroupClass: "STANDARD" },
      arn: `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:${GROUP}:*`,
    });
    expect(resize?.storedBytes).toBeGreaterThan(0);
    expect(resize?.creationTime).toBeGreaterThan(Date.now() - 60_000);
    const namesOf = async (question: object) => (await list(question)).map(({ logGroupName }) => logGroupName);
    expect(await namesOf({ limit: 1 })).toEqual(["/aws/apigateway/api", convert, GROUP]);
    expect(await namesOf({ logGroupNamePrefix: "/aws/lambda/" })).toEqual([convert, GROUP]);
    expect(await namesOf({ logGroupNamePattern: "media-con" })).toEqual([convert]);
  });

  it("has one stream in each group, once there is a line, and gives its events forward and backward", async () => {
    const listStreams = async () => {
      const question = new DescribeLogStreamsCommand({
        logGroupName: GROUP,
        orderBy: "LastEventTime",
        descending: true,
      });
      return (await clientOf().send(question)).logStreams ?? [];
    };
    expect(await listStreams()).toEqual([]);
    await logLines("a", "b", "c", "d");
    const get = async (question: object) => {
      const named = {
        logGroupIdentifier: `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:${GROUP}:*`,
        logStreamName: "laptop",
      };
      const { events = [], ...tokens } = await clientOf().send(new GetLogEventsCommand({ ...named, ...question }));
      return { lines: events.map(({ message = "" }) => JSON.parse(message).message).join(""), ...tokens };
    };

    const [stream] = await listStreams();
    expect(stream).toMatchObject({
      ...{ logStreamName: "laptop", firstEventTimestamp: 1_000_000, lastEventTimestamp: 1_003_000 },
    });
    const newest = await get({ limit: 2 });
    const before = await get({ limit: 2, nextToken: newest.nextBackwardToken });
    const after = await get({ nextToken: newest.nextForwardToken });
    const oldest = await get({ limit: 3, startFromHead: true });
    expect([newest.lines, before.lines, after.lines, oldest.lines]).toEqual(["cd", "ab", "", "abc"]);
    expect(after.nextForwardToken).toBe(newest.nextForwardToken);
    expect((await get({ nextToken: oldest.nextForwardToken })).lines).toBe("d");
    // Other than FilterLogEvents, up to but not including the end.
    expect((await get({ startTime: 1_001_000, endTime: 1_003_000 })).lines).toBe("bc");
  });

  it("P9: refuses whom IAM does not allow to read, each call by its own action and resource", async () => {
    await logLines("private");
    const role = clientOf(roleNamed("resize"));
    const refused = [
      role.send(new FilterLogEventsCommand({ logGroupName: GROUP })),
      role.send(new DescribeLogGroupsCommand()),
      role.send(new DescribeLogStreamsCommand({ logGroupName: GROUP })),
      role.send(new GetLogEventsCommand({ logGroupName: GROUP, logStreamName: "laptop" })),
    ];

    for (const answer of await Promise.allSettled(refused))
      expect(answer).toMatchObject({ status: "rejected", reason: { name: "AccessDeniedException" } });
    const prefix = `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:`;
    expect(asked.map(({ action, resource }) => `${action} ${resource}`).sort()).toEqual([
      `logs:DescribeLogGroups ${prefix}:log-stream:`,
      `logs:DescribeLogStreams ${prefix}${GROUP}`,
      `logs:FilterLogEvents ${prefix}${GROUP}`,
      `logs:GetLogEvents ${prefix}${GROUP}:log-stream:laptop`,
    ]);
  });

  it("names what it does not have: a group, a stream, an operation, a parameter, a pattern", async () => {
    await logLines("a");
    const send = (question: object) =>
      clientOf().send(new FilterLogEventsCommand({ logGroupName: GROUP, ...question }));
    const events = { logGroupName: GROUP, logStreamName: "laptop", logEvents: [{ timestamp: 1, message: "x" }] };

    await expect(send({ logGroupName: "/aws/lambda/nobody" })).rejects.toMatchObject({
      name: "ResourceNotFoundException",
    });
    const other = new GetLogEventsCommand({ logGroupName: GROUP, logStreamName: "2026/11/26" });
    await expect(clientOf().send(other)).rejects.toThrow("The specified log stream does not exist.");
    await expect(clientOf().send(new PutLogEventsCommand(events))).rejects.toThrow("not PutLogEvents");
    await expect(send({ unmask: true })).rejects.toThrow("unmask");
    await expect(send({ logGroupName: undefined })).rejects.toThrow("either logGroupName or logGroupIdentifier");
    await expect(send({ filterPattern: "%a%" })).rejects.toMatchObject({ name: "InvalidParameterException" });
  });
});

describe("a filter pattern", () => {
  it.each([
    ['"a b" c', "c a b", true],
    ['"a b" c', "a c b", false],
    ['?"a" ?b', "b", true],
    ['?"a" ?b', "c", false],
    ['"say \\"a\\""', 'say "a"', true],
    ["A", "a", false],
    ["a -b", "a c", true],
    ["a -b", "a b", false],
    ['a -"b c"', "a b c", false],
    ["", "anything", true],
  ])("%s lets %s through: %s", (pattern, line, expected) => {
    expect(parseFilterPattern(pattern)(line)).toBe(expected);
  });

  it.each([
    ["[a, b]", "columns in brackets"],
    ["%a%", "regular expressions"],
    ['"a', "a term is a word"],
    ["a ?b", "terms with ? stand alone"],
    ["a-b", "a term is a word"],
    ['{ $.a = "b"', "its brace is not closed"],
    ["{ }", "a property such as $.level was expected, not the end"],
    ["{ a = 1 }", 'a property such as $.level was expected, not "a"'],
    ["{ $.a }", "=, !=, <, >, IS or NOT EXISTS was expected, not the end"],
    ["{ $.a = %b% }", "regular expressions (%b%) are not known here"],
    ["{ $.a > b }", '> compares numbers, and "b" is none'],
    ["{ $.a = 1 & $.b = 2 }", "it is not understood from"],
    ["{ $.a = 1 $.b = 2 }", "stands where && or || was expected"],
    ["{ ($.a = 1 }", "a parenthesis is not closed"],
    ["{ $.a IS MISSING }", 'NULL, TRUE, FALSE was expected, not "MISSING"'],
    ["{ $.a[*].b[*] = 1 }", "has more than one wildcard"],
    [`{ ${"(".repeat(60)}$.a = 1${")".repeat(60)} }`, "more than 50 parentheses"],
  ])("%s is refused by name, not ignored", (pattern, reason) => {
    expect(() => parseFilterPattern(pattern)).toThrow(reason);
  });
});

describe("a JSON pattern", () => {
  const line = {
    level: "ERROR",
    attempt: 3,
    ratio: 0.5,
    done: true,
    code: null,
    "cluster.name": "c",
    status: "404",
    request: { ip: "123.123.1.2", path: "/a b" },
    parts: [{ flag: 1 }, { flag: 2 }],
  };

  it.each([
    ['{ $.level = "ERROR" }', true],
    ["{ $.level = ERROR }", true],
    ['{ $.level = "error" }', false],
    ['{ $.level != "INFO" }', true],
    ["{ $.attempt = 3 && $.ratio >= 5e-1 }", true],
    ["{ $.attempt > 3 }", false],
    ["{ $.attempt <= 3 && $.attempt >= 3 && $.attempt < 4 && $.attempt > 2 }", true],
    ["{ $.level > 3 }", false],
    ["{ $.status = 404 }", true],
    ["{ $.status = 4* }", true],
    ["{ $.status = 5* }", false],
    ["{ $.request.ip = 123.123.* }", true],
    ["{ $.request.ip != 123.123.* }", false],
    ['{ $.request.path = "/a *" }', true],
    ['{ $.request.path = "*a*b*c" }', false],
    ['{ $.level = "ERR*ROR" }', false],
    ['{ $.request = "*" }', false],
    ["{ $.parts[1].flag = 2 }", true],
    ["{ $.parts[0].flag = 2 }", false],
    ["{ $.parts[*].flag = 2 }", true],
    ["{ $.parts[*].flag = 3 }", false],
    ["{ $.['cluster.name'] = \"c\" }", true],
    ["{ $.done IS TRUE }", true],
    ["{ $.done IS FALSE }", false],
    ["{ $.code IS NULL }", true],
    ["{ $.missing IS NULL }", false],
    ["{ $.missing NOT EXISTS }", true],
    ["{ $.code NOT EXISTS }", false],
    ["{ $.missing != 1 }", false],
    ["{ $.toString NOT EXISTS }", true],
    // && before ||, parentheses before both.
    ["{ $.attempt = 3 || $.attempt = 4 && $.attempt = 5 }", true],
    ["{ ($.attempt = 3 || $.attempt = 4) && $.attempt = 5 }", false],
  ])("%s holds: %s", (pattern, expected) => {
    expect(parseFilterPattern(pattern)(JSON.stringify(line))).toBe(expected);
  });

  it("holds for no line that is no JSON", () => {
    expect(parseFilterPattern("{ $.a NOT EXISTS }")("START RequestId: 1")).toBe(false);
  });
});
