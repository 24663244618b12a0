import { describe, expect, it } from "vitest";
import * as z from "zod/mini";
import { defineRoute } from "../../../contracts/http/route.ts";
import { ADDRESSES } from "../../../contracts/media/addresses.ts";
import { errorResponse } from "../../../contracts/media/api.ts";
import { ERRORS, type ErrorCode } from "../../../contracts/media/errors.ts";
import { MediaError } from "../../../lambdas/media/errors.ts";
import {
  createEndpoint,
  type HttpEndpoint,
  type HttpRequest,
  type HttpResponse,
} from "../../../lambdas/support/endpoint.ts";
import { createHttpHandler } from "../../../lambdas/support/http.ts";
import { recordLog } from "./fakes.ts";
import { type HttpCall, makeHttpEvent, readBody } from "./http-events.ts";

const ROUTE = { method: "POST", path: "/presign/upload" };

/** Takes no body. */
const bare = defineRoute<{ response: unknown }>()({ ...ADDRESSES.presign, auth: "none", errors: [] });
/** Takes any body that is JSON. */
const reading = { ...bare, request: z.unknown() };

function createHandler(endpoints: readonly HttpEndpoint[], log = recordLog()) {
  return createHttpHandler({ log, errors: ERRORS, addresses: ADDRESSES, endpoints });
}

async function call(respond: (request: HttpRequest) => Promise<HttpResponse>, request: HttpCall = {}) {
  const log = recordLog();
  const handle = createHandler([createEndpoint("body" in request ? reading : bare, respond)], log);
  const result = await handle(makeHttpEvent({ ...ROUTE, ...request }));
  return { ...result, body: result.body, parsed: result.body === undefined ? undefined : readBody(result), log };
}

async function fail(error: unknown, request?: HttpCall) {
  return call(() => Promise.reject(error), request);
}

describe("the HTTP edge", () => {
  it("answers in JSON that browsers must not sniff or keep", async () => {
    const answer = await call(async () => ({ status: 201, body: { a: 1 }, headers: { "retry-after": "1" } }));

    expect(answer).toMatchObject({ statusCode: 201, parsed: { a: 1 } });
    expect(answer.headers).toEqual({
      "content-type": "application/json; charset=utf-8",
      "x-content-type-options": "nosniff",
      "cache-control": "no-store",
      "retry-after": "1",
    });
  });

  it("gives every code that has a status that status, in the one shape", async () => {
    const withStatus = Object.entries(ERRORS).flatMap(([code, entry]) =>
      "status" in entry ? [[code, entry.status]] : [],
    );

    for (const [code, status] of withStatus) {
      const answer = await fail(new MediaError(code as ErrorCode, "What, expected, do.", { details: [] }));

      expect(answer.statusCode).toBe(status);
      expect(errorResponse.parse(answer.parsed).error).toEqual({
        code,
        message: "What, expected, do.",
        details: [],
        requestId: "JKJaXmPLvHcESHA=",
      });
    }
  });

  it("answers anything unforeseen with a general text, and logs it whole", async () => {
    const bugs = [
      new Error("secret: hunter2"),
      new MediaError("CORRUPT_MEDIA", "secret: hunter2"),
      "hunter2",
      undefined,
    ];

    for (const bug of bugs) {
      const answer = await fail(bug);

      expect(answer.statusCode).toBe(500);
      expect(answer.parsed).toEqual({
        error: { code: "INTERNAL", message: ERRORS.INTERNAL.message, requestId: "JKJaXmPLvHcESHA=" },
      });
      expect(answer.log.lines).toMatchObject([{ level: "error", fields: { requestId: "JKJaXmPLvHcESHA=" } }]);
      expect(answer.log.lines[0]?.fields.error).toBe(bug);
    }
  });

  it.each([
    ["text/plain"],
    ["text/plain;charset=UTF-8"],
    ["application/x-www-form-urlencoded"],
    ["multipart/form-data; boundary=application/json"],
    ["application/jsonp"],
    [""],
  ])(
    "L1: takes no body of the type %j, which a page of another origin could post, and says which it takes",
    async (type) => {
      const read = async (request: HttpRequest) => ({ status: 200, body: request.body });

      const answer = await call(read, { body: "{}", headers: { "content-type": type } });

      expect(answer.statusCode).toBe(415);
      expect(answer.parsed).toMatchObject({
        error: { code: "BODY_NOT_JSON", message: expect.stringContaining("content-type: application/json") },
      });
    },
  );

  it.each([
    "application/json",
    "application/json; charset=utf-8",
    "Application/JSON;charset=UTF-8",
    "application/json ;x=1",
  ])("takes JSON that is called %j", async (type) => {
    const read = async (request: HttpRequest) => ({ status: 200, body: request.body });

    const answer = await call(read, { body: '{"a":1}', headers: { "content-type": type } });

    expect(answer).toMatchObject({ statusCode: 200, parsed: { a: 1 } });
  });

  it("U9: refuses a wrong method with 405 and says which is right, and an unknown address with 404", async () => {
    const never = () => Promise.reject(new Error("must not be called"));

    const wrongMethod = await call(never, { method: "DELETE" });
    const otherRoute = await call(never, { path: "/status", method: "POST" });
    const unknown = await call(never, { path: "/admin" });

    expect(wrongMethod).toMatchObject({ statusCode: 405, headers: { allow: "POST" } });
    expect(otherRoute).toMatchObject({ statusCode: 405, headers: { allow: "GET" } });
    expect(unknown).toMatchObject({ statusCode: 404, parsed: { error: { code: "ROUTE_NOT_FOUND" } } });
  });

  it("leads each of a function's routes to its own answer, and the routes of other functions to none", async () => {
    const answerWith = (name: string) => async () => ({ status: 200, body: name });
    const handle = createHandler([
      createEndpoint(bare, answerWith("presign")),
      createEndpoint({ ...bare, ...ADDRESSES.limits }, answerWith("limits")),
    ]);

    const presign = await handle(makeHttpEvent(ADDRESSES.presign));
    const limits = await handle(makeHttpEvent(ADDRESSES.limits));
    const status = await handle(makeHttpEvent(ADDRESSES.status));

    expect([readBody(presign), readBody(limits)]).toEqual(["presign", "limits"]);
    expect(status.statusCode).toBe(405);
  });

  it("tags what may be asked for again with a strong ETag of its bytes", async () => {
    const tagged = (body: unknown) => call(async () => ({ status: 200, body, isTagged: true }));

    const [first, same, other] = [await tagged({ a: 1 }), await tagged({ a: 1 }), await tagged({ a: 2 })];

    expect(first.headers?.etag).toMatch(/^"[\w-]{22}"$/);
    expect(same.headers?.etag).toBe(first.headers?.etag);
    expect(other.headers?.etag).not.toBe(first.headers?.etag);
  });

  it("answers 304, without body or type but with every other header, to whoever has these bytes", async () => {
    const respond = async () => ({ status: 200, body: { a: 1 }, headers: { "retry-after": "2" }, isTagged: true });
    const etag = String((await call(respond)).headers?.etag);
    const ask = (ifNoneMatch: string) => call(respond, { headers: { "if-none-match": ifNoneMatch } });

    for (const known of [etag, `W/${etag}`, `"x", ${etag}`, "*"]) {
      expect(await ask(known)).toMatchObject({
        statusCode: 304,
        headers: { etag, "retry-after": "2", "cache-control": "no-store", "x-content-type-options": "nosniff" },
        body: undefined,
      });
      expect((await ask(known)).headers).not.toHaveProperty("content-type");
    }
    for (const other of ['"x"', etag.replaceAll('"', ""), "", "W/*"]) expect((await ask(other)).statusCode).toBe(200);
  });

  it("never answers 304 to a request that failed", async () => {
    const answer = await fail(new MediaError("JOB_NOT_FOUND"), { headers: { "if-none-match": "*" } });

    expect(answer.statusCode).toBe(404);
    expect(answer.headers).not.toHaveProperty("etag");
  });

  it("U9: reads a body of 8 KB and refuses one byte more, plain or base64", async () => {
    const read = async ({ body }: HttpRequest) => ({ status: 200, body });
    const fitting = JSON.stringify("ü".repeat(4095));
    const larger = `${fitting} `;
    const encode = (text: string) => ({ body: Buffer.from(text).toString("base64"), isBase64Encoded: true });

    expect(Buffer.byteLength(fitting)).toBe(8192);
    expect((await call(read, { body: fitting })).statusCode).toBe(200);
    expect((await call(read, encode(fitting))).parsed).toBe("ü".repeat(4095));
    expect((await call(read, { body: larger })).statusCode).toBe(413);
    expect((await call(read, encode(larger))).statusCode).toBe(413);
  });

  it("U9: refuses what is not JSON, and no body at all, with 400", async () => {
    const read = async ({ body }: HttpRequest) => ({ status: 200, body });

    for (const body of ["", "{", "NaN", "{'a':1}", "a=1&b=2", "\u0000", undefined]) {
      const answer = await call(read, { body, headers: { "content-type": "application/json" } });

      expect(answer).toMatchObject({ statusCode: 400, parsed: { error: { code: "INVALID_JSON" } } });
    }
  });

  it("names the address that the caller used", async () => {
    const name = async ({ origin }: HttpRequest) => ({ status: 200, body: origin });

    expect((await call(name)).parsed).toBe("https://api.example.com");
    expect((await call(name, { headers: { "x-forwarded-proto": "http" } })).parsed).toBe("http://api.example.com");
  });
});
