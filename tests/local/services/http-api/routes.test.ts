import { describe, expect, it } from "vitest";
import { listUnknownVariables } from "../../../../local/services/http-api/access-log.ts";
import { findRoute, parseRouteKey, type Route } from "../../../../local/services/http-api/routes.ts";
import { synthesizeStack } from "../../../stacks/synthesized.ts";

const routes = ["$default", "ANY /a/{proxy+}", "GET /a/{id}", "ANY /a/{id}", "GET /a/b", "GET /a/{id}/c"].flatMap(
  (key): Route | readonly Route[] => parseRouteKey(key) ?? [],
);

describe("routes", () => {
  it.each<[string, string, string, Record<string, string>]>([
    ["GET", "/a/b", "GET /a/b", {}],
    ["GET", "/a/x", "GET /a/{id}", { id: "x" }],
    ["POST", "/a/x", "ANY /a/{id}", { id: "x" }],
    ["GET", "/a/x/c", "GET /a/{id}/c", { id: "x" }],
    ["GET", "/a/x/y/z", "ANY /a/{proxy+}", { proxy: "x/y/z" }],
    ["GET", "/a/", "$default", {}],
    ["GET", "/other", "$default", {}],
  ])("%s %s goes to the most specific one, %s", (method, path, routeKey, parameters) => {
    const match = findRoute(routes, method, path);

    expect([match?.route.routeKey, match?.pathParameters]).toEqual([routeKey, parameters]);
  });

  it("a key that API Gateway would not take is not a route", () => {
    for (const key of ["GET status", "FETCH /a", "GET /a/{proxy+}/b", "/a", ""])
      expect(parseRouteKey(key)).toBeUndefined();
  });

  it("variables of the access log that do not exist are named", () => {
    expect(listUnknownVariables("$context.requestId $context.nope $context.identity.caller")).toEqual([
      "nope",
      "identity.caller",
    ]);
  });
});

describe("the stack's routes", () => {
  const declared = synthesizeStack("dev")
    .list("aws_apigatewayv2_route")
    .flatMap(([, body]): Route | readonly Route[] => parseRouteKey(String(body.route_key)) ?? []);
  const find = (method: string, path: string) => findRoute(declared, method, path)?.route.routeKey;

  it.each(["GET", "POST", "PUT", "PATCH", "DELETE"])(
    "take %s of every address, the root too, so that an error has one shape",
    (method) => {
      expect(find(method, "/")).toBe(`${method} /`);
      expect(find(method, "/status/")).toBe(`${method} /{proxy+}`);
      expect(find(method, "/no/such/address")).toBe(`${method} /{proxy+}`);
    },
  );

  it("leave OPTIONS to API Gateway, which answers preflights by the one list of origins", () => {
    for (const path of ["/", "/status", "/no/such/address"]) expect(find("OPTIONS", path)).toBeUndefined();
  });
});
