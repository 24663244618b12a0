import { describe, expect, expectTypeOf, it } from "vitest";
import * as z from "zod/mini";
import { ApiError } from "../../client/api-error.ts";
import { type ClientOptions, createClient, type FetchInit } from "../../client/client.ts";
import { createMediaClient, type MediaClient } from "../../client/media.ts";
import { defineRoute } from "../../contracts/http/route.ts";
import type { PresignResponse } from "../../contracts/media/api.ts";

const ROUTES = {
  get: defineRoute<{ response: { id: string } }>()({
    method: "GET",
    path: "/users/{userId}/photos/{photoId}",
    auth: { scopes: ["users/read"] },
    query: z.object({ part: z.optional(z.string()), most: z.optional(z.coerce.number()) }),
    errors: [],
  }),
  rename: defineRoute<{ response: undefined }>()({
    method: "PATCH",
    path: "/users/{userId}",
    auth: { scopes: [] },
    request: z.object({ name: z.string() }),
    errors: [],
  }),
};

function record(answer: () => Response | Promise<Response>, options: Partial<ClientOptions> = {}) {
  const asked: (FetchInit & { url: string })[] = [];
  const fetch = async (url: string, init: FetchInit) => {
    asked.push({ url, ...init });
    return answer();
  };
  const all = { baseUrl: "https://api.example.com/", fetch, ...options };
  return { asked, client: createClient<typeof ROUTES>(ROUTES, all), media: createMediaClient(all) };
}

const GET = { params: { userId: "a/b", photoId: "ü ?" } };
const fail = async (call: Promise<unknown>) =>
  (await call.then(
    () => undefined,
    (error: unknown) => error,
  )) as ApiError;

describe("a client", () => {
  it("puts parameters where they belong, encoded, and leaves out what was not given", async () => {
    const { client, asked } = record(() => Response.json({ id: "1" }));

    const answer = await client.get({ ...GET, query: { part: "a&b", most: undefined } });

    expect(answer).toMatchObject({ status: 200, body: { id: "1" } });
    expect(asked).toEqual([
      { url: "https://api.example.com/users/a%2Fb/photos/%C3%BC%20%3F?part=a%26b", method: "GET", headers: {} },
    ]);
  });

  it("sends a body as JSON, with the token of this moment, and takes an answer without one", async () => {
    let tokens = 0;
    const { client, asked } = record(() => new Response(null, { status: 204 }), { token: () => `t${++tokens}` });

    const answer = await client.rename({ params: { userId: "u1" }, body: { name: "Ada" } });
    await client.rename({ params: { userId: "u1" }, body: { name: "Ada" } });

    expect(answer).toMatchObject({ status: 204, body: undefined });
    expect(asked[0]).toMatchObject({ method: "PATCH", body: '{"name":"Ada"}' });
    expect(asked[0]?.headers).toEqual({ "content-type": "application/json", authorization: "Bearer t1" });
    expect(asked[1]?.headers.authorization).toBe("Bearer t2");
  });

  it.each(["", ".", ".."])("asks nobody where a parameter is %j, which would be another address", async (userId) => {
    const { client, asked } = record(() => Response.json({}));

    expect(await fail(client.rename({ params: { userId }, body: { name: "Ada" } }))).toBeInstanceOf(TypeError);
    expect(asked).toEqual([]);
  });

  it.each([
    [
      400,
      { error: { code: "INVALID_REQUEST", message: "No.", details: [{ path: "a", message: "b" }], requestId: "r" } },
    ],
    [500, { error: { code: "INTERNAL", message: "Sorry.", requestId: "r" } }],
  ])("throws what the API said, with status %d", async (status, body) => {
    const { client } = record(() => Response.json(body, { status }));

    const error = await fail(client.get(GET));

    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ ...body.error, retryable: status >= 500 });
  });

  it.each([
    [429, true],
    [503, true],
    [401, false],
  ])("throws API Gateway's own refusal by its status: %d", async (status, retryable) => {
    const { client } = record(() => Response.json({ message: "No" }, { status }));

    expect(await fail(client.get(GET))).toMatchObject({ name: "ApiError", code: String(status), retryable });
  });

  it("throws an ApiError that may be tried again where the server, or the rest of its answer, is lost", async () => {
    const unreachable = record(() => Promise.reject(new TypeError("fetch failed")));
    const cut = record(() => new Response('{"id":'));

    for (const { client } of [unreachable, cut]) {
      expect(await fail(client.get(GET))).toMatchObject({ name: "ApiError", code: undefined, retryable: true });
    }
  });

  it("throws the signal's own error where it was told to stop", async () => {
    const stop = new AbortController();
    stop.abort();
    const { client } = record(() => Promise.reject(stop.signal.reason));

    expect(await fail(client.get({ ...GET, signal: stop.signal }))).toMatchObject({ name: "AbortError" });
  });
});

describe("the media system's client", () => {
  it("asks each route by its address", async () => {
    const { media, asked } = record(() => Response.json({}));

    await media.limits();
    await media.status({ query: { jobId: "j" } });
    await media.presign({ body: { fileName: "a.jpg", contentType: "", size: 1 } });

    expect(asked.map(({ method, url }) => `${method} ${url}`)).toEqual([
      "GET https://api.example.com/limits",
      "GET https://api.example.com/status?jobId=j",
      "POST https://api.example.com/presign/upload",
    ]);
  });

  it("has the types of the routes", () => {
    type Presign = MediaClient["presign"];

    expectTypeOf<Awaited<ReturnType<Presign>>["body"]>().toEqualTypeOf<PresignResponse>();
    expectTypeOf<Parameters<Presign>[0]["body"]["size"]>().toEqualTypeOf<number>();
    expectTypeOf<MediaClient["limits"]>().toBeCallableWith();
    // @ts-expect-error a job is asked for by its id or its key
    expectTypeOf<MediaClient["status"]>().toBeCallableWith({ query: {} });
  });
});
