import { once } from "node:events";
import { connect } from "node:net";
import { afterEach, describe, expect, it, onTestFinished } from "vitest";
import type { Principal } from "../../../../local/service.ts";
import type { CorsSettings } from "../../../../local/services/http-api/cors.ts";
import { HttpApi, type StageSettings } from "../../../../local/services/http-api/http-api.ts";
import { parseRouteKey } from "../../../../local/services/http-api/routes.ts";
import type { InvokeResult } from "../../../../local/services/lambda/seam.ts";

type Handler = (event: Record<string, unknown>, principal: Principal) => Promise<InvokeResult>;

const cors: CorsSettings = {
  allowOrigins: ["https://allowed.example"],
  allowMethods: ["GET", "POST"],
  allowHeaders: ["content-type"],
  exposeHeaders: ["retry-after"],
  allowCredentials: false,
  maxAgeSeconds: 3600,
};
const lines: Record<string, unknown>[] = [];
const open: HttpApi[] = [];
let now = Date.UTC(2026, 10, 21, 9, 30, 0);

afterEach(async () => {
  await Promise.all(open.splice(0).map((api) => api.stop()));
  lines.length = 0;
});

async function startApi(
  handler: Handler,
  options: { stage?: Partial<StageSettings>; routes?: string[]; cors?: CorsSettings; timeoutMs?: number } = {},
): Promise<string> {
  const api = new HttpApi(
    { apiId: "abc123", port: 0, ...(options.cors && { cors: options.cors }) },
    {
      region: "eu-central-1",
      accountId: "111111111111",
      lambda: { invoke: (principal, _arn, event) => handler(event as Record<string, unknown>, principal) },
      log: (line) => void lines.push(line),
      clock: { now: () => now },
    },
  );
  open.push(api);
  await api.start();
  for (const key of options.routes ?? ["GET /status", "POST /presign/upload"]) {
    const route = parseRouteKey(key);
    if (route) api.putRoute({ ...route, functionArn: "arn:fn", timeoutMs: options.timeoutMs ?? 5000 });
  }
  api.putStage({ routeThrottles: {}, ...options.stage });
  return api.url;
}

const answerWith =
  (payload: unknown): Handler =>
  async () => ({ outcome: "ok", payload });

describe("the event that a function gets", () => {
  it("is payload format 2.0, headers in lower case and repeated ones joined", async () => {
    let seen: Record<string, unknown> = {};
    const url = await startApi(async (event) => {
      seen = event;
      return { outcome: "ok", payload: { statusCode: 200 } };
    });

    await fetch(`${url}/status?jobId=1&a=x%20y&a=z`, { headers: { "X-Thing": "Value", cookie: "a=1; b=2" } });

    expect(seen).toMatchObject({
      version: "2.0",
      routeKey: "GET /status",
      rawPath: "/status",
      rawQueryString: "jobId=1&a=x%20y&a=z",
      cookies: ["a=1", "b=2"],
      queryStringParameters: { jobId: "1", a: "x y,z" },
      headers: { "x-thing": "Value", "x-forwarded-proto": "http", host: url.slice("http://".length) },
      requestContext: {
        accountId: "111111111111",
        apiId: "abc123",
        domainName: url.slice("http://".length),
        http: { method: "GET", path: "/status", protocol: "HTTP/1.1", sourceIp: "127.0.0.1" },
        routeKey: "GET /status",
        stage: "$default",
        time: "21/Nov/2026:09:30:00 +0000",
        timeEpoch: now,
      },
      isBase64Encoded: false,
    });
    expect(seen).not.toHaveProperty("body");
    expect(seen.headers).not.toHaveProperty("cookie");
  });

  it("holds a JSON body as text and any other as base64", async () => {
    const bodies: unknown[] = [];
    const url = await startApi(async ({ body, isBase64Encoded }) => {
      bodies.push([body, isBase64Encoded]);
      return { outcome: "ok", payload: { statusCode: 200 } };
    });
    const post = (contentType: string) =>
      fetch(`${url}/presign/upload`, { method: "POST", headers: { "content-type": contentType }, body: '{"a":"ü"}' });

    await post("application/json; charset=utf-8");
    await post("application/octet-stream");

    expect(bodies).toEqual([
      ['{"a":"ü"}', false],
      [Buffer.from('{"a":"ü"}').toString("base64"), true],
    ]);
  });

  it("P2: comes from API Gateway, with the ARN of stage, method and path as its source", async () => {
    let caller: Principal | undefined;
    const url = await startApi(async (_event, principal) => {
      caller = principal;
      return { outcome: "ok", payload: {} };
    });

    await fetch(`${url}/presign/upload`, { method: "POST" });

    expect(caller).toEqual({
      type: "service",
      service: "apigateway.amazonaws.com",
      sourceArn: "arn:aws:execute-api:eu-central-1:111111111111:abc123/$default/POST/presign/upload",
      sourceAccount: "111111111111",
    });
  });
});

describe("the answer that a caller gets", () => {
  it("is the function's: status, headers, cookies and a binary body", async () => {
    const body = Buffer.from([0, 255, 1]);
    const url = await startApi(
      answerWith({
        statusCode: 201,
        headers: { "Content-Type": "image/png", "X-Count": 3 },
        cookies: ["a=1", "b=2"],
        body: body.toString("base64"),
        isBase64Encoded: true,
      }),
    );

    const response = await fetch(`${url}/status`);

    expect(response.status).toBe(201);
    expect(response.headers.get("content-type")).toBe("image/png");
    expect(response.headers.get("x-count")).toBe("3");
    expect(response.headers.getSetCookie()).toEqual(["a=1", "b=2"]);
    expect(Buffer.from(await response.arrayBuffer())).toEqual(body);
  });

  it("is 200 with the whole result as JSON where the function names no status", async () => {
    const url = await startApi(answerWith({ hello: "there" }));

    const response = await fetch(`${url}/status`);

    expect([response.status, response.headers.get("content-type")]).toEqual([200, "application/json"]);
    expect(await response.json()).toEqual({ hello: "there" });
  });

  it.each<[string, Handler, number, string]>([
    [
      "a function that failed",
      async () => ({ outcome: "error", errorType: "E", errorMessage: "secret" }),
      500,
      "Internal Server Error",
    ],
    [
      "a function that may not be called",
      () => Promise.reject(new Error("AccessDenied")),
      500,
      "Internal Server Error",
    ],
    ["an answer in no known form", answerWith({ statusCode: "soon" }), 500, "Internal Server Error"],
    ["a throttled function", async () => ({ outcome: "throttled" }), 503, "Service Unavailable"],
    ["a function that takes too long", () => new Promise(() => {}), 503, "Service Unavailable"],
  ])("for %s says no more than %4$s", async (_what, handler, status, message) => {
    const url = await startApi(handler, { timeoutMs: 50 });

    const response = await fetch(`${url}/status`);

    expect([response.status, await response.json()]).toEqual([status, { message }]);
  });

  it("is 404 for an unknown route, another method, and while there is no stage", async () => {
    const url = await startApi(answerWith({ statusCode: 200 }));

    const answers = await Promise.all([
      fetch(`${url}/nope`),
      fetch(`${url}/status`, { method: "POST" }),
      fetch(`${url}/status/`),
    ]);

    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404]);
    expect(await answers[0]?.json()).toEqual({ message: "Not Found" });
  });

  it("U9: is 413 for a body over 10 MB, and the function never sees it", async () => {
    let calls = 0;
    const url = await startApi(async () => {
      calls++;
      return { outcome: "ok", payload: {} };
    });

    const response = await fetch(`${url}/presign/upload`, { method: "POST", body: Buffer.alloc(10 * 1024 * 1024 + 1) });

    expect([response.status, calls]).toEqual([413, 0]);
  });

  it.each([
    ["/presign/upload", 413],
    ["/nowhere", 404],
  ])("U9: lets a sender of much to %s finish, and read its %i", async (path, status) => {
    const url = await startApi(answerWith({ statusCode: 200 }));
    const bytes = 20 * 1024 * 1024;
    const { host, port } = new URL(url);
    const socket = connect(Number(port), "127.0.0.1");
    onTestFinished(() => void socket.destroy());

    // Sends all before it reads a byte, as most senders do; a reset connection fails the write or the read.
    socket.write(`POST ${path} HTTP/1.1\r\nhost: ${host}\r\ncontent-length: ${bytes}\r\n\r\n`);
    const chunk = Buffer.alloc(1024 * 1024);
    for (let sent = 0; sent < bytes; sent += chunk.length) if (!socket.write(chunk)) await once(socket, "drain");
    const [answer] = (await once(socket, "data")) as [Buffer];

    expect(answer.toString("latin1")).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  });

  it("U5: is 429 past the burst, and good again when the bucket has refilled", async () => {
    const url = await startApi(answerWith({ statusCode: 200 }), {
      stage: { throttle: { ratePerSecond: 1, burst: 3 } },
    });
    const statuses = async (count: number) => {
      const answers = [];
      for (let index = 0; index < count; index++) answers.push((await fetch(`${url}/status`)).status);
      return answers;
    };

    const first = await statuses(5);
    now += 2000;
    const later = await statuses(3);

    expect(first).toEqual([200, 200, 200, 429, 429]);
    expect(later).toEqual([200, 200, 429]);
  });
});

describe("CORS (A5)", () => {
  const preflight = (url: string, origin: string) =>
    fetch(`${url}/presign/upload`, {
      method: "OPTIONS",
      headers: { origin, "access-control-request-method": "POST" },
    });

  it("the gateway answers a preflight from a listed origin itself", async () => {
    const url = await startApi(() => Promise.reject(new Error("never called")), { cors });

    const response = await preflight(url, "https://allowed.example");

    expect(response.status).toBe(204);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "access-control-allow-origin": "https://allowed.example",
      "access-control-allow-methods": "GET,POST",
      "access-control-allow-headers": "content-type",
      "access-control-max-age": "3600",
    });
  });

  it.each(["https://allowed.evil.com", "null", "http://allowed.example", "https://allowed.example:8443"])(
    "A5: %s gets no allow header, neither on a preflight nor on an answer",
    async (origin) => {
      const url = await startApi(answerWith({ statusCode: 200 }), { cors });

      const answers = [await preflight(url, origin), await fetch(`${url}/status`, { headers: { origin } })];

      for (const { headers } of answers) expect(headers.get("access-control-allow-origin")).toBeNull();
    },
  );

  it("lays its own headers over the function's, which are dropped", async () => {
    const payload = { statusCode: 200, headers: { "Access-Control-Allow-Origin": "*" } };
    const url = await startApi(answerWith(payload), { cors });

    const listed = await fetch(`${url}/status`, { headers: { origin: "https://allowed.example" } });
    const foreign = await fetch(`${url}/status`, { headers: { origin: "https://other.example" } });

    expect(listed.headers.get("access-control-allow-origin")).toBe("https://allowed.example");
    expect(listed.headers.get("access-control-expose-headers")).toBe("retry-after");
    expect(foreign.headers.get("access-control-allow-origin")).toBeNull();
  });
});

describe("the access log", () => {
  it("is one line per request in the declared format, in the declared log group", async () => {
    const format = JSON.stringify({ id: "$context.requestId", status: "$context.status", route: "$context.routeKey" });
    const url = await startApi(answerWith({ statusCode: 202 }), {
      stage: { accessLog: { logGroup: "/aws/http-api/test", format } },
    });

    const response = await fetch(`${url}/status?secret=1`);

    const id = response.headers.get("apigw-requestid");
    expect(lines).toEqual([
      { id, status: "202", route: "GET /status", level: "info", source: "/aws/http-api/test", message: "access" },
    ]);
  });

  it("says why the gateway refused, and what a failed function said", async () => {
    const format = '{"error":"$context.error.message","integration":"$context.integrationErrorMessage"}';
    const url = await startApi(async () => ({ outcome: "error", errorType: "Boom", errorMessage: 'a "quote"' }), {
      stage: { accessLog: { logGroup: "g", format } },
    });

    await fetch(`${url}/status`);
    await fetch(`${url}/nope`);

    expect(lines.map(({ error, integration }) => [error, integration])).toEqual([
      ["Internal Server Error", 'Boom: a "quote"'],
      ["Not Found", "-"],
    ]);
  });
});
