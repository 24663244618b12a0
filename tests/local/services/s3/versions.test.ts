import {
  DeleteObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutObjectCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { beforeEach, expect, it } from "vitest";
import { readText, startBucket } from "./bucket-fixture.ts";
import { codeOf, type TestS3 } from "./s3-fixture.ts";

const Bucket = "versions";
const DAY_MS = 24 * 60 * 60 * 1000;
let s3: TestS3;
let client: S3Client;

beforeEach(async () => {
  ({ s3, client } = await startBucket(Bucket, { versioning: "Enabled" }));
});

const put = async (Key: string, Body: string): Promise<string> =>
  (await client.send(new PutObjectCommand({ Bucket, Key, Body }))).VersionId ?? "";
const get = (Key: string, VersionId?: string) => readText(client, { Bucket, Key, VersionId });
const list = async () => client.send(new ListObjectVersionsCommand({ Bucket }));

it("every version stays readable by its id, and a delete hides them behind a marker", async () => {
  const first = await put("a", "one");
  const second = await put("a", "two");
  const marker = await client.send(new DeleteObjectCommand({ Bucket, Key: "a" }));

  expect(await get("a", first)).toBe("one");
  expect(await get("a", second)).toBe("two");
  expect(marker).toMatchObject({ DeleteMarker: true });
  expect(await codeOf(get("a"))).toBe("NoSuchKey");
  expect(await codeOf(get("a", marker.VersionId))).toBe("MethodNotAllowed");
  expect(await codeOf(get("a", "0123456789abcdef"))).toBe("NoSuchVersion");
  expect((await client.send(new ListObjectsV2Command({ Bucket }))).KeyCount).toBe(0);
  const { Versions, DeleteMarkers } = await list();
  expect(Versions?.map(({ VersionId, IsLatest }) => [VersionId, IsLatest])).toEqual([
    [second, false],
    [first, false],
  ]);
  expect(DeleteMarkers?.map(({ VersionId, IsLatest }) => [VersionId, IsLatest])).toEqual([[marker.VersionId, true]]);
});

it("removing the marker brings the object back, and removing a version by id is for good", async () => {
  const first = await put("a", "one");
  const second = await put("a", "two");
  const { VersionId } = await client.send(new DeleteObjectCommand({ Bucket, Key: "a" }));
  await client.send(new DeleteObjectCommand({ Bucket, Key: "a", VersionId }));
  expect(await get("a")).toBe("two");
  await client.send(new DeleteObjectCommand({ Bucket, Key: "a", VersionId: second }));
  await s3.restart();

  expect(await get("a")).toBe("one");
  expect((await list()).Versions?.map((version) => version.VersionId)).toEqual([first]);
});

it("on a bucket that is suspended again, the null version is replaced and the others stay", async () => {
  const kept = await put("a", "kept");
  await s3.service.configureBucket(Bucket, { versioning: "Suspended" });

  expect(await put("a", "null 1")).toBe("null");
  expect(await put("a", "null 2")).toBe("null");

  expect((await list()).Versions?.map(({ VersionId }) => VersionId)).toEqual(["null", kept]);
  expect(await get("a", "null")).toBe("null 2");
  expect(await get("a", kept)).toBe("kept");
});

it("lists versions in pages, each once", async () => {
  const ids = [await put("a", "1"), await put("a", "2"), await put("b", "1"), await put("c/d", "1")];
  const seen: string[] = [];
  let markers: { KeyMarker?: string; VersionIdMarker?: string } = {};
  for (;;) {
    const page = await client.send(new ListObjectVersionsCommand({ Bucket, MaxKeys: 1, ...markers }));
    seen.push(...(page.Versions ?? []).map(({ VersionId = "" }) => VersionId));
    if (!page.IsTruncated) break;
    markers = { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker };
  }

  expect(seen.sort()).toEqual(ids.sort());
});

it("lifecycle rules expire by the clock: objects, versions, lonely markers, and nothing too early", async () => {
  const rule = { id: "r", prefix: "tmp/" };
  await s3.service.configureBucket(Bucket, {
    lifecycle: [
      { ...rule, expirationDays: 2, noncurrentVersionExpirationDays: 1 },
      { ...rule, id: "m", expiredObjectDeleteMarker: true },
    ],
  });
  await put("tmp/a", "x");
  await put("kept", "x");
  const count = async () => [(await list()).Versions?.length ?? 0, (await list()).DeleteMarkers?.length ?? 0];

  s3.skewMs = 2 * DAY_MS - 1000;
  await s3.service.expireObjects();
  s3.skewMs = 0;
  expect(await count()).toEqual([2, 0]);
  s3.skewMs = 3 * DAY_MS;
  await s3.service.expireObjects();
  s3.skewMs = 0;
  expect(await count()).toEqual([2, 1]);
  s3.skewMs = 5 * DAY_MS;
  await s3.service.expireObjects();
  await s3.service.expireObjects();
  s3.skewMs = 0;
  expect(await count()).toEqual([1, 0]);
  expect(await get("kept")).toBe("x");
});

it("an object seeded by Terraform is written once, and again only when it changed", async () => {
  const seed = (text: string) =>
    s3.service.seedObject(Bucket, "config.json", { body: Buffer.from(text), contentType: "application/json" });
  const first = await seed("{}");
  const same = await seed("{}");
  const other = await seed("[]");

  expect(same).toEqual(first);
  expect(other.versionId).not.toBe(first.versionId);
  const head = await client.send(new HeadObjectCommand({ Bucket, Key: "config.json" }));
  expect(head).toMatchObject({ ContentType: "application/json", VersionId: other.versionId });
  expect((await list()).Versions).toHaveLength(2);
});
