import { randomBytes } from "node:crypto";
import { createServer, get, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { brotliDecompressSync } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import { createCredentialStore } from "../../../../local/iam/credential-store.ts";
import { verifySignature } from "../../../../local/protocol/sigv4/verify-signature.ts";
import type { Principal } from "../../../../local/service.ts";
import { Distribution } from "../../../../local/services/cdn/distribution.ts";
import { createOriginFetcher } from "../../../../local/services/cdn/s3-origin.ts";
import type { CacheBehavior, DistributionSettings } from "../../../../local/services/cdn/settings.ts";
import { makeTemporaryFolder } from "../../../support/temporary-folder.ts";

interface StoredObject {
  readonly body: Buffer;
  readonly headers?: Record<string, string>;
}

const PRINCIPAL: Principal = {
  type: "service",
  service: "cloudfront.amazonaws.com",
  sourceArn: "arn:aws:cloudfront::111111111111:distribution/E1",
  sourceAccount: "111111111111",
};
const closing: (() => Promise<unknown> | unknown)[] = [];
let now = Date.UTC(2026, 10, 21);

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** A bucket called `media` that lets in only who signs as the distribution, and remembers what it was asked. */
async function startBucket() {
  const objects = new Map<string, StoredObject>();
  const requests: { method: string; url: string; headers: IncomingMessage["headers"] }[] = [];
  const credentials = createCredentialStore(makeTemporaryFolder("cdn"));
  const server = createServer((request, response) => {
    requests.push({ method: request.method ?? "", url: request.url ?? "", headers: request.headers });
    const signed = verifySignature(request, undefined, (key) => credentials.find(key), now, { service: "s3" });
    const object = signed?.principal.type === "service" ? objects.get(request.url ?? "") : undefined;
    answer(request, response, object);
  });
  const port = await listen(server);
  return { objects, requests, credentials, endpointUrl: `http://127.0.0.1:${port}` };
}

function answer(request: IncomingMessage, response: ServerResponse, object: StoredObject | undefined): void {
  if (!object) {
    response.writeHead(403, { "content-type": "application/xml", "x-amz-request-id": "1" }).end("<Error/>");
    return;
  }
  const etag = `"${object.body.length}"`;
  const headers = { etag, "content-type": "text/html", "x-amz-request-id": "1", ...object.headers };
  if (request.headers["if-none-match"] === etag) {
    response.writeHead(304, headers).end();
    return;
  }
  const [, start, end] = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? "") ?? [];
  const part = start ? object.body.subarray(Number(start), Number(end) + 1) : object.body;
  const bounds = start ? { "content-range": `bytes ${start}-${end}/${object.body.length}` } : {};
  response.writeHead(start ? 206 : 200, { ...headers, ...bounds, "content-length": part.length });
  response.end(request.method === "HEAD" ? undefined : part);
}

function listen(server: Server): Promise<number> {
  closing.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port)));
}

const BEHAVIOR: CacheBehavior = {
  pathPattern: "*",
  originId: "bucket",
  allowedMethods: ["GET", "HEAD", "OPTIONS"],
  compress: true,
  cachePolicy: { minTtl: 0, defaultTtl: 86_400, maxTtl: 31_536_000, gzip: true, brotli: true },
};

async function startCdn(settings: Partial<DistributionSettings> = {}) {
  const bucket = await startBucket();
  const origin = createOriginFetcher({
    ...bucket,
    region: "eu-central-1",
    clock: { now: () => now },
    principal: PRINCIPAL,
  });
  const distribution = new Distribution(
    {
      id: "E1",
      port: 0,
      enabled: true,
      origins: [{ originId: "bucket", bucket: "media", originPath: "", signed: true }],
      behaviors: [BEHAVIOR],
      customErrors: [{ errorCode: 403, cachingMinTtl: 10 }],
      ...settings,
    },
    { fetchOrigin: origin.fetch, log: () => {}, clock: { now: () => now } },
  );
  closing.push(
    () => origin.stop(),
    () => distribution.stop(),
  );
  await distribution.start();
  return { ...bucket, url: `http://${distribution.domainName}` };
}

/** `fetch` decompresses by itself; this does not. */
function getRaw(url: string, headers: Record<string, string>): Promise<{ message: IncomingMessage; body: Buffer }> {
  return new Promise((resolve, reject) => {
    get(url, { headers }, async (message) => {
      const pieces: Buffer[] = [];
      for await (const piece of message as AsyncIterable<Buffer>) pieces.push(piece);
      resolve({ message, body: Buffer.concat(pieces) });
    }).on("error", reject);
  });
}

describe("a distribution in front of a bucket (A6)", () => {
  it("fetches signed as itself, keeps what it got, and says which it was", async () => {
    const cdn = await startCdn();
    cdn.objects.set("/media/v1/a%20b.jpg", { body: Buffer.from("picture") });

    const first = await fetch(`${cdn.url}/v1/a%20b.jpg`);
    now += 3000;
    const second = await fetch(`${cdn.url}/v1/a%20b.jpg`);

    expect([first.status, await first.text(), first.headers.get("x-cache")]).toEqual([
      200,
      "picture",
      "Miss from cloudfront",
    ]);
    expect([await second.text(), second.headers.get("x-cache"), second.headers.get("age")]).toEqual([
      "picture",
      "Hit from cloudfront",
      "3",
    ]);
    expect(cdn.requests).toHaveLength(1);
    expect(first.headers.get("x-amz-request-id")).toBeNull();
  });

  it("A6: the path alone is the key; a query reaches neither the cache nor the bucket", async () => {
    const cdn = await startCdn();
    cdn.objects.set("/media/a", { body: Buffer.from("one") });

    await fetch(`${cdn.url}/a?x=1`);
    const second = await fetch(`${cdn.url}/a?x=2`, { headers: { cookie: "a=b" } });

    expect(second.headers.get("x-cache")).toBe("Hit from cloudfront");
    expect(cdn.requests.map(({ url }) => url)).toEqual(["/media/a"]);
  });

  it("A6: an error is kept no longer than its TTL: 403 before it is ready, 200 within 15 seconds", async () => {
    const cdn = await startCdn();

    const early = await fetch(`${cdn.url}/v1/x`);
    cdn.objects.set("/media/v1/x", { body: Buffer.from("ready") });
    now += 5_000;
    const soon = await fetch(`${cdn.url}/v1/x`);
    now += 6_000;
    const later = await fetch(`${cdn.url}/v1/x`);

    expect([early.status, soon.status, later.status]).toEqual([403, 403, 200]);
    expect(soon.headers.get("x-cache")).toBe("Error from cloudfront");
    expect(cdn.requests).toHaveLength(2);
  });

  it("honours max-age and no-cache within the policy's bounds, and asks again with the entity tag", async () => {
    const cdn = await startCdn();
    cdn.objects.set("/media/short", { body: Buffer.from("a"), headers: { "cache-control": "max-age=60" } });
    cdn.objects.set("/media/never", { body: Buffer.from("b"), headers: { "cache-control": "no-cache" } });
    const states = async (path: string) => (await fetch(`${cdn.url}/${path}`)).headers.get("x-cache");

    const short = [await states("short"), await states("short")];
    now += 61_000;
    short.push(await states("short"));
    const never = [await states("never"), await states("never")];

    expect(short).toEqual(["Miss from cloudfront", "Hit from cloudfront", "RefreshHit from cloudfront"]);
    expect(never).toEqual(["Miss from cloudfront", "Miss from cloudfront"]);
    expect(cdn.requests[1]?.headers["if-none-match"]).toBe('"1"');
  });

  it("answers 304 to who has it already, and ranges from what it keeps", async () => {
    const cdn = await startCdn();
    cdn.objects.set("/media/a", { body: Buffer.from("0123456789") });
    await fetch(`${cdn.url}/a`);
    const ask = (headers: Record<string, string>) => fetch(`${cdn.url}/a`, { headers });

    const unchanged = await ask({ "if-none-match": 'W/"10"' });
    const middle = await ask({ range: "bytes=2-4" });
    const tail = await ask({ range: "bytes=-3" });
    const beyond = await ask({ range: "bytes=10-" });

    expect(unchanged.status).toBe(304);
    expect([middle.status, middle.headers.get("content-range"), await middle.text()]).toEqual([
      206,
      "bytes 2-4/10",
      "234",
    ]);
    expect([tail.status, await tail.text()]).toEqual([206, "789"]);
    expect([beyond.status, beyond.headers.get("content-range")]).toEqual([416, "bytes */10"]);
    expect(cdn.requests).toHaveLength(1);
  });

  it("streams what is too large to keep, whole or by range, from the bucket each time", async () => {
    const cdn = await startCdn();
    const film = randomBytes(9 * 1024 * 1024);
    cdn.objects.set("/media/film", { body: film, headers: { "content-type": "video/mp4" } });

    const part = await fetch(`${cdn.url}/film`, { headers: { range: "bytes=1000000-1999999" } });
    const whole = [await fetch(`${cdn.url}/film`), await fetch(`${cdn.url}/film`)];

    expect([part.status, part.headers.get("content-range")]).toEqual([206, `bytes 1000000-1999999/${film.length}`]);
    expect(film.subarray(1_000_000, 2_000_000).equals(Buffer.from(await part.arrayBuffer()))).toBe(true);
    for (const response of whole) expect(Buffer.from(await response.arrayBuffer()).equals(film)).toBe(true);
    expect(cdn.requests).toHaveLength(3);
  });

  it("compresses text for who accepts it, with a weak tag, and pictures for nobody", async () => {
    const cdn = await startCdn();
    const text = "darkroom ".repeat(1000);
    cdn.objects.set("/media/a.js", {
      body: Buffer.from(text),
      headers: { "content-type": "text/javascript; charset=utf-8" },
    });
    cdn.objects.set("/media/a.jpg", { body: Buffer.from(text), headers: { "content-type": "image/jpeg" } });
    const accept = { "accept-encoding": "gzip, br" };

    const script = await getRaw(`${cdn.url}/a.js`, accept);
    const plain = await getRaw(`${cdn.url}/a.js`, { "accept-encoding": "br;q=0" });
    const picture = await getRaw(`${cdn.url}/a.jpg`, accept);

    expect(script.message.headers).toMatchObject({
      "content-encoding": "br",
      vary: "Accept-Encoding",
      etag: 'W/"9000"',
    });
    expect(brotliDecompressSync(script.body).toString()).toBe(text);
    expect(plain.message.headers["content-encoding"]).toBeUndefined();
    expect(picture.message.headers["content-encoding"]).toBeUndefined();
  });

  it("serves the root object at / and its own page for an error, where they are declared", async () => {
    const cdn = await startCdn({
      defaultRootObject: "index.html",
      customErrors: [{ errorCode: 403, responseCode: 404, responsePagePath: "/missing.html" }],
    });
    cdn.objects.set("/media/index.html", { body: Buffer.from("home") });
    cdn.objects.set("/media/missing.html", { body: Buffer.from("not here") });

    const home = await fetch(`${cdn.url}/?from=mail`);
    const missing = await fetch(`${cdn.url}/nothing`);

    expect(await home.text()).toBe("home");
    expect([missing.status, await missing.text()]).toEqual([404, "not here"]);
  });

  it("takes the first behavior whose pattern matches the path", async () => {
    const cdn = await startCdn({
      behaviors: [{ ...BEHAVIOR, pathPattern: "private/*", allowedMethods: ["HEAD"] }, BEHAVIOR],
    });
    cdn.objects.set("/media/private/a", { body: Buffer.from("a") });

    const statuses = [
      (await fetch(`${cdn.url}/private/a`)).status,
      (await fetch(`${cdn.url}/private/a`, { method: "HEAD" })).status,
    ];

    expect(statuses).toEqual([403, 200]);
  });

  it("refuses methods that are not declared, and never lets them reach the bucket", async () => {
    const cdn = await startCdn();

    const statuses = await Promise.all(
      ["POST", "PUT", "DELETE"].map(async (method) => (await fetch(`${cdn.url}/a`, { method })).status),
    );

    expect(statuses).toEqual([403, 403, 403]);
    expect(cdn.requests).toEqual([]);
  });

  it("without an origin access control it asks as a stranger", async () => {
    const cdn = await startCdn({ origins: [{ originId: "bucket", bucket: "media", originPath: "", signed: false }] });
    cdn.objects.set("/media/a", { body: Buffer.from("a") });

    const response = await fetch(`${cdn.url}/a`);

    expect(response.status).toBe(403);
    expect(cdn.requests[0]?.headers.authorization).toBeUndefined();
  });
});
