import { createHash } from "node:crypto";
import {
  GetObjectCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  PutObjectCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { beforeEach, describe, expect, it } from "vitest";
import { readText, refused, startBucket } from "./bucket-fixture.ts";
import { codeOf, OWNER, outcomeOf, signedFetch, type TestS3, WORKER } from "./s3-fixture.ts";

const Bucket = "signed";
let s3: TestS3;
let client: S3Client;

beforeEach(async () => {
  ({ s3, client } = await startBucket(Bucket, {}, { requestChecksumCalculation: "WHEN_REQUIRED" }));
});

const read = (Key: string) => readText(client, { Bucket, Key });

describe("a request signed in its headers (P9)", () => {
  it("is refused with an unknown key, a wrong secret, or a session token that is not its own", async () => {
    const list = (credentials: typeof OWNER & { sessionToken?: string }) =>
      codeOf(s3.client(credentials).send(new ListBucketsCommand({})));

    expect(await list({ ...OWNER, accessKeyId: "AKIANOBODY" })).toBe("InvalidAccessKeyId");
    expect(await list({ ...OWNER, secretAccessKey: "guess" })).toBe("SignatureDoesNotMatch");
    expect(await list({ ...OWNER, sessionToken: "foreign" })).toBe("InvalidToken");
    expect(await list({ ...WORKER, sessionToken: "stale" })).toBe("InvalidToken");
    expect(await list(WORKER)).toBe("no error");
  });

  it("is refused when its clock is more than 15 minutes off", async () => {
    // The SDK corrects its clock by the answer's; a plain request does not.
    const head = () => signedFetch(s3, "GET", "/").then(outcomeOf);
    expect((await head()).status).toBe(200);

    const early = await signedFetch({ ...s3, skewMs: -16 * 60_000 }, "GET", "/").then(outcomeOf);
    const late = await signedFetch({ ...s3, skewMs: 16 * 60_000 }, "GET", "/").then(outcomeOf);

    expect(early).toEqual(refused(403, "RequestTimeTooSkewed"));
    expect(late).toEqual(refused(403, "RequestTimeTooSkewed"));
  });

  it("is refused for another region or service", async () => {
    const region = await signedFetch(s3, "GET", "/", { region: "us-east-1" }).then(outcomeOf);
    const service = await signedFetch(s3, "GET", "/", { service: "sqs" }).then(outcomeOf);

    expect(region).toEqual(refused(400, "AuthorizationHeaderMalformed"));
    expect(service).toEqual(refused(400, "AuthorizationHeaderMalformed"));
  });

  it("is refused when its body is not the one that was hashed, and nothing is stored", async () => {
    const headers = { "x-amz-content-sha256": createHash("sha256").update("other").digest("hex") };

    const answer = await signedFetch(s3, "PUT", `/${Bucket}/a`, { body: "bytes", headers }).then(outcomeOf);

    expect(answer).toEqual(refused(400, "BadDigest"));
    expect(await codeOf(read("a"))).toBe("NoSuchKey");
  });

  it("is refused when an x-amz header was added, or the header cannot be read", async () => {
    const raw = (headers: Record<string, string>) => fetch(s3.url, { headers }).then(outcomeOf);

    expect(await raw({ authorization: "AWS4-HMAC-SHA256 nonsense" })).toEqual(
      refused(400, "AuthorizationHeaderMalformed"),
    );
    expect(await raw({ authorization: "Basic abc" })).toEqual(refused(400, "InvalidArgument"));
    expect((await raw({ "x-amz-date": "now" })).status).toBe(200);
  });
});

describe("a presigned PUT (P9)", () => {
  const sign = (input: object = {}, options: object = {}) =>
    getSignedUrl(client, new PutObjectCommand({ Bucket, Key: "up", ...input }), {
      expiresIn: 300,
      signableHeaders: new Set(["content-type", "if-none-match", "host", "content-length"]),
      ...options,
    });
  // The SDK signs a type of its own where a command names none.
  const OCTETS = "application/octet-stream";
  const put = async (url: string, body: string, headers: Record<string, string> = {}) =>
    outcomeOf(await fetch(url, { method: "PUT", body, headers: { "content-type": OCTETS, ...headers } }));

  it("stores the body, without any other credentials", async () => {
    expect((await put(await sign(), "bytes")).status).toBe(200);
    expect(await read("up")).toBe("bytes");
  });

  it("signs its exact length: one byte more or less is refused (U1)", async () => {
    const url = await sign({ ContentLength: 5 });

    expect(await put(url, "123456")).toEqual(refused(403, "SignatureDoesNotMatch"));
    expect(await put(url, "1234")).toEqual(refused(403, "SignatureDoesNotMatch"));
    expect((await put(url, "12345")).status).toBe(200);
  });

  it("signs its content type: another is refused (U2)", async () => {
    const url = await sign({ ContentType: "image/png" });

    expect(new URL(url).searchParams.get("X-Amz-SignedHeaders")).toBe("content-type;host");
    expect(await put(url, "x", { "content-type": "text/html" })).toEqual(refused(403, "SignatureDoesNotMatch"));
    expect((await put(url, "x", { "content-type": "image/png" })).status).toBe(200);
  });

  it("with If-None-Match writes once; the second is 412, and without the header it is no signature (U3)", async () => {
    const url = await sign({ IfNoneMatch: "*" });

    expect(await put(url, "x")).toEqual(refused(403, "SignatureDoesNotMatch"));
    expect((await put(url, "first", { "if-none-match": "*" })).status).toBe(200);
    expect(await put(url, "second", { "if-none-match": "*" })).toEqual(refused(412, "PreconditionFailed"));
    expect(await read("up")).toBe("first");
  });

  it("expires to the second (U3)", async () => {
    const url = await sign({}, { expiresIn: 60 });

    s3.skewMs = 59_000;
    expect((await put(url, "in time")).status).toBe(200);
    s3.skewMs = 62_000;
    expect(await put(url, "late")).toEqual(refused(403, "AccessDenied"));
  });

  it.each([
    ["another key", (url: string) => url.replace("/up?", "/other?")],
    ["a key above", (url: string) => url.replace("/up?", "/../up?")],
    ["another bucket", (url: string) => url.replace(`/${Bucket}/`, "/signed2/")],
    ["a longer life", (url: string) => url.replace("X-Amz-Expires=300", "X-Amz-Expires=3000")],
    ["another signature", (url: string) => url.replace(/X-Amz-Signature=./, "X-Amz-Signature=g")],
    ["one parameter more", (url: string) => `${url}&versionId=null`],
    ["fewer signed headers", (url: string) => url.replace("content-type%3Bhost", "host")],
  ])("is refused for %s (U3)", async (_what, change) => {
    await s3.service.putBucket("signed2");
    const url = change(await sign({ ContentType: "image/png" }));

    expect(await put(url, "x", { "content-type": "image/png" })).toEqual(refused(403, "SignatureDoesNotMatch"));
  });

  it("is refused for another method (U3)", async () => {
    expect(await outcomeOf(await fetch(await sign()))).toEqual(refused(403, "SignatureDoesNotMatch"));
  });

  it("does not let its holder add x-amz headers that nobody signed", async () => {
    const url = await sign();

    for (const name of ["x-amz-meta-a", "x-amz-tagging", "x-amz-acl", "x-amz-storage-class"]) {
      expect(await put(url, "x", { [name]: "a=b" })).toEqual(refused(403, "AccessDenied"));
    }
  });

  it("is refused with a life of more than a week, or none", async () => {
    const url = await sign();

    for (const seconds of ["604801", "0", "-1", "abc"]) {
      const answer = await put(url.replace("X-Amz-Expires=300", `X-Amz-Expires=${seconds}`), "x");
      expect(answer).toEqual(refused(400, "AuthorizationQueryParametersError"));
    }
  });

  it("carries the session token of temporary credentials, and is refused without it", async () => {
    const url = await getSignedUrl(
      s3.client(WORKER, { requestChecksumCalculation: "WHEN_REQUIRED" }),
      new PutObjectCommand({ Bucket, Key: "up" }),
    );

    expect(await put(url.replace(/X-Amz-Security-Token=[^&]*&/, ""), "x")).toEqual(refused(400, "InvalidToken"));
    expect((await put(url, "x")).status).toBe(200);
  });

  it("of an SDK's defaults takes any body: the checksum of nothing in its address is signed, and not looked at", async () => {
    const url = await getSignedUrl(s3.client(), new PutObjectCommand({ Bucket, Key: "up" }));

    expect(new URL(url).searchParams.get("x-amz-checksum-crc32")).toBe("AAAAAA==");
    const tampered = url.replace("AAAAAA%3D%3D", "AAAAAB%3D%3D");
    expect(await put(tampered, "not empty")).toEqual(refused(403, "SignatureDoesNotMatch"));
    expect((await put(url, "not empty")).status).toBe(200);
    expect(await read("up")).toBe("not empty");
    const head = await client.send(new HeadObjectCommand({ Bucket, Key: "up", ChecksumMode: "ENABLED" }));
    expect(head.ChecksumCRC32).toBeUndefined();
  });

  it.each(["SHA256", "SHA1", "CRC32C", "CRC64NVME"] as const)(
    "holds nobody to a %s in its address, either",
    async (name) => {
      const checksum = { ChecksumAlgorithm: name, [`Checksum${name}`]: "d3Jvbmc=" };
      const url = await getSignedUrl(client, new PutObjectCommand({ Bucket, Key: "up", ...checksum }));

      expect((await put(url, "another body")).status).toBe(200);
    },
  );

  it("holds its user to a checksum that is signed as a header", async () => {
    const ChecksumSHA256 = createHash("sha256").update("the body").digest("base64");
    const command = new PutObjectCommand({ Bucket, Key: "up", ChecksumSHA256 });
    const asHeader = new Set(["x-amz-checksum-sha256"]);
    const url = await getSignedUrl(client, command, { unhoistableHeaders: asHeader });
    const send = (body: string) =>
      fetch(url, { method: "PUT", headers: { "x-amz-checksum-sha256": ChecksumSHA256 }, body }).then(outcomeOf);

    expect(await put(url, "the body")).toEqual(refused(403, "SignatureDoesNotMatch"));
    expect(await send("another body")).toEqual(refused(400, "BadDigest"));
    expect((await send("the body")).status).toBe(200);
  });
});

describe("a presigned GET (P9)", () => {
  const sign = (input: object = {}, options: object = {}) =>
    getSignedUrl(client, new GetObjectCommand({ Bucket, Key: "a b/ü+c%20.txt", ...input }), options);

  beforeEach(() =>
    client.send(new PutObjectCommand({ Bucket, Key: "a b/ü+c%20.txt", Body: "bytes", ContentType: "text/plain" })),
  );

  it("reads, whatever the key", async () => {
    const answer = await fetch(await sign());

    expect(await answer.text()).toBe("bytes");
    expect(answer.headers.get("content-type")).toBe("text/plain");
  });

  it("takes ranges that nobody signed", async () => {
    const answer = await fetch(await sign(), { headers: { range: "bytes=1-2" } });

    expect([answer.status, await answer.text()]).toEqual([206, "yt"]);
  });

  it("answers with the headers that were signed into it, and no others", async () => {
    const url = await sign({ ResponseContentType: "image/png" });

    expect((await fetch(url)).headers.get("content-type")).toBe("image/png");
    const changed = await fetch(url.replace("image%2Fpng", "text%2Fhtml"));
    expect(await outcomeOf(changed)).toEqual(refused(403, "SignatureDoesNotMatch"));
  });

  it("names a download in any script, and takes no line end (U4)", async () => {
    const named = await fetch(await sign({ ResponseContentDisposition: "attachment; filename=日本.txt" }));
    const evil = await fetch(await sign({ ResponseContentDisposition: "a\r\nX-Evil: 1" }));

    const disposition = named.headers.get("content-disposition") ?? "";
    expect(Buffer.from(disposition, "latin1").toString()).toBe("attachment; filename=日本.txt");
    expect(await outcomeOf(evil)).toEqual(refused(400, "InvalidArgument"));
  });

  it("expires, and is not valid before its time", async () => {
    const url = await sign({}, { expiresIn: 10 });

    s3.skewMs = 11_000;
    expect(await outcomeOf(await fetch(url))).toEqual(refused(403, "AccessDenied"));
    s3.skewMs = -16 * 60_000;
    expect(await outcomeOf(await fetch(url))).toEqual(refused(403, "AccessDenied"));
  });

  it("does not write, delete, or read another object; a HEAD needs a signature of its own", async () => {
    const url = await sign();
    const head = await getSignedUrl(client, new HeadObjectCommand({ Bucket, Key: "a b/ü+c%20.txt" }));

    for (const method of ["PUT", "DELETE", "HEAD"]) expect((await fetch(url, { method })).status).toBe(403);
    expect(await outcomeOf(await fetch(url.replace(".txt?", ".tx?")))).toEqual(refused(403, "SignatureDoesNotMatch"));
    expect((await fetch(head, { method: "HEAD" })).headers.get("content-length")).toBe("5");
  });

  it("is refused together with an Authorization header", async () => {
    const answer = await fetch(await sign(), { headers: { authorization: "AWS4-HMAC-SHA256 x" } });

    expect(await outcomeOf(answer)).toEqual(refused(400, "InvalidArgument"));
  });
});
