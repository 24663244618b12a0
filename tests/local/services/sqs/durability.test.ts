import { spawn } from "node:child_process";
import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { QueueSettings } from "../../../../local/services/sqs/seam.ts";
import { createSqs } from "../../../../local/services/sqs/sqs-service.ts";
import { ADMINISTRATOR, SignedEndpoint } from "../../protocol/aws-json/signed-endpoint.ts";

const SETTINGS: QueueSettings = {
  visibilityTimeoutSeconds: 600,
  messageRetentionSeconds: 345_600,
  delaySeconds: 0,
  maxMessageSize: 262_144,
  receiveWaitTimeSeconds: 0,
};

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "darkroom-queue-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const open = async () => {
  const endpoint = await SignedEndpoint.open(folder);
  const sqs = endpoint.serve(await createSqs(endpoint.context()));
  const { arn } = await sqs.putQueue("work", SETTINGS);
  return { endpoint, sqs, arn, close: () => endpoint.close({ keepFolder: true }) };
};
const receiveAll = async ({ sqs, arn }: Awaited<ReturnType<typeof open>>) => {
  const bodies: string[] = [];
  for (;;) {
    const messages = await sqs.receive(ADMINISTRATOR, arn, { maxMessages: 10, waitSeconds: 0 });
    if (messages.length === 0) return bodies;
    bodies.push(...messages.map(({ body }) => body));
  }
};

/** As the AWS CLI or a script does it: by the API, from another process. */
async function receiveOutside({ endpoint, sqs }: Awaited<ReturnType<typeof open>>) {
  const client = new SQSClient(endpoint.clientOptions());
  const { url: QueueUrl } = await sqs.putQueue("work", SETTINGS);
  const { Messages } = await client.send(
    new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 1, MessageSystemAttributeNames: ["All"] }),
  );
  return Messages ?? [];
}

it("what a queue has acknowledged survives kill -9: nothing sent is lost, nothing deleted returns, nothing in flight shows", async () => {
  const program = fileURLToPath(new URL("./doomed-queue.ts", import.meta.url));
  const child = spawn(process.execPath, ["--import", "tsx", program, folder], { stdio: ["ignore", "pipe", "inherit"] });
  const told = { sent: new Set<string>(), taken: new Set<string>(), deleted: new Set<string>() };
  const ended = new Promise((resolve) => child.once("close", resolve));
  for await (const line of createInterface({ input: child.stdout })) {
    const [verb, id = ""] = line.split(" ");
    if (verb === "sent" || verb === "taken" || verb === "deleted") told[verb].add(id);
    if (told.sent.size === 900) child.kill("SIGKILL");
  }
  await ended;

  const queue = await open();
  const found = new Set((await receiveAll(queue)).map((body) => body.split(" ")[0] ?? ""));
  await queue.close();

  expect(told.sent.size).toBeGreaterThanOrEqual(900);
  const hidden = new Set([...told.taken, ...told.deleted]);
  expect([...hidden].filter((id) => found.has(id))).toEqual([]);
  // The process may have taken one more without a chance to say so.
  expect([...told.sent].filter((id) => !found.has(id) && !hidden.has(id)).length).toBeLessThanOrEqual(1);
});

it("messages, receive counts, handles and delays are the same after a restart", async () => {
  const before = await open();
  await before.sqs.send(ADMINISTRATOR, before.arn, "taken");
  const [taken] = await receiveOutside(before);
  await before.sqs.send(ADMINISTRATOR, before.arn, "waiting");
  await before.close();

  const after = await open();
  expect(await receiveAll(after)).toEqual(["waiting"]);
  await after.sqs.changeVisibility(ADMINISTRATOR, after.arn, taken?.ReceiptHandle ?? "", 0);
  const [again] = await after.sqs.receive(ADMINISTRATOR, after.arn, { maxMessages: 1, waitSeconds: 0 });

  expect(again).toMatchObject({ messageId: taken?.MessageId, body: "taken" });
  expect(again?.attributes).toMatchObject({
    ApproximateReceiveCount: "2",
    SentTimestamp: taken?.Attributes?.SentTimestamp,
    ApproximateFirstReceiveTimestamp: taken?.Attributes?.ApproximateFirstReceiveTimestamp,
  });
  await after.close();
});

it("a line that was torn by a kill is dropped, and the journal goes on behind the last whole one", async () => {
  const before = await open();
  await before.sqs.send(ADMINISTRATOR, before.arn, "whole");
  await before.close();
  appendFileSync(join(folder, "work.journal"), '{"t":"put","message":{"id":"torn');

  const torn = await open();
  await torn.sqs.send(ADMINISTRATOR, torn.arn, "after");
  await torn.close();

  const last = await open();
  expect(await receiveAll(last)).toEqual(["whole", "after"]);
  await last.close();
});

it("a journal does not grow with what has come and gone", async () => {
  const queue = await open();
  for (let n = 0; n < 40; n++) {
    await queue.sqs.send(ADMINISTRATOR, queue.arn, "x".repeat(200_000));
    const [message] = await queue.sqs.receive(ADMINISTRATOR, queue.arn, { maxMessages: 1, waitSeconds: 0 });
    await queue.sqs.delete(ADMINISTRATOR, queue.arn, message?.receiptHandle ?? "");
  }
  await queue.sqs.send(ADMINISTRATOR, queue.arn, "kept");

  expect(statSync(join(folder, "work.journal")).size).toBeLessThan(2_500_000);
  expect(readFileSync(join(folder, "work.journal"), "utf8")).toContain('"kept"');
  await queue.close();
});

it("what a dead runtime's functions worked on is seen again at once, however long they had hidden it", async () => {
  const before = await open();
  for (const body of ["polled", "hidden"]) await before.sqs.send(ADMINISTRATOR, before.arn, body);
  const held = await before.sqs.receive(ADMINISTRATOR, before.arn, { maxMessages: 10, waitSeconds: 0 });
  const { receiptHandle = "" } = held.find(({ body }) => body === "hidden") ?? {};
  await before.sqs.changeVisibility(ADMINISTRATOR, before.arn, receiptHandle, 5000);
  await before.close();

  const after = await open();
  const again = await after.sqs.receive(ADMINISTRATOR, after.arn, { maxMessages: 10, waitSeconds: 0 });

  expect(again.map(({ body }) => body).sort()).toEqual(["hidden", "polled"]);
  expect(again.map(({ attributes }) => attributes.ApproximateReceiveCount)).toEqual(["2", "2"]);
  expect(await receiveAll(after)).toEqual([]);
  await after.close();
});

it("what a function of a dead runtime gave back is seen again when it said, no sooner", async () => {
  const before = await open();
  await before.sqs.send(ADMINISTRATOR, before.arn, "later");
  const [held] = await before.sqs.receive(ADMINISTRATOR, before.arn, { maxMessages: 1, waitSeconds: 0 });
  await before.sqs.changeVisibility(ADMINISTRATOR, before.arn, held?.receiptHandle ?? "", 60);
  before.sqs.release(before.arn, held?.receiptHandle ?? "");
  await before.close();

  const after = await open();
  after.endpoint.aheadMs += 55_000;
  expect(await receiveAll(after)).toEqual([]);
  after.endpoint.aheadMs += 10_000;

  expect(await receiveAll(after)).toEqual(["later"]);
  await after.close();
});

it("what somebody outside has received stays theirs when the runtime starts again", async () => {
  const before = await open();
  await before.sqs.send(ADMINISTRATOR, before.arn, "by hand");
  const [taken] = await receiveOutside(before);
  await before.close();

  const after = await open();

  expect(taken?.Body).toBe("by hand");
  expect(await receiveAll(after)).toEqual([]);
  await after.close();
});
