import { request as httpRequest } from "node:http";
import { GetObjectCommand, HeadObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { createPresignedPost, type PresignedPostOptions } from "@aws-sdk/s3-presigned-post";
import { beforeEach, describe, expect, it } from "vitest";
import { refused, startBucket } from "./bucket-fixture.ts";
import { codeOf, outcomeOf, type TestS3, WORKER, WORKER_ARN } from "./s3-fixture.ts";

const Bucket = "forms";
const Key = "image/1";
let s3: TestS3;
let client: S3Client;

beforeEach(async () => {
  ({ s3, client } = await startBucket(Bucket));
});

type Signed = Awaited<ReturnType<typeof createPresignedPost>>;
const RANGE: ["content-length-range", number, number] = ["content-length-range", 1, 1000];
const sign = (options: Partial<PresignedPostOptions> = {}): Promise<Signed> =>
  createPresignedPost(s3.client(WORKER), {
    Bucket,
    Key,
    Conditions: [RANGE, { "Content-Type": "image/png" }],
    Fields: { "Content-Type": "image/png" },
    Expires: 300,
    ...options,
  } as PresignedPostOptions);
const post = async (
  { url, fields }: Signed,
  file: string | Blob,
  change: Record<string, string | undefined> = {},
  name = "cat.png",
) => {
  const form = new FormData();
  for (const [field, value] of Object.entries({ ...fields, ...change }))
    if (value !== undefined) form.append(field, value);
  form.append("file", typeof file === "string" ? new Blob([file]) : file, name);
  return fetch(url, { method: "POST", body: form, redirect: "manual" });
};
const exists = () => codeOf(client.send(new HeadObjectCommand({ Bucket, Key })));

describe("a form with a signed policy (P9)", () => {
  it("stores its file under the signed key, with the signed type, as the one who signed it", async () => {
    const answer = await post(await sign(), "bytes");

    expect(answer.status).toBe(204);
    expect(answer.headers.get("etag")).toMatch(/^"[0-9a-f]{32}"$/);
    const stored = await client.send(new GetObjectCommand({ Bucket, Key }));
    expect(await stored.Body?.transformToString()).toBe("bytes");
    expect(stored.ContentType).toBe("image/png");
    const put = s3.asked.find(({ action }) => action === "s3:PutObject");
    expect(put).toMatchObject({
      principal: { type: "role", arn: WORKER_ARN },
      resource: `arn:aws:s3:::${Bucket}/${Key}`,
    });
  });

  it("takes a file within the range and refuses one byte less and one byte more (U1)", async () => {
    const signed = await sign();

    expect(await outcomeOf(await post(signed, ""))).toEqual(refused(400, "EntityTooSmall"));
    expect(await outcomeOf(await post(signed, "x".repeat(1001)))).toEqual(refused(400, "EntityTooLarge"));
    expect(await exists()).toBe("NotFound");
    expect((await post(signed, "x".repeat(1000))).status).toBe(204);
    expect((await post(signed, "x")).status).toBe(204);
  });

  it("cuts a file off at the first byte beyond the range, long before its end (U1)", async () => {
    const signed = await sign();
    const form = new FormData();
    for (const [field, value] of Object.entries(signed.fields)) form.append(field, value);
    const head = Buffer.from(await new Response(form).arrayBuffer())
      .toString()
      .replace(/--\r\n$/, "\r\n");
    const boundary = /^--(\S+)/.exec(head)?.[1] ?? "";
    const start = `${head}Content-Disposition: form-data; name="file"; filename="a"\r\n\r\n`;

    const status = await new Promise<number | undefined>((resolve, reject) => {
      const headers = { "content-type": `multipart/form-data; boundary=${boundary}`, "content-length": 5e9 };
      const sending = httpRequest(signed.url, { method: "POST", headers }, (response) => {
        resolve(response.statusCode);
        sending.destroy();
      }).on("error", reject);
      sending.write(`${start}${"x".repeat(2000)}`);
    });

    expect(status).toBe(400);
    expect(await exists()).toBe("NotFound");
  });

  it("is refused for another key, type, bucket, or a field that the policy does not name (U3)", async () => {
    const signed = await sign();
    await s3.service.putBucket("elsewhere");
    const try_ = async (change: Record<string, string | undefined>) => outcomeOf(await post(signed, "x", change));

    expect(await try_({ key: "image/2" })).toEqual(refused(403, "AccessDenied"));
    expect(await try_({ "Content-Type": "text/html" })).toEqual(refused(403, "AccessDenied"));
    expect(await try_({ "Content-Type": undefined })).toEqual(refused(403, "AccessDenied"));
    expect(await try_({ "x-amz-meta-extra": "1" })).toEqual(refused(403, "AccessDenied"));
    expect(await try_({ "Cache-Control": "max-age=1" })).toEqual(refused(403, "AccessDenied"));
    expect(await try_({ success_action_status: "201" })).toEqual(refused(403, "AccessDenied"));
    const elsewhere = { ...signed, url: signed.url.replace(Bucket, "elsewhere") };
    expect(await outcomeOf(await post(elsewhere, "x"))).toEqual(refused(403, "AccessDenied"));
    expect((await post(signed, "x", { "x-ignore-this": "1" })).status).toBe(204);
  });

  it("is refused after its expiration (U3)", async () => {
    const signed = await sign({ Expires: 60 });

    s3.skewMs = 59_000;
    expect((await post(signed, "x")).status).toBe(204);
    s3.skewMs = 61_000;
    expect(await outcomeOf(await post(signed, "x"))).toEqual(refused(403, "AccessDenied"));
  });

  it("is refused with a policy, signature, credential or token that was changed", async () => {
    const signed = await sign();
    const policy = JSON.parse(Buffer.from(signed.fields.Policy ?? "", "base64").toString());
    const wider = { ...policy, conditions: [["starts-with", "$key", ""], ...policy.conditions] };
    const Policy = Buffer.from(JSON.stringify(wider)).toString("base64");
    const credential = signed.fields["X-Amz-Credential"] ?? "";
    const try_ = async (change: Record<string, string | undefined>) =>
      (await outcomeOf(await post(signed, "x", change))).code;

    expect(await try_({ Policy })).toBe("SignatureDoesNotMatch");
    expect(await try_({ "X-Amz-Signature": "0".repeat(64) })).toBe("SignatureDoesNotMatch");
    expect(await try_({ "X-Amz-Credential": credential.replace("eu-central-1", "eu-west-1") })).toBe(
      "AuthorizationHeaderMalformed",
    );
    expect(await try_({ "X-Amz-Credential": credential.replace("ASIAWORKER", "NOBODY") })).toBe("InvalidAccessKeyId");
    expect(await try_({ "X-Amz-Security-Token": "other" })).toBe("InvalidToken");
    expect(await exists()).toBe("NotFound");
  });

  it("with starts-with lets the rest of the value be chosen, and puts the file's name into the key", async () => {
    const signed = await sign({
      Key: "user/\u0024{filename}",
      Conditions: [RANGE, ["starts-with", "$Content-Type", "image/"]],
      Fields: {},
    });

    expect((await post(signed, "x", { "Content-Type": "image/webp" }, "C:\\pictures\\cat.webp")).status).toBe(204);
    expect(await client.send(new HeadObjectCommand({ Bucket, Key: "user/cat.webp" }))).toMatchObject({
      ContentType: "image/webp",
    });
    expect((await outcomeOf(await post(signed, "x", { "Content-Type": "text/html" }))).code).toBe("AccessDenied");
    expect((await outcomeOf(await post(signed, "x", { "Content-Type": "image/png, text/html" }))).code).toBe(
      "AccessDenied",
    );
    expect((await outcomeOf(await post(signed, "x", { key: "admin/a", "Content-Type": "image/png" }))).code).toBe(
      "AccessDenied",
    );
  });

  it("answers as it is asked to: 200, 201 with a document, or a redirect", async () => {
    const as = async (fields: Record<string, string>) =>
      post(
        await sign({
          Fields: fields,
          Conditions: [RANGE, ...Object.entries(fields).map(([name, value]) => ({ [name]: value }))],
        }),
        "x",
      );

    expect((await as({ success_action_status: "200" })).status).toBe(200);
    const created = await as({ success_action_status: "201" });
    expect([created.status, await created.text()]).toEqual([201, expect.stringContaining(`<Key>${Key}</Key>`)]);
    const redirect = await as({ success_action_redirect: "http://127.0.0.1/done?a=1" });
    expect([redirect.status, redirect.headers.get("location")]).toEqual([
      303,
      expect.stringMatching(/done\?a=1&bucket=forms&key=image%2F1&etag=/),
    ]);
  });

  it("is refused when IAM does not let its signer put that key", async () => {
    s3.authorize = ({ action }) => action !== "s3:PutObject";

    expect(await outcomeOf(await post(await sign(), "x"))).toEqual(refused(403, "AccessDenied"));
    expect(s3.logged).toContainEqual(expect.objectContaining({ message: "access denied", action: "s3:PutObject" }));
  });

  it("must be the owner's to describe: ACLs and other encryption are refused", async () => {
    const as = async (fields: Record<string, string>) =>
      outcomeOf(
        await post(
          await sign({
            Fields: fields,
            Conditions: [RANGE, ...Object.entries(fields).map(([name, value]) => ({ [name]: value }))],
          }),
          "x",
        ),
      );

    expect(await as({ acl: "public-read" })).toEqual(refused(400, "AccessControlListNotSupported"));
    expect(await as({ "x-amz-server-side-encryption": "aws:kms" })).toEqual(refused(501, "NotImplemented"));
  });
});

describe("fields of a form that go back as headers", () => {
  const free: Partial<PresignedPostOptions> = {
    Conditions: [RANGE, ["starts-with", "$Content-Type", ""], ["starts-with", "$x-amz-meta-name", ""]],
    Fields: {},
  };

  it("keep any text, and take no line end (U4)", async () => {
    const signed = await sign(free);
    const plain = { "Content-Type": "image/png" };

    expect((await post(signed, "x", { ...plain, "x-amz-meta-name": "ü 日本" })).status).toBe(204);
    const { Metadata } = await client.send(new HeadObjectCommand({ Bucket, Key }));
    expect(Buffer.from(Metadata?.name ?? "", "latin1").toString()).toBe("ü 日本");
    const evil = await post(signed, "x", { "Content-Type": "a\r\nX-Evil: 1", "x-amz-meta-name": "" });
    expect(await outcomeOf(evil)).toEqual(refused(400, "InvalidArgument"));
  });
});

describe("a form that is broken", () => {
  const raw = async (body: string, type = "multipart/form-data; boundary=b") =>
    outcomeOf(await fetch(`${s3.url}/${Bucket}`, { method: "POST", body, headers: { "content-type": type } }));
  const field = (name: string, value: string): string =>
    `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
  const file = '--b\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\nbytes\r\n';

  it("is refused, and the server goes on", async () => {
    expect(await raw("nonsense")).toEqual(refused(400, "MalformedPOSTRequest"));
    expect(await raw("", "multipart/form-data")).toEqual(refused(400, "MalformedPOSTRequest"));
    expect(await raw(`${field("key", "a")}--b--\r\n`)).toEqual(refused(400, "InvalidArgument"));
    expect(await raw(`${file}--b--\r\n`)).toEqual(refused(400, "InvalidArgument"));
    expect(await raw(`${field("key", "a")}${file}${file}--b--\r\n`)).toEqual(refused(400, "InvalidArgument"));
    expect(await raw(`${field("key", "a")}${field("key", "b")}${file}--b--\r\n`)).toEqual(
      refused(400, "MalformedPOSTRequest"),
    );
    expect(await raw(`${field("key", "a")}${field("big", "x".repeat(21_000))}${file}--b--\r\n`)).toEqual(
      refused(400, "MaxPostPreDataLengthExceeded"),
    );
    expect(
      await raw(`${field("key", "a")}${field("policy", "!!")}${field("x-amz-signature", "0")}${file}--b--\r\n`),
    ).toEqual(refused(400, "InvalidArgument"));
    expect(await raw(`${field("key", "a")}${file.slice(0, -4)}`)).toEqual(refused(400, "MalformedPOSTRequest"));
    expect(await codeOf(client.send(new HeadObjectCommand({ Bucket, Key: "a" })))).toBe("NotFound");
  });

  it("and one without a policy is anonymous, for IAM to judge", async () => {
    s3.authorize = ({ principal }) => principal.type !== "anonymous";

    expect(await raw(`${field("key", "a")}${file}--b--\r\n`)).toEqual(refused(403, "AccessDenied"));
  });
});
