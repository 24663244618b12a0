import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { createLogWriter, type LogWriter } from "../../../../local/log-writer.ts";
import { createLogs } from "../../../../local/services/logs/logs-service.ts";
import { ADMINISTRATOR, REGION, SignedEndpoint } from "../../protocol/aws-json/signed-endpoint.ts";

/** `aws-cli/2.17.0 Python/…`; empty where there is none. */
const version = spawnSync("aws", ["--version"], { encoding: "utf8" }).stdout ?? "";
const skipped = version === "" ? " (skipped: no aws on PATH)" : "";
const tailSkipped = version.startsWith("aws-cli/2") ? "" : " (skipped: `aws logs tail` came with version 2 of the CLI)";
const GROUP = "/aws/lambda/darkroom-dev-media-resize";

let endpoint: SignedEndpoint;
let writer: LogWriter;

beforeEach(async () => {
  endpoint = await SignedEndpoint.open(mkdtempSync(join(tmpdir(), "darkroom-logs-")));
  const clock = { now: () => Date.now() };
  writer = createLogWriter({ directory: endpoint.folder, clock, terminalLevel: "silent" });
  endpoint.serve(createLogs(endpoint.context())).putLogGroup(GROUP, { retentionDays: 7 });
  writer.log({ level: "error", source: GROUP, message: "The job failed.", jobId: "x" });
  writer.log({ level: "info", source: GROUP, message: "The job is begun.", jobId: "y" });
});
afterEach(async () => {
  await writer.stop();
  await endpoint.close();
});

function startCli(...args: string[]) {
  const keys = endpoint.credentials.issue(ADMINISTRATOR);
  const child = spawn("aws", args, {
    env: {
      PATH: process.env.PATH,
      ...{ AWS_ENDPOINT_URL: endpoint.url, AWS_REGION: REGION, AWS_DEFAULT_REGION: REGION, AWS_PAGER: "" },
      ...{ AWS_ACCESS_KEY_ID: keys.accessKeyId, AWS_SECRET_ACCESS_KEY: keys.secretAccessKey },
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill());
  return child;
}

async function runCli(...args: string[]): Promise<string> {
  const lines: string[] = [];
  for await (const line of createInterface({ input: startCli(...args).stdout })) lines.push(line);
  return lines.join("\n");
}

describe.skipIf(version === "")(`the AWS CLI against the laptop's logs${skipped}`, { timeout: 60_000 }, () => {
  it("lists groups and streams", async () => {
    const groups = await runCli("logs", "describe-log-groups", "--query", "logGroups[].[logGroupName,retentionInDays]");
    const stream = ["describe-log-streams", "--log-group-name", GROUP, "--query", "logStreams[].logStreamName"];

    expect(JSON.parse(groups)).toEqual([[GROUP, 7]]);
    expect(JSON.parse(await runCli("logs", ...stream))).toEqual(["laptop"]);
  });

  it("finds lines by a JSON pattern, and reads a stream", async () => {
    const pattern = '{ $.level = "ERROR" && $.jobId = "x" }';
    const found = await runCli("logs", "filter-log-events", "--log-group-name", GROUP, "--filter-pattern", pattern);
    const stream = ["--log-group-name", GROUP, "--log-stream-name", "laptop", "--start-from-head"];
    const read = await runCli("logs", "get-log-events", ...stream);

    const messagesOf = (text: string) =>
      (JSON.parse(text) as { events: { message: string }[] }).events.map(({ message }) => JSON.parse(message).message);
    expect(messagesOf(found)).toEqual(["The job failed."]);
    expect(messagesOf(read)).toEqual(["The job failed.", "The job is begun."]);
  });
});

describe.skipIf(tailSkipped !== "")(`aws logs tail${tailSkipped}`, { timeout: 60_000 }, () => {
  it("shows what was logged, and what is logged while it follows, once", async () => {
    const child = startCli(
      "logs",
      "tail",
      GROUP,
      "--follow",
      "--format",
      "short",
      "--filter-pattern",
      "{ $.jobId = * }",
    );
    const lines: string[] = [];
    createInterface({ input: child.stdout }).on("line", (line) => lines.push(line));
    await expect.poll(() => lines.length, { timeout: 20_000 }).toBe(2);

    writer.log({ level: "info", source: GROUP, message: "The job is done.", jobId: "x" });

    await expect.poll(() => lines.length, { timeout: 20_000 }).toBe(3);
    expect(lines.map((line) => / ?"message":"([^"]*)"/.exec(line)?.[1])).toEqual([
      "The job failed.",
      "The job is begun.",
      "The job is done.",
    ]);
  });
});
