import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { expect, it, onTestFinished } from "vitest";
import { listBlobs } from "./bucket-fixture.ts";
import { codeOf, OWNER, REGION, startS3 } from "./s3-fixture.ts";

const Bucket = "durable";
const SERVER = fileURLToPath(new URL("./killable-server.ts", import.meta.url));

/** The service in a process of its own, to be killed. */
async function startProcess(
  directory: string,
): Promise<{ client: S3Client; kill(): Promise<void>; delivered(): string[] }> {
  const child = spawn(process.execPath, ["--import", "tsx", SERVER, directory], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const delivered: string[] = [];
  const address = new Promise<string>((resolve) => {
    createInterface(child.stdout).on("line", (line) =>
      line.startsWith("http:") ? resolve(line) : delivered.push(line),
    );
  });
  const kill = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, "exit");
    child.kill("SIGKILL");
    await exited;
  };
  onTestFinished(kill);
  const endpoint = await address;
  const client = new S3Client({ endpoint, region: REGION, credentials: OWNER, forcePathStyle: true, maxAttempts: 1 });
  return { client, kill, delivered: () => delivered };
}

function temporaryFolder(): string {
  const directory = mkdtempSync(join(tmpdir(), "darkroom-s3-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  return directory;
}

it("kill -9 in the middle of many writes loses nothing that was acknowledged, and leaves nothing half-written", {
  timeout: 60_000,
}, async () => {
  const directory = temporaryFolder();
  const acknowledged = new Map<string, Buffer>();

  for (let round = 0; round < 2; round++) {
    const { client, kill } = await startProcess(directory);
    const writes = Array.from({ length: 20 }, async (_, index) => {
      const Key = `round ${round}/${index}`;
      const Body = randomBytes(200_000 + index);
      await client.send(new PutObjectCommand({ Bucket, Key, Body }));
      acknowledged.set(Key, Body);
      if (index === 4) await kill();
    });
    await Promise.allSettled(writes);
    client.destroy();
  }

  const { client } = await startProcess(directory);
  const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket }));
  expect(acknowledged.size).toBeGreaterThan(1);
  expect(Contents.map(({ Key }) => Key)).toEqual(expect.arrayContaining([...acknowledged.keys()]));
  for (const { Key = "", ETag = "", Size } of Contents) {
    const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
    const bytes = Buffer.from((await Body?.transformToByteArray()) ?? []);
    expect(bytes.length).toBe(Size);
    const expected = acknowledged.get(Key);
    if (expected) expect(bytes.equals(expected)).toBe(true);
    expect(ETag).toMatch(/^"[0-9a-f]{32}"$/);
  }
  expect(listBlobs(directory)).toHaveLength(Contents.length);
  client.destroy();
});

it("kill -9 between a write and the delivery of its event does not lose the event", { timeout: 60_000 }, async () => {
  const directory = temporaryFolder();
  const first = await startProcess(directory);
  // The process delivers nothing while this file stands there.
  writeFileSync(join(directory, "queue-is-away"), "");
  await first.client.send(new PutObjectCommand({ Bucket, Key: "announced", Body: "x" }));
  await first.kill();
  first.client.destroy();
  expect(first.delivered()).toEqual([]);

  rmSync(join(directory, "queue-is-away"));
  const second = await startProcess(directory);
  await expect.poll(() => second.delivered()).toEqual(["announced"]);
  second.client.destroy();
});

it("an upload whose client goes away is not stored, and leaves no file", async () => {
  const s3 = await startS3();
  await s3.service.putBucket(Bucket);
  const socket = connect(Number(new URL(s3.url).port), "127.0.0.1");
  socket.write(`PUT /${Bucket}/cut HTTP/1.1\r\nhost: x\r\ncontent-length: 100000\r\n\r\n${"x".repeat(50_000)}`);
  const blobs = (): string[] => listBlobs(s3.directory);
  await expect.poll(() => blobs().length).toBe(1);

  socket.destroy();

  await expect.poll(blobs).toEqual([]);
  expect(await codeOf(s3.client().send(new GetObjectCommand({ Bucket, Key: "cut" })))).toBe("NoSuchKey");
  expect(s3.logged.filter(({ level }) => level === "error")).toEqual([]);
});

it("an object of parts that is removed while its first part is read is read to its end", async () => {
  const s3 = await startS3();
  await s3.service.putBucket(Bucket);
  const client = s3.client();
  const target = { Bucket, Key: "a" };
  const bodies = [randomBytes(24 * 1024 * 1024), randomBytes(10)];
  const { UploadId } = await client.send(new CreateMultipartUploadCommand(target));
  const Parts = [];
  for (const [index, Body] of bodies.entries()) {
    const part = { UploadId, PartNumber: index + 1 };
    const { ETag } = await client.send(new UploadPartCommand({ ...target, ...part, Body }));
    Parts.push({ PartNumber: part.PartNumber, ETag });
  }
  await client.send(new CompleteMultipartUploadCommand({ ...target, UploadId, MultipartUpload: { Parts } }));

  const { Body } = await client.send(new GetObjectCommand(target));
  await client.send(new DeleteObjectCommand(target));
  const bytes = Buffer.from((await Body?.transformToByteArray()) ?? []);

  expect(bytes.equals(Buffer.concat(bodies))).toBe(true);
  await expect.poll(() => listBlobs(s3.directory)).toEqual([]);
});
