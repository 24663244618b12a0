import { describe, expect, it } from "vitest";
import * as z from "zod/mini";
import { API_ERRORS } from "../../../contracts/http/errors.ts";
import { type Address, defineRoute } from "../../../contracts/http/route.ts";
import { createEndpoint, type HttpRequest } from "../../../lambdas/support/endpoint.ts";
import { createHttpHandler } from "../../../lambdas/support/http.ts";
import { recordLog } from "./fakes.ts";
import { type HttpCall, makeHttpEvent, readBody } from "./http-events.ts";

/** A system that is not media: one function, two routes with a parameter. */
const getUser = defineRoute<{ response: { id: string } }>()({
  method: "GET",
  path: "/users/{userId}",
  auth: { scopes: ["users/read"] },
  query: z.object({ part: z.optional(z.enum(["name", "mail"])) }),
  errors: [],
});
const patchUser = defineRoute<{ response: undefined }>()({
  method: "PATCH",
  path: "/users/{userId}",
  auth: { scopes: ["users/write"] },
  params: z.object({ userId: z.string().check(z.regex(/^u\d+$/)) }),
  request: z.strictObject({ name: z.string().check(z.minLength(1)) }),
  errors: [],
});
const ADDRESSES: Readonly<Record<string, Address>> = { getUser, patchUser, list: { method: "GET", path: "/users" } };

async function ask(call: HttpCall) {
  const asked: Pick<HttpRequest, "params" | "query" | "body" | "claims">[] = [];
  const note = ({ params, query, body, claims }: (typeof asked)[number]) => asked.push({ params, query, body, claims });
  const handle = createHttpHandler({
    log: recordLog(),
    errors: API_ERRORS,
    addresses: ADDRESSES,
    endpoints: [
      createEndpoint(getUser, async (request) => {
        note(request as never);
        return { status: 200, body: { id: request.params.userId } };
      }),
      createEndpoint(patchUser, async (request) => {
        note(request as never);
        return { status: 204, body: undefined };
      }),
    ],
  });
  const result = await handle(makeHttpEvent(call));
  return { ...result, asked, parsed: result.body === undefined ? undefined : readBody(result) };
}

const GET = { method: "GET", routeKey: "GET /users/{userId}", path: "/users/u1", pathParameters: { userId: "u1" } };
const PATCH = { ...GET, method: "PATCH", routeKey: "PATCH /users/{userId}" };

describe("an endpoint", () => {
  it("answers a path with a parameter, by the route that API Gateway chose", async () => {
    const answer = await ask({ ...GET, query: { part: "name" }, claims: { sub: "me" } });

    expect(answer).toMatchObject({ statusCode: 200, parsed: { id: "u1" } });
    expect(answer.asked).toEqual([{ params: { userId: "u1" }, query: { part: "name" }, claims: { sub: "me" } }]);
  });

  it.each([
    ["decoded", "a b", "/users/a b", "a b"],
    ["encoded", "a%20b", "/users/a b", "a b"],
    ["decoded, and looks encoded", "%41", "/users/%41", "%41"],
    ["encoded, and looks encoded once decoded", "%2541", "/users/%41", "%41"],
    ["encoded, with a slash", "a%2Fb", "/users/a/b", "a/b"],
  ])("is given a parameter decoded once, where it came %s", async (_, userId, path, expected) => {
    const answer = await ask({ ...GET, path, pathParameters: { userId } });

    expect(answer.parsed).toEqual({ id: expected });
  });

  it("refuses a parameter that is no text in UTF-8", async () => {
    const answer = await ask({ ...GET, path: "/users/x", pathParameters: { userId: "%ff" } });

    expect(answer).toMatchObject({ statusCode: 400, parsed: { error: { code: "INVALID_REQUEST" } }, asked: [] });
  });

  it.each<[string, HttpCall, string]>([
    ["parameter", { ...PATCH, path: "/users/x", pathParameters: { userId: "x" }, body: '{"name":"A"}' }, "userId"],
    ["query", { ...GET, query: { part: "shoes" } }, "part"],
    ["body", { ...PATCH, body: '{"name":""}' }, "name"],
  ])("is not asked where a %s has another form, and the caller is told which", async (_, call, path) => {
    const answer = await ask(call);

    expect(answer).toMatchObject({
      statusCode: 400,
      parsed: { error: { code: "INVALID_REQUEST", details: [{ path }] } },
      asked: [],
    });
  });

  it("may answer without a body", async () => {
    const answer = await ask({ ...PATCH, body: '{"name":"Ada"}' });

    expect(answer).toMatchObject({ statusCode: 204, asked: [{ body: { name: "Ada" } }] });
    expect(answer).not.toHaveProperty("body");
    expect(answer.headers).not.toHaveProperty("content-type");
  });

  it("U9: names every method of a path with parameters, and knows no path with more or fewer segments", async () => {
    const lost = (method: string, path: string) => ask({ method, path, routeKey: `${method} /{proxy+}` });

    expect(await lost("DELETE", "/users/u1")).toMatchObject({ statusCode: 405, headers: { allow: "GET, PATCH" } });
    expect(await lost("PATCH", "/users")).toMatchObject({ statusCode: 405, headers: { allow: "GET" } });
    for (const path of ["/users/", "/users/u1/photos", "/user/u1"]) {
      expect(await lost("GET", path)).toMatchObject({
        statusCode: 404,
        parsed: { error: { code: "ROUTE_NOT_FOUND" } },
      });
    }
  });
});
