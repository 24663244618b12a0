import { S3Client } from "@aws-sdk/client-s3";
import { createPresignedPost } from "@aws-sdk/s3-presigned-post";
import { S3RequestPresigner } from "@aws-sdk/s3-request-presigner";
import { describe, expect, it } from "vitest";
import { S3UploadSigner, signPolicy } from "../../../lambdas/aws/s3-upload-signer.ts";

const NOW = new Date("2026-11-01T12:00:00.000Z");
const CREDENTIALS = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret/+=", sessionToken: "token/+=&%" };
const GRANT = { key: "image/3f2c", contentType: "image/jpeg", now: NOW, expiresInSeconds: 300 };

function makeSigner(options: { endpoint?: string; sessionToken?: undefined } = {}) {
  const { endpoint, ...change } = options;
  const credentials = { ...CREDENTIALS, ...change };
  return new S3UploadSigner({
    bucket: "uploads",
    region: "eu-central-1",
    credentials: async () => credentials,
    endpoint,
  });
}

function readParameters(url: string): Record<string, string> {
  return Object.fromEntries(new URL(url).searchParams);
}

describe("the signer of uploads", () => {
  for (const [base, endpoint] of [
    ["https://uploads.s3.eu-central-1.amazonaws.com/", undefined],
    ["http://127.0.0.1:4566/uploads/", "http://127.0.0.1:4566"],
  ] as const) {
    it(`U2: signs a PUT under ${base} as the SDK's own presigner does, once told of the content type`, async () => {
      const { protocol, hostname, port, host, pathname } = new URL(`${base}image/3f2c`);
      const s3 = new S3Client({ region: "eu-central-1", credentials: CREDENTIALS });
      const expected = await new S3RequestPresigner({ ...s3.config }).presign(
        {
          method: "PUT",
          protocol,
          hostname,
          port: port ? Number(port) : undefined,
          path: pathname,
          query: {},
          headers: { host, "content-type": "image/jpeg", "content-length": "5", "if-none-match": "*" },
        },
        { expiresIn: 300, signingDate: NOW, signableHeaders: new Set(["content-type"]) },
      );

      const { url } = await makeSigner({ endpoint }).signPut({ ...GRANT, bytes: 5 });

      expect(url.startsWith(`${base}image/3f2c?`)).toBe(true);
      expect(readParameters(url)).toEqual(expected.query);
    });
  }

  it("U1, U2, U3: signs exactly length, type, host and If-None-Match of a PUT, and no checksum of an empty body", async () => {
    const { url } = await makeSigner().signPut({ ...GRANT, bytes: 5 });

    const parameters = readParameters(url);
    expect(parameters["X-Amz-SignedHeaders"]).toBe("content-length;content-type;host;if-none-match");
    expect(parameters["X-Amz-Expires"]).toBe("300");
    expect(parameters["X-Amz-Content-Sha256"]).toBe("UNSIGNED-PAYLOAD");
    expect(url).not.toMatch(/checksum|crc32/i);
  });

  it("U3: signs another length, type, key, time and secret differently", async () => {
    const signer = makeSigner();
    const grants = [
      { ...GRANT, bytes: 5 },
      { ...GRANT, bytes: 6 },
      { ...GRANT, bytes: 5, contentType: "image/png" },
      { ...GRANT, bytes: 5, key: "image/3f2d" },
      { ...GRANT, bytes: 5, now: new Date(NOW.getTime() + 1000) },
    ];

    const signed = await Promise.all(grants.map((grant) => signer.signPut(grant)));

    const signatures = signed.map(({ url }) => readParameters(url)["X-Amz-Signature"]);
    expect(new Set(signatures).size).toBe(grants.length);
  });

  it("U1, U2: lets a form send nothing but what its policy names: bucket, key, type, size, status", async () => {
    const { url, fields } = await makeSigner().signPost({ ...GRANT, maxBytes: 25_000_000 });

    const { policy, "x-amz-signature": signature, ...signedFields } = fields;
    expect(url).toBe("https://uploads.s3.eu-central-1.amazonaws.com/");
    expect(signature).toMatch(/^[0-9a-f]{64}$/);
    expect(JSON.parse(Buffer.from(policy ?? "", "base64").toString())).toEqual({
      expiration: "2026-11-01T12:05:00.000Z",
      conditions: [
        { bucket: "uploads" },
        ...Object.entries(signedFields).map(([name, value]) => ({ [name]: value })),
        ["content-length-range", 1, 25_000_000],
      ],
    });
    expect(signedFields).toEqual({
      key: "image/3f2c",
      "Content-Type": "image/jpeg",
      success_action_status: "201",
      "x-amz-algorithm": "AWS4-HMAC-SHA256",
      "x-amz-credential": "AKIDEXAMPLE/20261101/eu-central-1/s3/aws4_request",
      "x-amz-date": "20261101T120000Z",
      "x-amz-security-token": "token/+=&%",
    });
  });

  it("signs a policy as the SDK's own presigned post does", async () => {
    const expected = await createPresignedPost(new S3Client({ region: "eu-central-1", credentials: CREDENTIALS }), {
      Bucket: "uploads",
      Key: GRANT.key,
      Expires: 300,
    });
    const date = expected.fields["X-Amz-Date"] ?? "";
    const policy = expected.fields.Policy ?? "";

    const signature = signPolicy("secret/+=", [date.slice(0, 8), "eu-central-1", "s3", "aws4_request", policy]);

    expect(signature).toBe(expected.fields["X-Amz-Signature"]);
  });

  it("leaves the token out for keys that have none", async () => {
    const { fields } = await makeSigner({ sessionToken: undefined }).signPost({ ...GRANT, maxBytes: 5 });

    expect(fields).not.toHaveProperty("x-amz-security-token");
  });

  it("addresses a bucket at an endpoint of its own by path", async () => {
    const { url } = await makeSigner({ endpoint: "http://127.0.0.1:4566/" }).signPost({ ...GRANT, maxBytes: 5 });

    expect(url).toBe("http://127.0.0.1:4566/uploads/");
  });
});
