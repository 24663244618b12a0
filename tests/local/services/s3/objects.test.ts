import { createHash, randomBytes } from "node:crypto";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { beforeEach, describe, expect, it } from "vitest";
import { listBlobs, readText, startBucket } from "./bucket-fixture.ts";
import { codeOf, OWNER, outcomeOf, signedFetch, type TestS3, WORKER } from "./s3-fixture.ts";

const Bucket = "pictures";
let s3: TestS3;
let client: S3Client;

beforeEach(async () => {
  ({ s3, client } = await startBucket(Bucket));
});

const put = (Key: string, Body: string | Buffer, more = {}) =>
  client.send(new PutObjectCommand({ Bucket, Key, Body, ...more }));
const get = (Key: string, more = {}) => readText(client, { Bucket, Key, ...more });
const files = () => listBlobs(s3.directory);

describe("objects", () => {
  it("come back as they were put, with headers, metadata and the MD5 of their bytes as ETag", async () => {
    const body = randomBytes(300_000);
    const metadata = { "file-name": "cat.png", author: "me" };
    await put("cat.png", body, { ContentType: "image/png", CacheControl: "max-age=60", Metadata: metadata });

    const answer = await client.send(new GetObjectCommand({ Bucket, Key: "cat.png" }));

    expect(Buffer.from((await answer.Body?.transformToByteArray()) ?? [])).toEqual(body);
    expect(answer).toMatchObject({ ContentType: "image/png", CacheControl: "max-age=60", Metadata: metadata });
    expect(answer).toMatchObject({ ContentLength: 300_000, ServerSideEncryption: "AES256", AcceptRanges: "bytes" });
    expect(answer.ETag).toBe(`"${createHash("md5").update(body).digest("hex")}"`);
  });

  it("take a streamed body, without its chunk framing and with its trailing checksum verified", async () => {
    const pieces = [randomBytes(100_000), randomBytes(1), randomBytes(65_536)];
    const whole = Buffer.concat(pieces);
    const Body = Readable.from(pieces);
    const done = await client.send(new PutObjectCommand({ Bucket, Key: "s", Body, ContentLength: whole.length }));

    const answer = await client.send(new GetObjectCommand({ Bucket, Key: "s", ChecksumMode: "ENABLED" }));

    expect(Buffer.from((await answer.Body?.transformToByteArray()) ?? [])).toEqual(whole);
    expect(answer.ChecksumCRC32).toBe(done.ChecksumCRC32);
    expect(answer.ContentEncoding).toBeUndefined();
  });

  it("may be 20 MB and more, and empty", async () => {
    const large = randomBytes(20 * 1024 * 1024);
    await put("large", large);
    await put("empty", "");

    const answer = await client.send(new GetObjectCommand({ Bucket, Key: "large" }));

    expect(Buffer.from((await answer.Body?.transformToByteArray()) ?? []).equals(large)).toBe(true);
    expect(await get("empty")).toBe("");
    expect(await client.send(new HeadObjectCommand({ Bucket, Key: "empty" }))).toMatchObject({ ContentLength: 0 });
  });

  it("give ranges: from the start, to the end, from the end; and 416 past it", async () => {
    await put("digits", "0123456789");

    expect(await get("digits", { Range: "bytes=2-4" })).toBe("234");
    expect(await get("digits", { Range: "bytes=7-" })).toBe("789");
    expect(await get("digits", { Range: "bytes=-2" })).toBe("89");
    expect(await get("digits", { Range: "bytes=8-100" })).toBe("89");
    expect(await codeOf(get("digits", { Range: "bytes=10-" }))).toBe("InvalidRange");
    const part = await client.send(new GetObjectCommand({ Bucket, Key: "digits", Range: "bytes=2-4" }));
    expect(part).toMatchObject({ ContentRange: "bytes 2-4/10", ContentLength: 3, $metadata: { httpStatusCode: 206 } });
  });

  it("are replaced whole and removed whole, and leave no file behind", async () => {
    await put("a", "first");
    await put("a", "second");
    expect(await get("a")).toBe("second");
    await client.send(new DeleteObjectCommand({ Bucket, Key: "a" }));
    await client.send(new DeleteObjectCommand({ Bucket, Key: "never-was" }));

    expect(await codeOf(get("a"))).toBe("NoSuchKey");
    expect(await codeOf(client.send(new HeadObjectCommand({ Bucket, Key: "a" })))).toBe("NotFound");
    await s3.restart();
    expect(files()).toEqual([]);
  });

  it("are copied with their description, or with another where the request replaces it", async () => {
    await put("source key+1", "bytes", { ContentType: "text/plain", Metadata: { a: "1" }, Tagging: "t=1" });
    const CopySource = `${Bucket}/${encodeURIComponent("source key+1")}`;
    await client.send(new CopyObjectCommand({ Bucket, Key: "kept", CopySource }));
    const replaced = { MetadataDirective: "REPLACE", ContentType: "text/html", Metadata: { b: "2" } } as const;
    await client.send(new CopyObjectCommand({ Bucket, Key: "other", CopySource, ...replaced }));

    const kept = await client.send(new GetObjectCommand({ Bucket, Key: "kept" }));
    const other = await client.send(new GetObjectCommand({ Bucket, Key: "other" }));

    expect(await kept.Body?.transformToString()).toBe("bytes");
    expect(kept).toMatchObject({ ContentType: "text/plain", Metadata: { a: "1" }, TagCount: 1 });
    expect(other).toMatchObject({ ContentType: "text/html", Metadata: { b: "2" } });
    const onto = client.send(new CopyObjectCommand({ Bucket, Key: "kept", CopySource: `${Bucket}/kept` }));
    expect(await codeOf(onto)).toBe("InvalidRequest");
  });

  it("are deleted many at a time, each answered for, and quietly where asked", async () => {
    for (const key of ["a", "b&<c>", "d"]) await put(key, "x");
    const Objects = [{ Key: "a" }, { Key: "b&<c>" }, { Key: "missing" }];

    const answer = await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
    const quiet = await client.send(
      new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: "d" }], Quiet: true } }),
    );

    expect(answer.Deleted?.map(({ Key }) => Key)).toEqual(["a", "b&<c>", "missing"]);
    expect(quiet.Deleted).toBeUndefined();
    expect((await client.send(new ListObjectsV2Command({ Bucket }))).KeyCount).toBe(0);
  });

  it("answer reads on conditions: 304 where unchanged, 412 where not the one that was meant", async () => {
    const { ETag } = await put("a", "x");
    const status = (more: object) =>
      client.send(new GetObjectCommand({ Bucket, Key: "a", ...more })).then(
        (answer) => answer.$metadata.httpStatusCode,
        (error) => error.$metadata.httpStatusCode,
      );

    expect(await status({ IfNoneMatch: ETag })).toBe(304);
    expect(await status({ IfNoneMatch: '"other"' })).toBe(200);
    expect(await status({ IfMatch: ETag })).toBe(200);
    expect(await status({ IfMatch: '"other"' })).toBe(412);
    expect(await status({ IfModifiedSince: new Date(Date.now() + 60_000) })).toBe(304);
    expect(await status({ IfUnmodifiedSince: new Date(0) })).toBe(412);
  });

  it("are written on conditions: only where nothing is (U3), or only over the one that was read", async () => {
    const { ETag } = await put("a", "first");

    expect(await codeOf(put("a", "second", { IfNoneMatch: "*" }))).toBe("PreconditionFailed");
    expect(await codeOf(put("a", "second", { IfMatch: '"other"' }))).toBe("PreconditionFailed");
    expect(await codeOf(put("missing", "second", { IfMatch: '"other"' }))).toBe("NoSuchKey");
    expect(await codeOf(put("a", "second", { IfNoneMatch: '"other"' }))).toBe("NotImplemented");
    expect(await get("a")).toBe("first");
    await put("a", "second", { IfMatch: ETag });
    await put("new", "x", { IfNoneMatch: "*" });
    expect(await get("a")).toBe("second");
  });

  it("are written by exactly one of many that ask for If-None-Match at once (U3)", async () => {
    const tries = Array.from({ length: 10 }, (_, index) => codeOf(put("race", `body ${index}`, { IfNoneMatch: "*" })));

    const codes = await Promise.all(tries);

    expect(codes.filter((code) => code === "no error")).toHaveLength(1);
    expect(codes.filter((code) => code === "PreconditionFailed")).toHaveLength(9);
  });

  it("answer with other headers where a signed request asks for them", async () => {
    await put("a", "x", { ContentType: "text/plain" });
    const ResponseContentDisposition = 'attachment; filename="b c.txt"';

    const answer = await client.send(
      new GetObjectCommand({ Bucket, Key: "a", ResponseContentType: "text/css", ResponseContentDisposition }),
    );

    expect(answer).toMatchObject({ ContentType: "text/css", ContentDisposition: ResponseContentDisposition });
  });

  it("P9: tell nobody what they lack who has not proved who it is, or may not do it", async () => {
    s3.authorize = ({ principal }) => principal.type === "administrator";
    const anonymous = (path: string, init?: RequestInit) => fetch(`${s3.url}/${Bucket}${path}`, init).then(outcomeOf);
    const asStranger = { ...OWNER, secretAccessKey: "guess" };
    const refused = { status: 403, code: "AccessDenied" };

    expect(await anonymous("/a?torrent")).toEqual(refused);
    expect(await anonymous("?replication")).toEqual(refused);
    expect(await anonymous("/a", { method: "PUT", body: "x", headers: { "x-amz-storage-class": "GLACIER" } })).toEqual(
      refused,
    );
    const forged = await signedFetch(s3, "GET", `/${Bucket}/a?torrent`, { credentials: asStranger }).then(outcomeOf);
    expect(forged).toEqual({ status: 403, code: "SignatureDoesNotMatch" });
    const worker = { credentials: WORKER, headers: { "x-amz-storage-class": "GLACIER" }, body: "x" };
    expect(await signedFetch(s3, "PUT", `/${Bucket}/a`, worker).then(outcomeOf)).toEqual(refused);
    const owner = await signedFetch(s3, "GET", `/${Bucket}/a?torrent`).then(outcomeOf);
    expect(owner).toEqual({ status: 501, code: "NotImplemented" });
  });

  it("refuse by name what a laptop cannot honour", async () => {
    expect(await codeOf(put("a", "x", { ServerSideEncryption: "aws:kms" }))).toBe("NotImplemented");
    expect(await codeOf(put("a", "x", { StorageClass: "GLACIER" }))).toBe("NotImplemented");
    expect(await codeOf(put("a", "x", { ACL: "public-read" }))).toBe("AccessControlListNotSupported");
    expect(await codeOf(put("a", "x", { WebsiteRedirectLocation: "/b" }))).toBe("NotImplemented");
    expect(await codeOf(put("a", "x", { ExpectedBucketOwner: "222222222222" }))).toBe("AccessDenied");
    expect(await codeOf(put("a", "x", { Metadata: { a: "x".repeat(2100) } }))).toBe("MetadataTooLarge");
    expect(files()).toEqual([]);
  });
});

describe("checksums", () => {
  const algorithms = ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"] as const;

  it.each(algorithms)("of %s are verified, kept and given back", async (ChecksumAlgorithm) => {
    const sent = await put("a", "some bytes", { ChecksumAlgorithm });

    const answer = await client.send(new GetObjectCommand({ Bucket, Key: "a", ChecksumMode: "ENABLED" }));

    expect(answer[`Checksum${ChecksumAlgorithm}`]).toBe(sent[`Checksum${ChecksumAlgorithm}`]);
    expect(answer[`Checksum${ChecksumAlgorithm}`]).toMatch(/=$/);
    expect(await answer.Body?.transformToString()).toBe("some bytes");
  });

  it("that do not fit the body refuse it, and nothing is stored", async () => {
    const right = createHash("md5").update("x").digest("base64");
    await put("right", "x", { ContentMD5: right });

    expect(await codeOf(put("a", "y", { ContentMD5: right }))).toBe("BadDigest");
    expect(await codeOf(put("a", "y", { ContentMD5: "bm90IGFuIG1kNQ==" }))).toBe("InvalidDigest");
    expect(await codeOf(put("a", "y", { ChecksumSHA256: createHash("sha256").update("x").digest("base64") }))).toBe(
      "BadDigest",
    );
    expect(await codeOf(put("a", "y", { ChecksumCRC32: "AAAAAA==" }))).toBe("BadDigest");
    expect(await codeOf(get("a"))).toBe("NoSuchKey");
  });
});

describe("listing", () => {
  beforeEach(async () => {
    for (const key of ["a/1", "a/2", "a/b/3", "c", "d/4"]) await put(key, key);
  });

  it("rolls keys up at the delimiter and follows the prefix", async () => {
    const top = await client.send(new ListObjectsV2Command({ Bucket, Delimiter: "/" }));
    const inside = await client.send(new ListObjectsV2Command({ Bucket, Delimiter: "/", Prefix: "a/" }));

    expect(top.CommonPrefixes?.map(({ Prefix }) => Prefix)).toEqual(["a/", "d/"]);
    expect(top.Contents?.map(({ Key }) => Key)).toEqual(["c"]);
    expect(inside.Contents?.map(({ Key, Size }) => [Key, Size])).toEqual([
      ["a/1", 3],
      ["a/2", 3],
    ]);
    expect(inside.CommonPrefixes?.map(({ Prefix }) => Prefix)).toEqual(["a/b/"]);
  });

  it.each([1, 2, 3])("goes through all pages of %i, each entry once, with and without a delimiter", async (MaxKeys) => {
    const walk = async (more: object): Promise<string[]> => {
      const seen: string[] = [];
      let ContinuationToken: string | undefined;
      do {
        const page = await client.send(new ListObjectsV2Command({ Bucket, MaxKeys, ContinuationToken, ...more }));
        seen.push(
          ...(page.CommonPrefixes ?? []).map(({ Prefix = "" }) => Prefix),
          ...(page.Contents ?? []).map(({ Key = "" }) => Key),
        );
        expect(page.KeyCount).toBeLessThanOrEqual(MaxKeys);
        ContinuationToken = page.NextContinuationToken;
      } while (ContinuationToken);
      return seen.sort();
    };

    expect(await walk({})).toEqual(["a/1", "a/2", "a/b/3", "c", "d/4"]);
    expect(await walk({ Delimiter: "/" })).toEqual(["a/", "c", "d/"]);
    expect(await walk({ StartAfter: "a/2" })).toEqual(["a/b/3", "c", "d/4"]);
  });

  it("of the first version goes on by marker", async () => {
    const first = await client.send(new ListObjectsCommand({ Bucket, Delimiter: "/", MaxKeys: 1 }));
    const second = await client.send(
      new ListObjectsCommand({ Bucket, Delimiter: "/", MaxKeys: 9, Marker: first.NextMarker }),
    );

    expect(first).toMatchObject({ IsTruncated: true, NextMarker: "a/" });
    expect(second.Contents?.map(({ Key }) => Key)).toEqual(["c"]);
    expect(second).toMatchObject({ IsTruncated: false });
  });

  it("orders keys by their UTF-8 bytes", async () => {
    const keys = ["Z", "z", "é", "\uffee", "😀", "10", "9"];
    for (const key of keys) await put(`order/${key}`, "x");

    const { Contents } = await client.send(new ListObjectsV2Command({ Bucket, Prefix: "order/" }));

    const byBytes = keys
      .map((key) => Buffer.from(`order/${key}`))
      .sort(Buffer.compare)
      .map(String);
    expect(Contents?.map(({ Key }) => Key)).toEqual(byBytes);
  });
});

describe("awkward keys", () => {
  const keys = [
    ...["../../escape", "a/../b", "./a", "a//b", "/lead", "trail/", "a b+c%20d", "?query=1&x", "#hash", "ü/😀/日本"],
    ...[
      "!'()*~$,:;=@[]^`{|}",
      "\\back\\slash",
      "quote\"'<&>",
      "line\r\nbreak\ttab",
      ".",
      "..",
      "x".repeat(1024),
      "CON",
      "a\u0001b",
    ],
  ];

  it("are all kept apart, read, listed and removed, and none leaves its folder (U4)", async () => {
    const outside = readdirSync(join(s3.directory, "..")).filter((name) => name === "escape");
    for (const key of keys) await put(key, `body of ${key}`);

    for (const key of keys) expect(await get(key)).toBe(`body of ${key}`);
    const { Contents } = await client.send(new ListObjectsV2Command({ Bucket, EncodingType: "url" }));
    const listed = (Contents ?? []).map(({ Key = "" }) => decodeURIComponent(Key.replaceAll("+", " ")));
    expect(listed.sort()).toEqual([...keys].sort());
    expect(readdirSync(join(s3.directory, "..")).filter((name) => name === "escape")).toEqual(outside);
    expect(files().every((name) => /^[0-9a-f]{2}\/[0-9a-f]{64}-[0-9a-f]{16}$/.test(name))).toBe(true);
    for (const key of keys) await client.send(new DeleteObjectCommand({ Bucket, Key: key }));
    expect((await client.send(new ListObjectsV2Command({ Bucket }))).KeyCount).toBe(0);
  });

  it("longer than 1024 bytes are refused", async () => {
    expect(await codeOf(put("é".repeat(513), "x"))).toBe("KeyTooLongError");
  });
});
