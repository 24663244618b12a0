import { appendFileSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CloudWatchLogsClient,
  DescribeLogGroupsCommand,
  FilterLogEventsCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parseFilterPattern } from "../../../local/logs/filter-pattern.ts";
import { createLogWriter, type LogWriter } from "../../../local/logs/log-writer.ts";
import { createLogs } from "../../../local/logs/logs-service.ts";
import { ADMINISTRATOR, createAuthorize, roleNamed, SignedEndpoint } from "../aws-json/signed-endpoint.ts";

const GROUP = "/aws/lambda/darkroom-dev-media-resize";

let endpoint: SignedEndpoint;
let writer: LogWriter;
let time: number;

beforeEach(async () => {
  endpoint = await SignedEndpoint.open(mkdtempSync(join(tmpdir(), "darkroom-logs-")));
  time = 1_000_000;
  writer = createLogWriter({ directory: endpoint.folder, clock: { now: () => time }, terminalLevel: "silent" });
  endpoint.serve(createLogs(endpoint.context(createAuthorize(() => false).authorize)));
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

  it("P9: refuses whom IAM does not allow to read", async () => {
    await logLines("private");
    const asRole = clientOf(roleNamed("resize")).send(new FilterLogEventsCommand({ logGroupName: GROUP }));

    await expect(asRole).rejects.toMatchObject({ name: "AccessDeniedException" });
  });

  it("names what it does not have: a group, an operation, a pattern", async () => {
    await logLines("a");
    const other = clientOf().send(new FilterLogEventsCommand({ logGroupName: "/aws/lambda/nobody" }));
    await expect(other).rejects.toMatchObject({ name: "ResourceNotFoundException" });
    await expect(clientOf().send(new DescribeLogGroupsCommand())).rejects.toThrow("not DescribeLogGroups");
    await expect(filter({ filterPattern: '{ $.jobId = "a" }' })).rejects.toThrow("terms only");
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
    ["", "anything", true],
  ])("%s lets %s through: %s", (pattern, line, expected) => {
    expect(parseFilterPattern(pattern)(line)).toBe(expected);
  });

  it.each(["-a", "[a, b]", "%a%", '"a', "a ?b", "a-b"])("%s is refused by name, not ignored", (pattern) => {
    expect(() => parseFilterPattern(pattern)).toThrow("terms only");
  });
});
