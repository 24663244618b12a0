import { randomUUID } from "node:crypto";
import { GetObjectCommand, HeadObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { S3UploadSigner } from "../../../../lambdas/aws/s3-upload-signer.ts";
import type { PostUpload, UploadGrant } from "../../../../lambdas/support/upload-signer.ts";
import { type LaptopS3, REGION, startLaptopS3 } from "../../aws/laptop-s3.ts";

const MAX_BYTES = 1000;
let s3: LaptopS3;
let signer: S3UploadSigner;

beforeAll(async () => {
  s3 = await startLaptopS3();
  await s3.createBucket("uploads", { versioned: true });
  const keys = s3.issueRole([["s3:PutObject"], "arn:aws:s3:::uploads/image/*"]);
  signer = new S3UploadSigner({ bucket: "uploads", region: REGION, endpoint: s3.url, credentials: async () => keys });
});
afterAll(() => s3.stop());

function makeGrant(change: Partial<UploadGrant> = {}): UploadGrant {
  return {
    key: `image/${randomUUID()}`,
    contentType: "image/jpeg",
    now: new Date(),
    expiresInSeconds: 300,
    ...change,
  };
}

async function post(upload: PostUpload, bytes: number, change: Record<string, string> = {}): Promise<number> {
  const form = new FormData();
  for (const [name, value] of Object.entries({ ...upload.fields, ...change })) form.append(name, value);
  form.append("file", new Blob([Buffer.alloc(bytes, 7)]), "../../evil.html");
  return answer(await fetch(upload.url, { method: "POST", body: form }));
}

async function put(url: string, bytes: number, headers: Record<string, string>): Promise<number> {
  return answer(await fetch(url, { method: "PUT", body: Buffer.alloc(bytes, 7), headers }));
}

async function answer(response: Response): Promise<number> {
  await response.arrayBuffer();
  return response.status;
}

async function readStored(key: string) {
  const found = await s3.owner.send(new HeadObjectCommand({ Bucket: "uploads", Key: key }));
  return { bytes: found.ContentLength, contentType: found.ContentType };
}

describe("a signed form, in front of S3", () => {
  it("U1: takes 1 byte and the limit, and refuses none and one byte more", async () => {
    for (const [bytes, status] of [
      [0, 400],
      [1, 201],
      [MAX_BYTES, 201],
      [MAX_BYTES + 1, 400],
    ] as const) {
      const upload = await signer.signPost({ ...makeGrant(), maxBytes: MAX_BYTES });

      expect(await post(upload, bytes)).toBe(status);
    }
  });

  it("U2: stores the signed content type, whatever the file part says", async () => {
    const grant = makeGrant();
    const upload = await signer.signPost({ ...grant, maxBytes: MAX_BYTES });

    expect(await post(upload, 5)).toBe(201);

    expect(await readStored(grant.key)).toEqual({ bytes: 5, contentType: "image/jpeg" });
  });

  it("U2, U3: refuses another type, another key, another field and a changed status", async () => {
    const changes: Record<string, string>[] = [
      { "Content-Type": "text/html" },
      { key: `image/${randomUUID()}` },
      { key: `image/$\{filename}` },
      { acl: "public-read" },
      { "x-amz-meta-note": "x" },
      { success_action_status: "200" },
      { success_action_redirect: "https://evil.example" },
    ];

    for (const change of changes) {
      const upload = await signer.signPost({ ...makeGrant(), maxBytes: MAX_BYTES });

      // 400 where S3 refuses the field itself, before it comes to the policy.
      expect([400, 403]).toContain(await post(upload, 5, change));
      await expect(readStored(upload.fields.key ?? "")).rejects.toMatchObject({ name: "NotFound" });
    }
  });

  it("U3: refuses a policy or a signature that was changed", async () => {
    const upload = await signer.signPost({ ...makeGrant(), maxBytes: MAX_BYTES });
    const wider = Buffer.from(upload.fields.policy ?? "", "base64")
      .toString()
      .replace("1,1000]", "1,9999]");

    expect(await post(upload, 5, { policy: Buffer.from(wider).toString("base64") })).toBe(403);
    expect(await post(upload, 5, { "x-amz-signature": "0".repeat(64) })).toBe(403);
  });

  it("U3: works until it expires, and not after", async () => {
    const past = (seconds: number) => makeGrant({ now: new Date(Date.now() - seconds * 1000) });

    expect(await post(await signer.signPost({ ...past(290), maxBytes: MAX_BYTES }), 5)).toBe(201);
    expect(await post(await signer.signPost({ ...past(301), maxBytes: MAX_BYTES }), 5)).toBe(403);
  });

  it("P1: gives no right that the signer's own role has not", async () => {
    const upload = await signer.signPost({ ...makeGrant({ key: `video/${randomUUID()}` }), maxBytes: MAX_BYTES });

    expect(await post(upload, 5)).toBe(403);
  });
});

describe("a signed PUT, in front of S3", () => {
  it("U1: takes exactly the declared length", async () => {
    for (const [bytes, status] of [
      [4, 403],
      [5, 200],
      [6, 403],
    ] as const) {
      const { url, headers } = await signer.signPut({ ...makeGrant(), bytes: 5 });

      expect(await put(url, bytes, { ...headers })).toBe(status);
    }
  });

  it("U2, U3: refuses another type, another key, another method and a left-out header", async () => {
    const grant = makeGrant();
    const { url, headers } = await signer.signPut({ ...grant, bytes: 5 });
    const otherKey = url.replace(grant.key, `image/${randomUUID()}`);

    expect(await put(url, 5, { ...headers, "content-type": "text/html" })).toBe(403);
    expect(await put(url, 5, { "content-type": "image/jpeg" })).toBe(403);
    expect(await put(url, 5, { "if-none-match": "*" })).toBe(403);
    expect(await put(otherKey, 5, { ...headers })).toBe(403);
    expect(await answer(await fetch(url))).toBe(403);
    expect(await answer(await fetch(url, { method: "DELETE" }))).toBe(403);
  });

  it("U3: cannot be used twice", async () => {
    const grant = makeGrant();
    const { url, headers } = await signer.signPut({ ...grant, bytes: 5 });

    expect(await put(url, 5, { ...headers })).toBe(200);
    expect(await put(url, 5, { ...headers })).toBe(412);
  });

  it("U3: works until it expires, and not after", async () => {
    const past = (seconds: number) => makeGrant({ now: new Date(Date.now() - seconds * 1000) });
    const fresh = await signer.signPut({ ...past(290), bytes: 5 });
    const stale = await signer.signPut({ ...past(301), bytes: 5 });

    expect(await put(fresh.url, 5, { ...fresh.headers })).toBe(200);
    expect(await put(stale.url, 5, { ...stale.headers })).toBe(403);
  });

  it("stores the bytes as they were sent, with their type", async () => {
    const grant = makeGrant();
    const { url, headers } = await signer.signPut({ ...grant, bytes: 5 });

    await put(url, 5, { ...headers });

    const found = await s3.owner.send(new GetObjectCommand({ Bucket: "uploads", Key: grant.key }));
    expect(await found.Body?.transformToByteArray()).toEqual(new Uint8Array(5).fill(7));
    expect(found.ContentType).toBe("image/jpeg");
  });
});
