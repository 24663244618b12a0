import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { DescribeTableCommand, DynamoDBClient, ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { CreateBucketCommand, HeadBucketCommand, ListBucketsCommand, S3Client } from "@aws-sdk/client-s3";
import { GetQueueUrlCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeOutputsFiles } from "../../local/outputs-files.ts";
import { type Laptop, startLaptop } from "../../local/start.ts";
import { HELLO, writeHelloStack } from "../support/hello-stack.ts";
import { photo } from "../support/images.ts";
import { findFreePorts, synthesizeTestStack } from "../support/laptop.ts";
import { requireBuild } from "../support/require-build.ts";
import { processFile, readJob, type TestFile } from "../support/uploads.ts";

const MEDIA = "darkroom-dev-media";

/** One after another on one state folder: what a start finds is what the start before it left. */
describe("media and a stack with an API, a function, a queue and a table of the same names", () => {
  let folder = "";
  let basePort = 0;
  let stackFolders: Record<string, string> = {};
  let laptop: Laptop | undefined;
  let both: Record<string, string> = {};
  let jobUrl = "";

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "darkroom-two-stacks-"));
    basePort = await findFreePorts();
    stackFolders = {
      [MEDIA]: synthesizeTestStack(join(folder, "cdktf.out"), requireBuild().folder),
      [HELLO]: writeHelloStack(folder),
    };
  }, 60_000);
  afterAll(async () => {
    await laptop?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function start(...names: string[]): Promise<Laptop> {
    await laptop?.stop();
    laptop = await startLaptop({
      stackFolders: names.map((name) => stackFolders[name] ?? ""),
      artifactsFolder: requireBuild().folder,
      stateFolder: join(folder, "state"),
      basePort,
      terminalLevel: "silent",
    });
    return laptop;
  }

  it("run side by side: uploads end as before, and the other one's queue, function and table do their work", async () => {
    const running = await start(MEDIA, HELLO);
    both = listApis(running);

    const job = await processFile(both[MEDIA] ?? "", await makePhoto());
    const posted = await fetch(`${both[HELLO]}/hello?name=Ada`, { method: "POST" });
    const greeting = await waitForGreeting(`${both[HELLO]}/hello?name=Ada`);

    jobUrl = `${both[MEDIA]}/status?jobId=${job.jobId}`;
    expect([job.status, posted.status, greeting]).toEqual(["COMPLETED", 202, "Hello, Ada"]);
    expect((await fetch(`${both[HELLO]}/status?jobId=${job.jobId}`)).status).toBe(404);
    expect((await fetch(`${both[MEDIA]}/hello?name=Ada`)).status).toBe(404);
  }, 120_000);

  it("have outputs by stack in one outputs.json", async () => {
    if (!laptop) throw new Error("Nothing runs.");

    const { outputs } = writeOutputsFiles(join(folder, "state"), laptop);

    const written = JSON.parse(readFileSync(outputs, "utf8")) as Record<string, Record<string, string>>;
    expect(Object.keys(written)).toEqual([MEDIA, HELLO]);
    expect(written[HELLO]).toEqual({ apiUrl: both[HELLO] });
    expect(written[MEDIA]?.apiUrl).toBe(both[MEDIA]);
  });

  it("keep addresses and state when one of them is left out, of which nothing is found meanwhile", async () => {
    const alone = await start(MEDIA);
    const { s3, sqs, dynamodb } = connect(alone);

    expect(listApis(alone)).toEqual({ [MEDIA]: both[MEDIA] });
    expect((await readJob(jobUrl)).status).toBe("COMPLETED");
    await expect(fetch(`${both[HELLO]}/hello?name=Ada`)).rejects.toThrow();
    await expect(dynamodb.send(new DescribeTableCommand({ TableName: `${HELLO}-people` }))).rejects.toThrow(
      "not found",
    );
    await expect(sqs.send(new GetQueueUrlCommand({ QueueName: `${HELLO}-people` }))).rejects.toThrow("does not exist");
    await expect(s3.send(new HeadBucketCommand({ Bucket: `${HELLO}-files` }))).rejects.toMatchObject({
      name: "NotFound",
    });
    await expect(s3.send(new CreateBucketCommand({ Bucket: `${HELLO}-files` }))).rejects.toThrow("not available");
    expect((await dynamodb.send(new ListTablesCommand({}))).TableNames).toEqual([`${MEDIA}-jobs`]);
    await s3.send(new CreateBucketCommand({ Bucket: "by-hand" }));
  }, 60_000);

  it("find everything again when it is back, the first stack left out", async () => {
    const alone = await start(HELLO);
    const { s3 } = connect(alone);

    const { Buckets = [] } = await s3.send(new ListBucketsCommand({}));

    expect(listApis(alone)).toEqual({ [HELLO]: both[HELLO] });
    expect(await waitForGreeting(`${both[HELLO]}/hello?name=Ada`)).toBe("Hello, Ada");
    expect(Buckets.map(({ Name }) => Name)).toEqual(["by-hand", `${HELLO}-files`]);
    await expect(fetch(jobUrl)).rejects.toThrow();
  }, 60_000);

  it("run side by side again in the other order, where they were, with what they had", async () => {
    const again = await start(HELLO, MEDIA);

    const job = await readJob(jobUrl);
    const picture = await fetch(job.renditions?.[0]?.url ?? "");

    expect(listApis(again)).toEqual(both);
    expect([job.status, picture.status]).toEqual(["COMPLETED", 200]);
    expect(again.stacks.map(({ name }) => name)).toEqual([HELLO, MEDIA]);
    expect(existsSync(join(folder, "state", "httpApi"))).toBe(false);
  }, 60_000);
});

async function makePhoto(): Promise<TestFile> {
  const body = await photo(200, 150).jpeg().toBuffer();
  return { fileName: "photo.jpg", contentType: "image/jpeg", body };
}

function listApis({ stacks }: Laptop): Record<string, string> {
  return Object.fromEntries(stacks.map(({ name, outputs }) => [basename(name), String(outputs.apiUrl)]));
}

function connect({ endpointUrl: endpoint, region, administrator: credentials }: Laptop) {
  const options = { endpoint, region, credentials };
  return {
    s3: new S3Client({ ...options, forcePathStyle: true }),
    sqs: new SQSClient(options),
    dynamodb: new DynamoDBClient(options),
  };
}

/** The test's own timeout is the limit. */
async function waitForGreeting(url: string): Promise<string> {
  for (;;) {
    const response = await fetch(url);
    if (response.status === 200) return response.text();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
