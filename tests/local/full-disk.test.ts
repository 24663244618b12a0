import { randomBytes } from "node:crypto";
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { DynamoDBClient, PutItemCommand, ScanCommand } from "@aws-sdk/client-dynamodb";
import {
  AbortMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { ReceiveMessageCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { describe, expect, it } from "vitest";
import { createDynamoDb } from "../../local/services/dynamodb/dynamodb-service.ts";
import { createS3 } from "../../local/services/s3/s3-service.ts";
import { createSqs } from "../../local/services/sqs/sqs-service.ts";
import { mountTinyDisk, noTinyDisk } from "../support/tiny-disk.ts";
import { SignedEndpoint } from "./protocol/aws-json/signed-endpoint.ts";

const WORDS = "The disk is full, so nothing was written.";
const reason = noTinyDisk ? ` (skipped: ${noTinyDisk})` : "";

/** S3, SQS and DynamoDB with their state on this folder, one bucket, queue and table. */
async function openServices(folder: string) {
  const endpoint = await SignedEndpoint.open(folder);
  const contextFor = (name: string) => {
    mkdirSync(join(folder, name), { recursive: true });
    return { ...endpoint.context(), directory: join(folder, name) };
  };
  const sqs = endpoint.serve(await createSqs(contextFor("sqs")));
  const s3 = endpoint.serve(await createS3({ ...contextFor("s3"), deliver: async () => true }));
  const dynamodb = endpoint.serve(await createDynamoDb(contextFor("dynamodb")));
  const { url } = await sqs.putQueue("work", {
    visibilityTimeoutSeconds: 600,
    messageRetentionSeconds: 345_600,
    delaySeconds: 0,
    maxMessageSize: 262_144,
    receiveWaitTimeSeconds: 0,
  });
  await s3.putBucket("media");
  await dynamodb.putTable("jobs", {
    hashKey: "id",
    attributes: [{ name: "id", type: "S" }],
    globalSecondaryIndexes: [],
    deletionProtection: false,
  });
  const options = { ...endpoint.clientOptions(), forcePathStyle: true };
  const [s3Client, sqsClient, tableClient] = [
    new S3Client(options),
    new SQSClient(endpoint.clientOptions()),
    new DynamoDBClient(endpoint.clientOptions()),
  ];
  const keysOf = async () => {
    const { Contents = [] } = await s3Client.send(new ListObjectsV2Command({ Bucket: "media" }));
    return Contents.map(({ Key }) => Key);
  };
  return {
    endpoint,
    s3Client,
    put: (Key: string, bytes = 100) =>
      s3Client.send(new PutObjectCommand({ Bucket: "media", Key, Body: randomBytes(bytes) })),
    send: (MessageBody: string) => sqsClient.send(new SendMessageCommand({ QueueUrl: url, MessageBody })),
    putItem: (id: string) =>
      tableClient.send(
        new PutItemCommand({ TableName: "jobs", Item: { id: { S: id }, filler: { S: "x".repeat(5000) } } }),
      ),
    keysOf,
    async readAll() {
      const { Messages = [] } = await sqsClient.send(
        new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: 10 }),
      );
      const { Items = [] } = await tableClient.send(new ScanCommand({ TableName: "jobs" }));
      return {
        objects: await keysOf(),
        messages: Messages.map(({ Body = "" }) => Body.slice(0, 10).trim()).sort(),
        items: Items.map(({ id }) => id?.S).sort(),
      };
    },
    async close() {
      for (const client of [s3Client, sqsClient, tableClient]) client.destroy();
      await endpoint.close({ keepFolder: true });
    },
  };
}

function listBlobs(folder: string): string[] {
  const names = readdirSync(join(folder, "s3/blobs"), { recursive: true, encoding: "utf8" });
  return names.filter((name) => name.includes("-"));
}

describe.skipIf(noTinyDisk !== undefined)(`L4: on a full disk${reason}`, () => {
  it("every service says so in words, loses nothing that it acknowledged, and goes on when there is space", async () => {
    const disk = mountTinyDisk(3);
    const system = await openServices(disk.folder);
    await system.put("before");
    await system.send("before");
    await system.putItem("before");

    disk.fill();
    const refused = [
      () => system.put("too large", 200_000),
      // More than what may be left of the journals' last blocks.
      () => system.send("too large ".padEnd(50_000)),
      () => system.putItem("a").then(() => system.putItem("b")),
    ];
    for (const ask of refused) await expect(ask()).rejects.toThrow(WORDS);
    expect(await system.keysOf()).toEqual(["before"]);
    disk.free();
    await system.put("after", 200_000);
    await system.send("after");
    await system.putItem("c");
    await system.close();

    const again = await openServices(disk.folder);
    const { objects, messages, items } = await again.readAll();
    await again.close();
    expect(objects).toEqual(["after", "before"]);
    expect(messages).toEqual(["after", "before"]);
    expect(items).toEqual(expect.arrayContaining(["before", "c"]));
    expect(again.endpoint.lines.filter(({ level }) => level === "error")).toEqual([]);
  }, 60_000);

  it("an upload, a part or a form that found no room leaves no file, and those before stay whole", async () => {
    const disk = mountTinyDisk(8);
    const system = await openServices(disk.folder);
    const kept = randomBytes(300_000);
    const target = { Bucket: "media", Key: "parts" };
    await system.s3Client.send(new PutObjectCommand({ Bucket: "media", Key: "kept", Body: kept }));
    const { UploadId } = await system.s3Client.send(new CreateMultipartUploadCommand(target));
    const part = { ...target, UploadId, Body: randomBytes(5 * 1024 * 1024) };
    await system.s3Client.send(new UploadPartCommand({ ...part, PartNumber: 1 }));

    const second = system.s3Client.send(new UploadPartCommand({ ...part, PartNumber: 2 }));
    await expect(second).rejects.toThrow(WORDS);
    await expect(system.put("whole", 5 * 1024 * 1024)).rejects.toThrow(WORDS);
    await expect.poll(() => listBlobs(disk.folder)).toHaveLength(2);
    await system.s3Client.send(new AbortMultipartUploadCommand({ ...target, UploadId }));
    await expect.poll(() => listBlobs(disk.folder)).toHaveLength(1);
    await system.put("whole", 5 * 1024 * 1024);

    const { Body } = await system.s3Client.send(new GetObjectCommand({ Bucket: "media", Key: "kept" }));
    expect(Buffer.from((await Body?.transformToByteArray()) ?? []).equals(kept)).toBe(true);
    await system.close();
  }, 60_000);
});
