import { randomUUID } from "node:crypto";
import { DynamoDBClient, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import {
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { job } from "../../operations/job.ts";
import { redrive } from "../../operations/redrive.ts";
import { openTestLaptop, type TestLaptop } from "../support/laptop.ts";
import { presign, readJob, type TestFile, uploadFile, waitForJob } from "../support/uploads.ts";
import { run, runOnLaptop, useLaptop } from "./operations-fixture.ts";

let laptop: TestLaptop;
beforeAll(async () => {
  laptop = await openTestLaptop();
});
afterAll(() => laptop.close());

const FILE_NAME = "my-private-diary.png";
async function makeFile(): Promise<TestFile> {
  const picture = sharp({ create: { width: 200, height: 100, channels: 3, background: "#345" } });
  return { fileName: FILE_NAME, contentType: "image/png", body: await picture.png().toBuffer() };
}
const damagedFile = (): TestFile => ({
  fileName: FILE_NAME,
  contentType: "image/png",
  body: Buffer.from("no picture"),
});
const onLaptop = (...args: Parameters<typeof runOnLaptop> extends [unknown, ...infer Rest] ? Rest : never) =>
  runOnLaptop(laptop, ...args);
/** Lines reach the disk a moment after they are logged. */
async function tellJob(jobId: string, ...expected: string[]): Promise<string> {
  for (let tries = 0; ; tries++) {
    const told = await onLaptop(job, jobId);
    if (tries > 40 || expected.every((text) => told.includes(text))) return told;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

describe("npm run job", () => {
  it("tells a finished job as one timeline: presigned, arrived, begun, finished, reported", async () => {
    const upload = await uploadFile(laptop.apiUrl, await makeFile());
    await waitForJob(upload);

    const told = await tellJob(upload.jobId, "The job is complete.", "the call ended");

    expect(told).toContain("status      COMPLETED, 100 %, 1 try");
    const steps = ["an upload was presigned", "The job is complete.", "the call ended after"];
    expect(steps.map((step) => told.indexOf(step)).every((at, index, all) => at > (all[index - 1] ?? 0))).toBe(true);
    expect(told).toMatch(/bucket +the upload arrived, \d+ bytes \(version \S+, the latest\)/);
    expect(told).toMatch(new RegExp(`v1/${upload.jobId}/\\S+ {2}image/\\S+, \\d+ bytes, stored`));
    expect(told).not.toContain("MISSING");
    expect(told).toContain("It is finished");
  });

  it("A10: shows no file name and no signature, of whatever end", async () => {
    const upload = await uploadFile(laptop.apiUrl, damagedFile());
    await waitForJob(upload);

    const told = await tellJob(upload.jobId, "The job failed.");

    expect(told).toContain("error       UNSUPPORTED_FORMAT");
    expect(told).toContain("The job failed.");
    expect(told).not.toContain("private-diary");
    expect(told).not.toMatch(/x-amz-signature=(?!\[not shown\])/i);
  });

  it("finds a job by its environment's name alone, and says whom it asks", async () => {
    const { jobId } = await presign(laptop.apiUrl, await makeFile());
    useLaptop(laptop);

    const told = await run(job, jobId, "--environment", "dev");

    expect(told).toContain(`AWS_ENDPOINT_URL is ${laptop.laptop.endpointUrl}: that is asked, and not AWS.`);
    expect(told).toContain(`${jobId}  darkroom-dev-media, eu-central-1`);
    expect(told).toContain("PENDING, 0 %");
  });

  it("asks nothing of an environment with the credentials of another account", async () => {
    useLaptop(laptop);

    await expect(run(job, randomUUID(), "--environment", "prod")).rejects.toThrow(
      /^The credentials are of account 111111111111 \(arn:aws:iam::111111111111:user\/administrator\), but prod is in account 333333333333\.\n.*AWS_PROFILE/,
    );
    await expect(run(redrive, "--environment", "prod", "--outputs-file", "a.json")).rejects.toThrow("not both");
  });

  it("says of a job without a file that it waits", async () => {
    const { jobId } = await presign(laptop.apiUrl, await makeFile());

    const told = await onLaptop(job, jobId);

    expect(told).toContain("PENDING, 0 %");
    expect(told).toMatch(/the upload's address stops working/);
    expect(told).toContain("Its file has not come yet.");
  });

  it("says of a job whose worker is over its time that it died, and of one that is not that it is at work", async () => {
    const held = await presign(laptop.apiUrl, await makeFile());
    const left = await presign(laptop.apiUrl, await makeFile());
    const released = await presign(laptop.apiUrl, await makeFile());
    await setClaim(held.jobId, Date.now() + 60_000);
    await setClaim(left.jobId, Date.now() - 1000);
    await setClaim(released.jobId, undefined);

    const [atWork, died, waits] = [
      await onLaptop(job, held.jobId),
      await onLaptop(job, left.jobId),
      await onLaptop(job, released.jobId),
    ];

    expect(atWork).toContain("A worker is at it.");
    expect(died).toContain("Its worker died or was stopped.");
    expect(died).not.toContain("A worker is at it.");
    expect(waits).toContain("A worker gave it back; its message waits for another try");
  });

  it("says of an id that nobody made where it may be, and of other text that it is no id", async () => {
    await expect(onLaptop(job, randomUUID())).rejects.toThrow(/There is no job [0-9a-f-]+ in darkroom-dev-media-jobs/);
    await expect(onLaptop(job, "1234")).rejects.toThrow('"1234" is not a job\'s id');
    await expect(onLaptop(job)).rejects.toThrow("name one job");
  });
});

const clientOptions = () => {
  const { endpointUrl: endpoint, region, administrator: credentials } = laptop.laptop;
  return { endpoint, region, credentials };
};

/** The job is a worker's until then; undefined: one that gave it back. */
async function setClaim(jobId: string, leaseExpiresAt: number | undefined): Promise<void> {
  await new DynamoDBClient(clientOptions()).send(
    new UpdateItemCommand({
      TableName: laptop.output("jobsTable"),
      Key: { jobId: { S: jobId } },
      UpdateExpression: `SET #status = :processing, attempt = :one${leaseExpiresAt === undefined ? "" : ", leaseExpiresAt = :until"} REMOVE openStatus`,
      ExpressionAttributeNames: { "#status": "status" },
      ExpressionAttributeValues: {
        ":processing": { S: "PROCESSING" },
        ":one": { N: "1" },
        ...(leaseExpiresAt !== undefined && { ":until": { N: String(leaseExpiresAt) } }),
      },
    }),
  );
}

describe("npm run redrive", () => {
  const sqs = () => new SQSClient(clientOptions());
  const urlOf = async (name: string) => (await sqs().send(new GetQueueUrlCommand({ QueueName: name }))).QueueUrl;

  it("shows every queue with its dead letters, and moves nothing with --counts", async () => {
    const told = await onLaptop(redrive, "--counts");

    expect(told).toMatch(/darkroom-dev-media-convert +0 +\d+ +0 +0/);
    expect(told).toMatch(/darkroom-dev-media-resize +0/);
    expect(told).toContain("There is no dead letter to move.");
  });

  it("finds the queues by the environment's name alone", async () => {
    useLaptop(laptop);

    const told = await run(redrive, "resize", "--counts", "--environment", "dev");

    expect(told).toMatch(/^darkroom-dev-media, eu-central-1$/m);
    expect(told).toMatch(/darkroom-dev-media-convert +0 +\d+ +0 +0/);
  });

  it("refuses a queue that is not there by name, and names those that are", async () => {
    await expect(onLaptop(redrive, "resise")).rejects.toThrow(/no queue "resise".*it has convert, resize\./);
    await expect(onLaptop(redrive, "resize", "convert")).rejects.toThrow('it does not heed "convert".');
    await expect(onLaptop(redrive, "--fast")).rejects.toThrow("Usage: npm run redrive");
  });

  /** `darkroom-dev…`, as the deployment's own names begin. */
  const prefix = () => laptop.output("jobsTable").replace(/-jobs$/, "");

  /** A pair of queues that nobody consumes, with one dead letter: the stack's own are settle's at once. */
  async function putDeadLetter(name: string): Promise<string | undefined> {
    const { sqs: service } = laptop.laptop.runtime;
    const settings = {
      ...{ visibilityTimeoutSeconds: 0, messageRetentionSeconds: 3600, delaySeconds: 0 },
      ...{ maxMessageSize: 262_144, receiveWaitTimeSeconds: 0 },
    };
    const dead = await service.putQueue(`${prefix()}-${name}-dead-letters`, settings);
    const redrivePolicy = { deadLetterTargetArn: dead.arn, maxReceiveCount: 1 };
    await service.putQueue(`${prefix()}-${name}`, { ...settings, redrivePolicy });
    const QueueUrl = await urlOf(`${prefix()}-${name}`);
    await sqs().send(new SendMessageCommand({ QueueUrl, MessageBody: "an upload" }));
    for (let tries = 0; tries < 3; tries++) await sqs().send(new ReceiveMessageCommand({ QueueUrl }));
    return QueueUrl;
  }

  it("moves the one queue's dead letters that is named, and without a name those of all", async () => {
    await putDeadLetter("first");
    await putDeadLetter("second");

    const named = await onLaptop(redrive, "second");
    const left = await onLaptop(redrive, "--counts");
    const all = await onLaptop(redrive);
    await putDeadLetter("first");
    await putDeadLetter("second");
    const both = await onLaptop(redrive);

    expect(named).toContain("-second: 1 of 1 dead letters moved, done");
    expect(named).not.toMatch(/-first: .*moved/);
    expect(left).toMatch(/-first +0 +0 +1 +0/);
    expect(left).toMatch(/-second +1 +0 +0 +0/);
    expect(all).toContain("-first: 1 of 1 dead letters moved, done");
    expect(all).not.toMatch(/-second: .*moved/);
    for (const name of ["first", "second"])
      expect(both).toMatch(new RegExp(`-${name}: \\d of \\d dead letters moved, done`));
    expect(await onLaptop(redrive, "--counts")).toContain("There is no dead letter to move.");
  });

  it("moves a queue's dead letters back to it, by its short name, and tells how many", async () => {
    const QueueUrl = await putDeadLetter("spare");

    const looked = await onLaptop(redrive, "spare", "--counts");
    const told = await onLaptop(redrive, "spare");

    expect(looked).toMatch(/darkroom-dev-media-spare +0 +0 +1 +0/);
    expect(looked).not.toContain("moved");
    expect(told).toContain("darkroom-dev-media-spare: 1 of 1 dead letters moved, done");
    const attributes = { VisibilityTimeout: "30" };
    await sqs().send(new SetQueueAttributesCommand({ QueueUrl, Attributes: attributes }));
    const { Messages = [] } = await sqs().send(new ReceiveMessageCommand({ QueueUrl }));
    expect(Messages.map(({ Body }) => Body)).toEqual(["an upload"]);
  });

  it("says that a job which was given up never starts again, as it is", async () => {
    const upload = await presign(laptop.apiUrl, await makeFile());
    await new DynamoDBClient(clientOptions()).send(
      new UpdateItemCommand({
        TableName: laptop.output("jobsTable"),
        Key: { jobId: { S: upload.jobId } },
        UpdateExpression: "SET #status = :failed, #error = :error REMOVE openStatus",
        ExpressionAttributeNames: { "#status": "status", "#error": "error" },
        ExpressionAttributeValues: {
          ":failed": { S: "FAILED" },
          ":error": { M: { code: { S: "WORKER_CRASHED" }, message: { S: "It came back too often." } } },
        },
      }),
    );

    expect(await onLaptop(job, upload.jobId)).toContain("never starts again, by redrive neither");
    expect((await readJob(upload.statusUrl)).status).toBe("FAILED");
  });
});
