import { Validator } from "@seriousme/openapi-schema-validator";
import { describe, expect, it } from "vitest";
import * as z from "zod/mini";
import type { RouteDocuments } from "../../../contracts/http/document.ts";
import { API_ERRORS } from "../../../contracts/http/errors.ts";
import { createOpenApiDocument } from "../../../contracts/http/openapi.ts";
import { defineRoute } from "../../../contracts/http/route.ts";

const user = z.object({ userId: z.string(), name: z.string() });
const renaming = z.strictObject({ name: z.string().check(z.minLength(1)) });

/** A system that is not media. */
const ROUTES = {
  list: defineRoute<{ response: z.infer<typeof user> }>()({
    method: "GET",
    path: "/users",
    auth: "none",
    query: z.object({ most: z.optional(z.string()), of: z.enum(["a", "b"]) }),
    errors: [],
  }),
  rename: defineRoute<{ response: z.infer<typeof user> }>()({
    method: "PATCH",
    path: "/users/{userId}",
    auth: { scopes: ["users/write"] },
    params: z.object({ userId: z.uuidv4() }),
    request: renaming,
    errors: ["USER_NOT_FOUND"],
  }),
} as const;

const example = { userId: "u", name: "Ada" };
const answers = { 200: { description: "One.", body: { name: "User", schema: user, examples: { ada: example } } } };
const DOCUMENTS = {
  list: { operationId: "listUsers", summary: "Lists.", answers },
  rename: {
    operationId: "renameUser",
    summary: "Renames.",
    request: { name: "Renaming", schema: renaming, examples: { ada: { name: "Ada" } } },
    answers,
  },
} satisfies RouteDocuments<typeof ROUTES>;

const errors = {
  table: { ...API_ERRORS, USER_NOT_FOUND: { status: 404, retryable: false, message: "There is no such user." } },
  details: {},
};
const info = { title: "Users", version: "1.0.0", summary: "People.", description: "People and what is theirs." };
const servers = [{ url: "https://api.example.com" }];
const describeApi = (documents: Parameters<typeof createOpenApiDocument>[0]["documents"] = DOCUMENTS) =>
  createOpenApiDocument({ info, servers, routes: ROUTES, documents, errors });

describe("the document of any API", () => {
  it("is an OpenAPI document by the standard's own schema", async () => {
    const { valid, errors: problems } = await new Validator().validate(structuredClone(describeApi()));

    expect([valid, problems]).toEqual([true, undefined]);
  });

  it("tells parameters of path and query, as their schemas do", () => {
    const { paths } = describeApi();

    expect(paths).toMatchObject({
      "/users": {
        get: {
          parameters: [
            { name: "most", in: "query", required: false, schema: { type: "string" } },
            { name: "of", in: "query", required: true, schema: { enum: ["a", "b"] } },
          ],
        },
      },
      "/users/{userId}": {
        patch: { parameters: [{ name: "userId", in: "path", required: true, schema: { format: "uuid" } }] },
      },
    });
  });

  it("tells which scopes a route asks for, and what API Gateway answers to who has none", () => {
    const { paths, components } = describeApi();
    const { "/users": open, "/users/{userId}": asking } = paths as Record<
      string,
      Record<string, { responses: object }>
    >;

    expect(asking?.patch).toMatchObject({ security: [{ token: ["users/write"] }] });
    expect(Object.keys(asking?.patch?.responses ?? {})).toEqual(expect.arrayContaining(["401", "403", "429", "503"]));
    expect(components).toMatchObject({ securitySchemes: { token: { scheme: "bearer" } } });
    expect(open?.get).not.toHaveProperty("security");
    expect(Object.keys(open?.get?.responses ?? {})).not.toContain("401");
  });

  it("lists a route's own errors and those that its form brings about, and no others", () => {
    const { paths } = describeApi();
    const { "/users": open, "/users/{userId}": asking } = paths as Record<string, Record<string, object>>;

    expect(JSON.stringify(asking?.patch)).toContain("There is no such user.");
    for (const code of ["INVALID_JSON", "BODY_NOT_JSON", "BODY_TOO_LARGE"]) {
      expect(JSON.stringify(asking?.patch)).toContain(code);
      expect(JSON.stringify(open?.get)).not.toContain(code);
    }
    expect(JSON.stringify(open?.get)).toContain("INVALID_REQUEST");
  });

  it("is none where a route has no document", () => {
    const { list } = DOCUMENTS;

    expect(() => describeApi({ list })).toThrow("The route rename has no document.");
  });
});
