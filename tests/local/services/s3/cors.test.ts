import { GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { beforeEach, describe, expect, it } from "vitest";
import { startBucket } from "./bucket-fixture.ts";
import { outcomeOf, type TestS3 } from "./s3-fixture.ts";

const Bucket = "crossing";
const ORIGIN = "https://app.example";
let s3: TestS3;

beforeEach(async () => {
  ({ s3 } = await startBucket(Bucket, {
    cors: [
      {
        allowedOrigins: [ORIGIN, "https://*.preview.example"],
        allowedMethods: ["PUT", "POST"],
        allowedHeaders: ["content-type", "x-amz-meta-*"],
        exposeHeaders: ["ETag"],
        maxAgeSeconds: 600,
      },
      { allowedOrigins: ["*"], allowedMethods: ["GET"] },
    ],
  }));
});

const ask = (origin: string, method: string, headers?: string, path = `/${Bucket}/a`) =>
  fetch(`${s3.url}${path}`, {
    method: "OPTIONS",
    headers: {
      origin,
      "access-control-request-method": method,
      ...(headers === undefined ? {} : { "access-control-request-headers": headers }),
    },
  });

describe("a preflight (P9)", () => {
  it("lets a listed origin send a listed method with listed headers", async () => {
    const answer = await ask(ORIGIN, "PUT", "Content-Type, x-amz-meta-name");

    expect(answer.status).toBe(200);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      "access-control-allow-origin": ORIGIN,
      "access-control-allow-methods": "PUT, POST",
      "access-control-allow-headers": "content-type, x-amz-meta-name",
      "access-control-expose-headers": "ETag",
      "access-control-max-age": "600",
      vary: expect.stringContaining("Origin"),
    });
  });

  it.each([
    ["https://app.example.evil.com", "PUT", undefined],
    ["https://evil-app.example", "PUT", undefined],
    ["http://app.example", "PUT", undefined],
    ["https://app.example:8443", "PUT", undefined],
    ["null", "PUT", undefined],
    ["https://preview.example", "PUT", undefined],
    [ORIGIN, "DELETE", undefined],
    [ORIGIN, "PUT", "authorization"],
    [ORIGIN, "PUT", "content-type, x-other"],
  ])("refuses %s to send %s with %s, and gives no header that would allow it (A5)", async (origin, method, headers) => {
    const answer = await ask(origin, method, headers);

    expect(answer.headers.get("access-control-allow-origin")).toBeNull();
    expect(await outcomeOf(answer)).toEqual({ status: 403, code: "AccessForbidden" });
  });

  it("knows one wildcard in an origin, and answers * to anybody only where that stands in the rule", async () => {
    const preview = await ask("https://pr-1.preview.example", "PUT");
    const anybody = await ask("https://anybody.example", "GET");

    expect(preview.headers.get("access-control-allow-origin")).toBe("https://pr-1.preview.example");
    expect(anybody.headers.get("access-control-allow-origin")).toBe("*");
    expect(anybody.headers.get("access-control-allow-credentials")).toBeNull();
  });

  it("is refused for a bucket without rules, and without an origin", async () => {
    await s3.service.putBucket("closed");

    expect(await outcomeOf(await ask(ORIGIN, "PUT", undefined, "/closed/a"))).toEqual({
      status: 403,
      code: "AccessForbidden",
    });
    const without = await fetch(`${s3.url}/${Bucket}/a`, { method: "OPTIONS" });
    expect(await outcomeOf(without)).toEqual({ status: 400, code: "BadRequest" });
  });
});

describe("an actual request", () => {
  it("can be read by the page that sent it, also where it is refused; by no other page", async () => {
    const client = s3.client(undefined, { requestChecksumCalculation: "WHEN_REQUIRED" });
    const put = await getSignedUrl(client, new PutObjectCommand({ Bucket, Key: "a" }));
    const get = await getSignedUrl(client, new GetObjectCommand({ Bucket, Key: "a" }));
    const send = (origin: string, url = put) => fetch(url, { method: "PUT", body: "x", headers: { origin } });

    const stored = await send(ORIGIN);
    const refused = await send(ORIGIN, put.replace("/a?", "/b?"));
    const foreign = await send("https://evil.example");
    const read = await fetch(get, { headers: { origin: "https://evil.example" } });

    expect(stored.headers.get("access-control-allow-origin")).toBe(ORIGIN);
    expect(stored.headers.get("access-control-expose-headers")).toBe("ETag");
    expect([refused.status, refused.headers.get("access-control-allow-origin")]).toEqual([403, ORIGIN]);
    expect(foreign.headers.get("access-control-allow-origin")).toBeNull();
    expect(foreign.headers.get("vary")).toContain("Origin");
    expect(read.headers.get("access-control-allow-origin")).toBe("*");
  });
});
