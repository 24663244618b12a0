import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { beforeEach, expect, it } from "vitest";
import { parseUploadsArrived } from "../../../../contracts/media/messages.ts";
import { startBucket } from "./bucket-fixture.ts";
import { ACCOUNT, OWNER, REGION, type TestS3 } from "./s3-fixture.ts";

const Bucket = "announced";
const queue = (name: string): string => `arn:aws:sqs:${REGION}:${ACCOUNT}:${name}`;
let s3: TestS3;
let client: S3Client;

beforeEach(async () => {
  ({ s3, client } = await startBucket(Bucket));
});

const configure = (notifications: Parameters<TestS3["service"]["configureBucket"]>[1]["notifications"]) =>
  s3.service.configureBucket(Bucket, { notifications });
const all = (events = ["s3:ObjectCreated:*"], more = {}) =>
  configure([{ id: "n", queueArn: queue("work"), events, ...more }]);
const put = (Key: string, Body = "bytes") => client.send(new PutObjectCommand({ Bucket, Key, Body }));
const names = () => s3.delivered.slice(1).map(({ body }) => body.Records[0].eventName);
const keys = () => s3.delivered.slice(1).map(({ body }) => body.Records[0].s3.object.key);

it("a test event is sent when notifications are set up, and only when they change (E2)", async () => {
  await all();
  await all();

  expect(s3.delivered).toHaveLength(1);
  expect(s3.delivered[0]).toMatchObject({
    queueArn: queue("work"),
    sourceArn: `arn:aws:s3:::${Bucket}`,
    body: { Event: "s3:TestEvent", Bucket },
  });
});

it("a queue that does not take the test event is refused, and nothing is configured", async () => {
  s3.accept = () => false;

  await expect(all()).rejects.toThrow(/Unable to validate the following destination/);
  s3.accept = () => true;
  await put("a");
  await s3.restart();
  expect(s3.delivered).toEqual([]);
});

it("each way of writing and removing has its event", async () => {
  await all(["s3:ObjectCreated:*", "s3:ObjectRemoved:*"]);
  await put("a");
  await client.send(new CopyObjectCommand({ Bucket, Key: "b", CopySource: `${Bucket}/a` }));
  const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key: "c" }));
  const { ETag } = await client.send(new UploadPartCommand({ Bucket, Key: "c", UploadId, PartNumber: 1, Body: "x" }));
  const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] };
  await client.send(new CompleteMultipartUploadCommand({ Bucket, Key: "c", UploadId, MultipartUpload }));
  await client.send(new DeleteObjectCommand({ Bucket, Key: "a" }));
  await s3.service.configureBucket(Bucket, { versioning: "Enabled" });
  await client.send(new DeleteObjectCommand({ Bucket, Key: "b" }));
  await s3.untilDelivered(6);

  expect(names().sort()).toEqual([
    "ObjectCreated:CompleteMultipartUpload",
    "ObjectCreated:Copy",
    "ObjectCreated:Put",
    "ObjectRemoved:Delete",
    "ObjectRemoved:DeleteMarkerCreated",
  ]);
});

it("keys are form-encoded, and the record is the one that the workers read (E1)", async () => {
  await s3.service.configureBucket(Bucket, { versioning: "Enabled" });
  await all();
  const key = "image/a b+c%20d/ü(1)~*.jpg";
  const { ETag, VersionId } = await put(key);
  await s3.untilDelivered(2);

  const record = s3.delivered[1]?.body.Records[0];

  expect(record.s3.object.key).toBe("image/a+b%2Bc%2520d/%C3%BC%281%29%7E*.jpg");
  expect(record).toMatchObject({
    eventVersion: "2.1",
    eventSource: "aws:s3",
    awsRegion: REGION,
    s3: { configurationId: "n" },
  });
  expect(record.s3.object.sequencer).toMatch(/^[0-9A-F]{18}$/);
  expect(parseUploadsArrived(JSON.stringify(s3.delivered[1]?.body))).toEqual([
    { bucket: Bucket, key, bytes: 5, eTag: ETag?.replaceAll('"', ""), versionId: VersionId },
  ]);
});

it("prefix, suffix and event names choose the queue; a refused or failed write announces nothing", async () => {
  await configure([
    { id: "i", queueArn: queue("images"), events: ["s3:ObjectCreated:*"], prefix: "image/", suffix: ".jpg" },
    { id: "v", queueArn: queue("videos"), events: ["s3:ObjectCreated:Copy"], prefix: "video/" },
  ]);
  await put("image/a.png");
  await put("video/a");
  await expect(
    client.send(new PutObjectCommand({ Bucket, Key: "image/b.jpg", Body: "x", ChecksumCRC32: "AAAAAA==" })),
  ).rejects.toThrow();
  await client.send(new CopyObjectCommand({ Bucket, Key: "video/b", CopySource: `${Bucket}/video/a` }));
  await put("image/a.jpg");
  await s3.untilDelivered(4);

  const got = s3.delivered.slice(2).map(({ queueArn, body }) => [queueArn, body.Records[0].s3.object.key]);
  expect(got).toEqual([
    [queue("videos"), "video/b"],
    [queue("images"), "image/a.jpg"],
  ]);
});

it("rules that S3 would find ambiguous are refused", async () => {
  const rule = { queueArn: queue("work"), events: ["s3:ObjectCreated:*"] };

  await expect(
    configure([
      { id: "a", ...rule, prefix: "a/" },
      { id: "b", ...rule, prefix: "a/b" },
    ]),
  ).rejects.toThrow(/ambiguously/);
  await configure([
    { id: "a", ...rule, prefix: "a/" },
    { id: "b", ...rule, prefix: "b/" },
  ]);
});

it("sequencers grow with every write of a key, also over a restart with a clock that was set back", async () => {
  await all();
  await put("a");
  await put("a");
  await s3.restart();
  s3.skewMs = -60_000;
  await s3.client(OWNER, { systemClockOffset: -60_000 }).send(new PutObjectCommand({ Bucket, Key: "a", Body: "x" }));
  await s3.untilDelivered(4);

  const sequence = s3.delivered.slice(1).map(({ body }) => body.Records[0].s3.object.sequencer);
  expect(sequence).toEqual([...new Set(sequence)].sort());
});

it("an event whose queue is away is brought when it is back", async () => {
  await all();
  let away = 3;
  s3.accept = () => away-- <= 0;
  await put("a");
  await s3.untilDelivered(2);

  expect(keys()).toEqual(["a"]);
});

it("an event that was not delivered is delivered after a restart, once", async () => {
  await all();
  s3.accept = () => false;
  await put("a");
  await s3.service.stop();
  expect(s3.delivered).toHaveLength(1);

  s3.accept = () => true;
  await s3.restart();
  await s3.untilDelivered(2);
  await s3.restart();

  expect(keys()).toEqual(["a"]);
});
