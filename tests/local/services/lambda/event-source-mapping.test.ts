import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findFailedIds } from "../../../../local/services/lambda/batch-response.ts";
import { ADMINISTRATOR, roleNamed } from "../../protocol/aws-json/signed-endpoint.ts";
import { Stage, until } from "./laptop-lambda.ts";

let stage: Stage;
let url: string;
let arn: string;

beforeEach(async () => {
  stage = await Stage.open();
  ({ url, arn } = await stage.queue("work"));
});
afterEach(() => stage.close());

const map = (functionArn: string, more = {}) =>
  stage.lambda.startEventSourceMapping({
    functionArn,
    queueArn: arn,
    batchSize: 10,
    maximumBatchingWindowSeconds: 0,
    reportBatchItemFailures: true,
    ...more,
  });
const send = (...bodies: string[]) => Promise.all(bodies.map((body) => stage.sqs.send(ADMINISTRATOR, arn, body)));
const left = async (QueueUrl = url) => {
  const { SQSClient, GetQueueAttributesCommand } = await import("@aws-sdk/client-sqs");
  const client = new SQSClient(stage.endpoint.clientOptions());
  const { Attributes } = await client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] }));
  client.destroy();
  return {
    visible: Number(Attributes?.ApproximateNumberOfMessages),
    inFlight: Number(Attributes?.ApproximateNumberOfMessagesNotVisible),
  };
};
const untilEmpty = (queueUrl = url) =>
  until(async () => Object.values(await left(queueUrl)).every((count) => count === 0));

describe("a queue's messages", () => {
  it("reach the function as AWS hands them over, and are deleted when it returns", async () => {
    const call = await stage.declare(
      "seer",
      "export const handler = async (event) => { console.log(JSON.stringify({ message: 'event', event })); };",
    );
    await send('{"hello":"grüße"}');

    await map(call.arn);

    const { event } = await stage.line(({ message }) => message === "event");
    expect(event).toEqual({
      Records: [
        {
          messageId: expect.stringMatching(/^[0-9a-f-]{36}$/),
          receiptHandle: expect.any(String),
          body: '{"hello":"grüße"}',
          attributes: {
            SenderId: "administrator",
            SentTimestamp: expect.stringMatching(/^\d{13}$/),
            ApproximateReceiveCount: "1",
            ApproximateFirstReceiveTimestamp: expect.stringMatching(/^\d{13}$/),
          },
          messageAttributes: {},
          md5OfBody: expect.stringMatching(/^[0-9a-f]{32}$/),
          eventSource: "aws:sqs",
          eventSourceARN: arn,
          awsRegion: "eu-central-1",
        },
      ],
    });
    await untilEmpty();
  });

  it("come back alone when the function names them, and the others are gone (E6)", async () => {
    const code = `export const handler = async ({ Records }) => {
      const failed = Records.filter(({ body, attributes }) => body === "bad" && attributes.ApproximateReceiveCount === "1");
      console.log(JSON.stringify({ message: "batch", bodies: Records.map(({ body }) => body) }));
      return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
    };`;
    const call = await stage.declare("picky", code);
    await send("good", "bad", "fine");
    await map(call.arn);
    await until(async () => (await left()).inFlight === 1);

    stage.endpoint.aheadMs += 61_000;

    await untilEmpty();
    const batches = stage.endpoint.lines.filter(({ message }) => message === "batch").map(({ bodies }) => bodies);
    expect(batches.at(-1)).toEqual(["bad"]);
  });

  it("come back when the function said, and not after the queue's timeout (E6)", async () => {
    const slow = await stage.queue("slow", 40_000);
    const code = `import { createRequire } from "node:module";
    const { SQSClient, ChangeMessageVisibilityBatchCommand } = createRequire(${JSON.stringify(import.meta.url)})("@aws-sdk/client-sqs");
    const sqs = new SQSClient({});
    export const handler = async ({ Records }) => {
      const again = Records.filter(({ body, attributes }) => body === "again" && attributes.ApproximateReceiveCount === "1");
      const Entries = Records.map(({ receiptHandle }, index) => ({ Id: String(index), ReceiptHandle: receiptHandle, VisibilityTimeout: 20_000 }));
      await sqs.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: ${JSON.stringify(slow.url)}, Entries }));
      console.log(JSON.stringify({ message: "batch", bodies: Records.map(({ body }) => body) }));
      return { batchItemFailures: again.map(({ messageId }) => ({ itemIdentifier: messageId })) };
    };`;
    const call = await stage.declare("hider", code);
    for (const body of ["again", "done"]) await stage.sqs.send(ADMINISTRATOR, slow.arn, body);
    await map(call.arn, { queueArn: slow.arn });
    await until(async () => (await left(slow.url)).inFlight === 1);

    stage.endpoint.aheadMs += 20_001_000;

    await untilEmpty(slow.url);
    const batches = stage.endpoint.lines.filter(({ message }) => message === "batch").map(({ bodies }) => bodies);
    expect(batches.at(-1)).toEqual(["again"]);
    expect(batches.flat().sort()).toEqual(["again", "again", "done"]);
  });

  it("all stay when the function throws, and come again after their visibility timeout", async () => {
    const code = `export const handler = async ({ Records: [{ attributes }] }) => {
      if (attributes.ApproximateReceiveCount === "1") throw new Error("not yet");
    };`;
    const call = await stage.declare("throws", code);
    await send("a", "b");
    await map(call.arn);
    await stage.line(({ errorType }) => errorType === "Error");
    expect((await left()).inFlight).toBe(2);

    stage.endpoint.aheadMs += 61_000;

    await untilEmpty();
  });

  it("that a stop cuts off are shown at once by the next start, and those that a function gave back when it said (E8)", async () => {
    const code = `export const handler = async ({ Records: [{ body, messageId }] }) => {
      console.log(JSON.stringify({ message: "begun", body }));
      if (body === "long") await new Promise(() => setInterval(() => {}, 1000));
      return { batchItemFailures: [{ itemIdentifier: messageId }] };
    };`;
    const call = await stage.declare("cut-off", code, { timeoutSeconds: 60 });
    await send("long", "later");
    await map(call.arn, { batchSize: 1 });
    for (const wanted of ["long", "later"])
      await stage.line(({ message, body }) => message === "begun" && body === wanted);
    await stage.line(({ kind }) => kind === "report");
    const { folder } = stage.endpoint;
    await stage.endpoint.close({ keepFolder: true });

    stage = await Stage.open(undefined, {}, folder);
    ({ arn } = await stage.queue("work"));
    const received = await stage.sqs.receive(ADMINISTRATOR, arn, { maxMessages: 10, waitSeconds: 0 });

    expect(received.map(({ body }) => body)).toEqual(["long"]);
  });

  it("that kill their worker end as dead letters, and their neighbours are done (E7)", async () => {
    const { arn: dead } = await stage.queue("dead");
    await stage.sqs.configureQueue(arn, { redrivePolicy: { deadLetterTargetArn: dead, maxReceiveCount: 2 } });
    const code = `export const handler = async ({ Records: [{ body }] }) => { if (body === "poison") process.exit(1); };`;
    const call = await stage.declare("victim", code);
    await map(call.arn, { batchSize: 1 });
    await send("poison", "harmless");

    const crashes = () =>
      stage.endpoint.lines.filter(({ errorType, kind }) => errorType === "Runtime.ExitError" && kind === "report");
    for (const crash of [1, 2]) {
      await until(async () => crashes().length === crash && (await left()).inFlight === 1);
      stage.endpoint.aheadMs += 61_000;
    }
    const received = await stage.sqs.receive(ADMINISTRATOR, dead, { maxMessages: 10, waitSeconds: 20 });

    expect(received.map(({ body }) => body)).toEqual(["poison"]);
    await untilEmpty();
  });

  it("wait, and none is lost, while the function has no free place", async () => {
    const code = `export const handler = async () => { await new Promise((r) => setTimeout(r, 150)); };`;
    const call = await stage.declare("narrow", code, { reservedConcurrency: 1 });
    await map(call.arn, { batchSize: 1, maximumConcurrency: 4 });

    await send("1", "2", "3", "4", "5", "6");

    await untilEmpty();
    const reports = await until(() => {
      const lines = stage.endpoint.lines.filter(({ kind }) => kind === "report");
      return lines.length === 6 && lines;
    });
    expect(reports.every(({ errorType }) => errorType === undefined)).toBe(true);
  });

  it("are worked on by no more calls at once than maximum_concurrency", async () => {
    const { folder } = stage.endpoint;
    const code = `import { mkdirSync, readdirSync, rmdirSync } from "node:fs"; import { join } from "node:path";
      export const handler = async ({ Records: [{ body }] }) => {
        const folder = ${JSON.stringify(join(folder, "running"))};
        mkdirSync(join(folder, body), { recursive: true });
        await new Promise((r) => setTimeout(r, 200));
        console.log(JSON.stringify({ message: "running", count: readdirSync(folder).length }));
        rmdirSync(join(folder, body));
      };`;
    const call = await stage.declare("counted", code);
    await send(..."abcdefgh");
    await map(call.arn, { batchSize: 1, maximumConcurrency: 2 });

    await untilEmpty();

    const counts = stage.endpoint.lines
      .filter(({ message }) => message === "running")
      .map(({ count }) => Number(count));
    expect(counts).toHaveLength(8);
    expect(Math.max(...counts)).toBe(2);
    expect(existsSync(join(folder, "running")) && readdirSync(join(folder, "running"))).toEqual([]);
  });

  it("are gathered for as long as the batching window, up to the batch size", async () => {
    const code = `export const handler = async ({ Records }) => { console.log(JSON.stringify({ message: "batch", size: Records.length })); };`;
    const call = await stage.declare("patient", code);
    await map(call.arn, { batchSize: 12, maximumBatchingWindowSeconds: 2 });
    await send("1");
    await send("2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12");

    const { size } = await stage.line(({ message }) => message === "batch");

    expect(size).toBe(12);
  });
});

describe("a mapping", () => {
  it("is refused when the function's role may not read the queue (P1)", async () => {
    const strict = await Stage.open((request) => request.action !== "sqs:DeleteMessage");
    const queue = await strict.queue("work");
    const call = await strict.declare("reader", "export const handler = async () => {};");

    const mapping = strict.lambda.startEventSourceMapping({
      functionArn: call.arn,
      queueArn: queue.arn,
      batchSize: 1,
      maximumBatchingWindowSeconds: 0,
      reportBatchItemFailures: true,
    });

    await expect(mapping).rejects.toThrow("The role of reader may not call sqs:DeleteMessage");
    await strict.close();
  });

  it("reads as the function's role", async () => {
    const asked: unknown[] = [];
    const watched = await Stage.open(({ principal, action }) => {
      if (action === "sqs:ReceiveMessage") asked.push(principal);
      return true;
    });
    const queue = await watched.queue("work");
    const call = await watched.declare("reader", "export const handler = async () => {};");
    const settings = { functionArn: call.arn, queueArn: queue.arn, batchSize: 1, maximumBatchingWindowSeconds: 0 };
    await watched.lambda.startEventSourceMapping({ ...settings, reportBatchItemFailures: true });

    await until(() => asked.length >= 2);

    expect(asked[1]).toEqual(roleNamed("reader"));
    await watched.close();
  });

  it("is refused when the queue shows its messages again before the function has timed out (E8)", async () => {
    const call = await stage.declare("long", "export const handler = async () => {};", { timeoutSeconds: 90 });
    await expect(map(call.arn)).rejects.toThrow(
      "hides its messages for 60 s, which is less than the timeout of long (90 s)",
    );
  });

  it("takes no more messages once it is stopped", async () => {
    const call = await stage.declare("stopped", "export const handler = async () => {};");
    const mapping = await map(call.arn);
    await send("before");
    await untilEmpty();

    await mapping.stop();
    await send("after");
    await new Promise((resolve) => setTimeout(resolve, 100));

    expect(await left()).toEqual({ visible: 1, inFlight: 0 });
  });
});

describe("what a function answers to a batch (E6)", () => {
  const ids = ["a", "b", "c"];
  const failing = (...itemIdentifiers: unknown[]) => ({
    batchItemFailures: itemIdentifiers.map((itemIdentifier) => ({ itemIdentifier })),
  });

  it.each([
    ["nothing", null, []],
    ["an empty answer", {}, []],
    ["an empty list", { batchItemFailures: [] }, []],
    ["no list", { batchItemFailures: null }, []],
    ["one id", failing("b"), ["b"]],
    ["all ids", failing("a", "b", "c"), ids],
    ["an id that was not in the batch", failing("a", "x"), ids],
    ["an empty id", failing(""), ids],
    ["an id that is null", failing(null), ids],
    ["an item under another name", { batchItemFailures: [{ id: "a" }] }, ids],
    ["an item that is null", { batchItemFailures: [null] }, ids],
    ["a list that is no list", { batchItemFailures: "a" }, ids],
    ["text", "done", ids],
    ["a list", ["a"], ids],
  ])("%s fails exactly what AWS says", (_name, answer, expected) => {
    expect(findFailedIds(answer, ids)).toEqual(expected);
  });

  it("fails exactly the named set, for each of the 1024 patterns of a batch of ten", () => {
    const ten = Array.from({ length: 10 }, (_, index) => `m${index}`);
    for (let pattern = 0; pattern < 1024; pattern++) {
      const wanted = ten.filter((_, index) => (pattern >> index) & 1);
      expect(findFailedIds(failing(...wanted), ten)).toEqual(wanted);
    }
  });
});
