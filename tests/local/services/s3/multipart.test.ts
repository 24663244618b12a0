import { createHash, randomBytes } from "node:crypto";
import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
  UploadPartCopyCommand,
} from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { beforeEach, expect, it } from "vitest";
import { createChecksummer } from "../../../../local/services/s3/checksums.ts";
import { listBlobs, startBucket } from "./bucket-fixture.ts";
import { codeOf, type TestS3 } from "./s3-fixture.ts";

const Bucket = "parts";
const Key = "film";
const MB = 1024 * 1024;
const one = randomBytes(5 * MB);
const two = randomBytes(5 * MB + 7);
const three = randomBytes(11);
let s3: TestS3;
let client: S3Client;

beforeEach(async () => {
  ({ s3, client } = await startBucket(Bucket));
});

const begin = async (more: object = {}): Promise<string> =>
  (await client.send(new CreateMultipartUploadCommand({ Bucket, Key, ...more }))).UploadId ?? "";
const upload = async (
  UploadId: string,
  PartNumber: number,
  Body: Buffer,
  more: object = {},
): Promise<CompletedPart> => {
  const { $metadata, ...part } = await client.send(
    new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body, ...more }),
  );
  return { ...part, PartNumber };
};
const complete = (UploadId: string, Parts: CompletedPart[], more: object = {}) =>
  client.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts }, ...more }));
const read = async (more: object = {}): Promise<Buffer> => {
  const { Body } = await client.send(new GetObjectCommand({ Bucket, Key, ...more }));
  return Buffer.from((await Body?.transformToByteArray()) ?? []);
};
/** `toEqual` takes minutes for megabytes. */
const same = (a: Buffer, b: Buffer): boolean => a.equals(b);
const fileCount = () => listBlobs(s3.directory).length;

it("parts in any order become one object, with S3's ETag of ETags, its description and readable parts", async () => {
  const id = await begin({ ContentType: "video/mp4", Metadata: { a: "1" } });
  const third = await upload(id, 9, three);
  const parts = [await upload(id, 1, one), await upload(id, 2, two), third];
  const { ETag } = await complete(id, parts);

  expect(same(await read(), Buffer.concat([one, two, three]))).toBe(true);
  expect(await read({ Range: `bytes=${5 * MB - 2}-${5 * MB + 1}` })).toEqual(
    Buffer.concat([one.subarray(-2), two.subarray(0, 2)]),
  );
  expect(same(await read({ PartNumber: 3 }), three)).toBe(true);
  const md5s = [one, two, three].map((part) => createHash("md5").update(part).digest());
  expect(ETag).toBe(`"${createHash("md5").update(Buffer.concat(md5s)).digest("hex")}-3"`);
  const head = await client.send(new HeadObjectCommand({ Bucket, Key, PartNumber: 1 }));
  expect(head).toMatchObject({ ContentType: "video/mp4", Metadata: { a: "1" }, PartsCount: 3, ContentLength: 5 * MB });
  expect(await codeOf(complete(id, parts))).toBe("NoSuchUpload");
});

it("a part that is sent again replaces the one before, also after a restart", async () => {
  const id = await begin();
  await upload(id, 1, two);
  const again = await upload(id, 1, three);
  await s3.restart();
  await complete(id, [again]);

  expect(same(await read(), three)).toBe(true);
  await s3.restart();
  expect(fileCount()).toBe(1);
});

it("parts that are not listed are dropped", async () => {
  const id = await begin();
  await upload(id, 1, one);
  await complete(id, [await upload(id, 2, three)]);

  expect(same(await read(), three)).toBe(true);
  await s3.restart();
  expect(fileCount()).toBe(1);
});

it("wrong lists are refused: order, unknown part, other ETag, a part too small in the middle, none at all", async () => {
  const id = await begin();
  const [first, second] = [await upload(id, 1, three), await upload(id, 2, one)];

  expect(await codeOf(complete(id, [second, first]))).toBe("InvalidPartOrder");
  expect(await codeOf(complete(id, [first, first]))).toBe("InvalidPartOrder");
  expect(await codeOf(complete(id, [{ ...first, PartNumber: 3 }]))).toBe("InvalidPart");
  expect(await codeOf(complete(id, [{ ...first, ETag: '"0"' }]))).toBe("InvalidPart");
  expect(await codeOf(complete(id, [first, second]))).toBe("EntityTooSmall");
  expect(await codeOf(complete(id, []))).toBe("MalformedXML");
  expect(await codeOf(upload(id, 10_001, three))).toBe("InvalidArgument");
  expect(await codeOf(upload("0123", 1, three))).toBe("NoSuchUpload");
});

it("uploads and parts are listed, in pages", async () => {
  const id = await begin();
  await upload(id, 1, three);
  await upload(id, 3, three);
  await client.send(new CreateMultipartUploadCommand({ Bucket, Key: "other" }));

  const page = await client.send(new ListPartsCommand({ Bucket, Key, UploadId: id, MaxParts: 1 }));
  const next = await client.send(
    new ListPartsCommand({ Bucket, Key, UploadId: id, PartNumberMarker: page.NextPartNumberMarker }),
  );
  const uploads = await client.send(new ListMultipartUploadsCommand({ Bucket, Prefix: "fi" }));
  const first = await client.send(new ListMultipartUploadsCommand({ Bucket, MaxUploads: 1 }));

  expect(page).toMatchObject({ IsTruncated: true, Parts: [{ PartNumber: 1, Size: 11 }] });
  expect(next).toMatchObject({ IsTruncated: false, Parts: [{ PartNumber: 3 }] });
  expect(uploads.Uploads).toMatchObject([{ Key, UploadId: id }]);
  expect(first).toMatchObject({ IsTruncated: true, NextKeyMarker: Key, NextUploadIdMarker: id });
});

it("an aborted upload is gone with its parts", async () => {
  const id = await begin();
  await upload(id, 1, one);
  await client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId: id }));

  expect(await codeOf(upload(id, 2, three))).toBe("NoSuchUpload");
  expect((await client.send(new ListMultipartUploadsCommand({ Bucket }))).Uploads).toBeUndefined();
  await s3.restart();
  expect(fileCount()).toBe(0);
});

it("an unfinished upload is aborted by its lifecycle rule", async () => {
  await begin();
  await s3.service.configureBucket(Bucket, {
    lifecycle: [{ id: "r", prefix: "", abortIncompleteMultipartUploadDays: 1 }],
  });

  await s3.service.expireObjects();
  expect((await client.send(new ListMultipartUploadsCommand({ Bucket }))).Uploads).toHaveLength(1);
  s3.skewMs = 2 * 24 * 60 * 60 * 1000;
  await s3.service.expireObjects();
  s3.skewMs = 0;
  expect((await client.send(new ListMultipartUploadsCommand({ Bucket }))).Uploads).toBeUndefined();
});

it("parts are copied from an object, whole or a range of it", async () => {
  await client.send(new PutObjectCommand({ Bucket, Key: "source", Body: two }));
  const id = await begin();
  const copy = async (PartNumber: number, CopySourceRange?: string): Promise<CompletedPart> => {
    const input = { Bucket, Key, UploadId: id, PartNumber, CopySource: `${Bucket}/source`, CopySourceRange };
    const { CopyPartResult } = await client.send(new UploadPartCopyCommand(input));
    return { PartNumber, ETag: CopyPartResult?.ETag };
  };
  await complete(id, [await copy(1), await copy(2, "bytes=1-3")]);

  expect(same(await read(), Buffer.concat([two, two.subarray(1, 4)]))).toBe(true);
});

it.each([
  ["CRC32", "FULL_OBJECT"],
  ["CRC32C", "FULL_OBJECT"],
  ["CRC64NVME", "FULL_OBJECT"],
  ["CRC32", "COMPOSITE"],
  ["SHA256", "COMPOSITE"],
] as const)(
  "a %s checksum of type %s is made of the parts' own, and verified",
  async (ChecksumAlgorithm, ChecksumType) => {
    const id = await begin({ ChecksumAlgorithm, ChecksumType });
    const parts = [await upload(id, 1, one, { ChecksumAlgorithm }), await upload(id, 2, three, { ChecksumAlgorithm })];
    const field = `Checksum${ChecksumAlgorithm}` as const;
    const whole = createChecksummer(ChecksumAlgorithm);
    for (const part of [one, three]) whole.update(part);
    const expected = await whole.digest();

    if (ChecksumType === "FULL_OBJECT") {
      expect(await codeOf(complete(id, parts, { [field]: parts[0]?.[field] }))).toBe("BadDigest");
    }
    const done = await complete(id, parts, ChecksumType === "FULL_OBJECT" ? { [field]: expected } : {});

    expect(done[field]).toEqual(ChecksumType === "FULL_OBJECT" ? expected : expect.stringMatching(/-2$/));
    expect(done.ChecksumType).toBe(ChecksumType);
  },
);

it("completes on conditions: not over what is there (U3)", async () => {
  const id = await begin();
  const part = await upload(id, 1, three);
  await client.send(new PutObjectCommand({ Bucket, Key, Body: "first" }));

  expect(await codeOf(complete(id, [part], { IfNoneMatch: "*" }))).toBe("PreconditionFailed");
  expect((await read()).toString()).toBe("first");
  await complete(id, [part]);
  expect(same(await read(), three)).toBe(true);
});

it("takes parts by presigned URL", async () => {
  const id = await begin();
  const signer = s3.client(undefined, { requestChecksumCalculation: "WHEN_REQUIRED" });
  const url = await getSignedUrl(signer, new UploadPartCommand({ Bucket, Key, UploadId: id, PartNumber: 1 }));

  const answer = await fetch(url, { method: "PUT", body: "part" });
  await complete(id, [{ PartNumber: 1, ETag: answer.headers.get("etag") ?? "" }]);

  expect((await read()).toString()).toBe("part");
  expect((await fetch(url.replace("partNumber=1", "partNumber=2"), { method: "PUT", body: "x" })).status).toBe(403);
});
