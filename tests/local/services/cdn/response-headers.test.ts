import { describe, expect, it } from "vitest";
import { errorSeconds, freshSeconds } from "../../../../local/services/cdn/lifetime.ts";
import { ObjectCache } from "../../../../local/services/cdn/object-cache.ts";
import { applyResponseHeadersPolicy } from "../../../../local/services/cdn/response-headers.ts";
import type { ResponseHeadersPolicy } from "../../../../local/services/cdn/settings.ts";

const policy: ResponseHeadersPolicy = {
  cors: {
    allowOrigins: ["https://allowed.example"],
    allowMethods: ["GET", "HEAD"],
    allowHeaders: ["range"],
    exposeHeaders: [],
    allowCredentials: false,
    maxAgeSeconds: 600,
    override: true,
  },
  headers: [
    { name: "X-Content-Type-Options", value: "nosniff", override: true },
    { name: "Cache-Control", value: "max-age=1", override: false },
  ],
  remove: ["x-amz-version-id"],
};
const apply = (origin: string | undefined, answer: Record<string, string> = {}, method = "GET") =>
  applyResponseHeadersPolicy(
    policy,
    { method, headers: { ...(origin && { origin }), "access-control-request-method": "GET" } },
    answer,
  );

describe("a response headers policy", () => {
  it("overrides, adds where there is none, and removes", () => {
    const headers = apply(undefined, {
      "x-content-type-options": "x",
      "cache-control": "max-age=9",
      "x-amz-version-id": "1",
    });

    expect(headers).toEqual({ "x-content-type-options": "nosniff", "cache-control": "max-age=9" });
  });

  it("A5: names a listed origin back, and says that the answer differs by origin", () => {
    const headers = apply("https://allowed.example", { "access-control-allow-origin": "*", vary: "Accept-Encoding" });

    expect(headers).toMatchObject({
      "access-control-allow-origin": "https://allowed.example",
      vary: "Accept-Encoding, Origin",
    });
    expect(headers).not.toHaveProperty("access-control-allow-methods");
  });

  it("answers a preflight with methods, headers and age", () => {
    expect(apply("https://allowed.example", {}, "OPTIONS")).toMatchObject({
      "access-control-allow-methods": "GET, HEAD",
      "access-control-allow-headers": "range",
      "access-control-max-age": "600",
    });
  });

  it.each(["https://allowed.evil.com", "null", "http://allowed.example", "https://allowed.example:444"])(
    "A5: gives %s no allow header, and drops the origin's own",
    (origin) => {
      expect(apply(origin, { "access-control-allow-origin": "*" })).not.toHaveProperty("access-control-allow-origin");
    },
  );
});

describe("how long answers are kept", () => {
  const bounds = { minTtl: 5, defaultTtl: 100, maxTtl: 1000, gzip: false, brotli: false };

  it.each([
    [undefined, 100],
    ["public, max-age=50", 50],
    ["max-age=50, s-maxage=70", 70],
    ["max-age=0", 5],
    ["max-age=99999, immutable", 1000],
    ["no-store", 5],
    ["private, max-age=50", 5],
  ])("Cache-Control %s: %i seconds", (control, seconds) => {
    expect(freshSeconds(bounds, control)).toBe(seconds);
  });

  it.each<[number, number | undefined, string | undefined, number]>([
    [404, undefined, undefined, 10],
    [404, 3, undefined, 3],
    [404, 3, "max-age=60", 60],
    [403, undefined, undefined, 0],
    [403, 10, undefined, 10],
    [416, 10, undefined, 0],
    [503, undefined, undefined, 10],
  ])("error %i with TTL %s and Cache-Control %s: %i seconds", (status, ttl, control, seconds) => {
    const custom = ttl === undefined ? [] : [{ errorCode: status, cachingMinTtl: ttl }];

    expect(errorSeconds(status, custom, bounds, control)).toBe(seconds);
  });

  it("the cache forgets what was not asked for the longest when it is full", () => {
    const cache = new ObjectCache(100);
    const answer = { status: 200, headers: {}, body: Buffer.alloc(40), storedAt: 0, freshUntil: 1, encoded: new Map() };
    cache.put("a", answer);
    cache.put("b", answer);
    cache.find("a");

    cache.put("c", answer);

    expect([cache.find("a"), cache.find("b"), cache.find("c")].map(Boolean)).toEqual([true, false, true]);
  });
});
