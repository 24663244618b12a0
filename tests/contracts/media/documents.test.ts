import { Validator } from "@seriousme/openapi-schema-validator";
import { Ajv2020 } from "ajv/dist/2020.js";
import formats from "ajv-formats";
import { describe, expect, it } from "vitest";
import { createErrorTable } from "../../../contracts/media/error-table.ts";
import { createMediaDocument } from "../../../contracts/media/openapi.ts";
import { ROUTES } from "../../../contracts/media/routes/index.ts";
import packageJson from "../../../package.json" with { type: "json" };
import { synthesizeStack } from "../../stacks/synthesized.ts";

type Json = Readonly<Record<string, unknown>>;
interface Content {
  readonly schema: { readonly $ref: string };
  readonly examples: Readonly<Record<string, { readonly value: unknown }>>;
}
interface Operation {
  readonly requestBody?: { readonly content: Readonly<Record<string, Content>> };
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, Content>> }>>;
}

const document = createMediaDocument(packageJson.version);
const paths = document.paths as Readonly<Record<string, Readonly<Record<string, Operation>>>>;
const { schemas } = document.components as { readonly schemas: Readonly<Record<string, Json>> };

function listOperations(): (readonly [routeKey: string, operation: Operation])[] {
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => [`${method.toUpperCase()} ${path}`, operation] as const),
  );
}

/** Every body that is described, of requests and of answers, by what it belongs to. */
function listBodies(): (readonly [name: string, content: Content])[] {
  return listOperations().flatMap(([key, { requestBody, responses }]) =>
    [["request", requestBody] as const, ...Object.entries(responses)].flatMap(([part, body]) =>
      Object.values(body?.content ?? {}).map((content) => [`${key} ${part}`, content] as const),
    ),
  );
}

/** What is wrong with a value by the schema of the document itself, as a client's own validator sees it. */
function problemsOf(schemaRef: string, value: unknown): string[] {
  const ajv = new Ajv2020({ allErrors: true, strict: true });
  formats.default(ajv);
  const validate = ajv.compile(schemas[schemaRef.split("/").at(-1) ?? ""] ?? false);
  return validate(value) ? [] : (validate.errors ?? []).map((it) => `${it.instancePath} ${it.message}`);
}

describe("the documents of the API", () => {
  it("are current: docs/openapi.json", async () => {
    await expect(`${JSON.stringify(document, null, 2)}\n`).toMatchFileSnapshot("../../../docs/openapi.json");
  });

  it("are current: docs/errors.md", async () => {
    await expect(createErrorTable()).toMatchFileSnapshot("../../../docs/errors.md");
  });
});

describe("openapi.json", () => {
  it("is an OpenAPI document by the standard's own schema", async () => {
    const { valid, errors } = await new Validator().validate(structuredClone(document));

    expect(errors).toBeUndefined();
    expect(valid).toBe(true);
  });

  it("describes every route that the stack declares, and no other", () => {
    const declared = synthesizeStack("dev")
      .list("aws_apigatewayv2_route")
      .filter(([id]) => !id.startsWith("fallback"))
      .map(([, route]) => String(route.route_key));

    expect(declared).toHaveLength(Object.keys(ROUTES).length);
    expect(
      listOperations()
        .map(([key]) => key)
        .sort(),
    ).toEqual(declared.sort());
  });

  it("says where the API is found, on AWS and on a laptop", () => {
    expect(document.servers).toMatchObject([
      { url: expect.stringMatching(/^https:/), description: expect.stringContaining("apiUrl") },
      { url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:/), description: expect.stringContaining("outputs.json") },
    ]);
  });

  it.each(listBodies())("has examples of %s that keep to its schema", (_, { schema, examples }) => {
    const values = Object.entries(examples);

    expect(values.length).toBeGreaterThan(0);
    for (const [name, { value }] of values) expect([name, ...problemsOf(schema.$ref, value)]).toEqual([name]);
  });

  it("leaves answers open to what is added later, and requests closed to what nobody knows", () => {
    const answers = listBodies().flatMap(([name, { schema }]) => (name.endsWith("request") ? [] : [schema.$ref]));
    const more = { somethingNew: true };

    for (const [name, { schema, examples }] of listBodies()) {
      for (const { value } of Object.values(examples)) {
        const isOpen = problemsOf(schema.$ref, { ...(value as Json), ...more }).length === 0;
        expect([name, isOpen]).toEqual([name, !name.endsWith("request")]);
      }
    }
    for (const ref of new Set(answers)) {
      expect(JSON.stringify(schemas[ref.split("/").at(-1) ?? ""])).not.toContain('"additionalProperties":false');
    }
  });

  it("tells of every operation what API Gateway answers without asking a function", () => {
    for (const [key, { responses }] of listOperations()) {
      for (const status of ["429", "503"]) {
        const ref = responses[status]?.content?.["application/json"]?.schema.$ref;
        expect([key, status, ref]).toEqual([key, status, "#/components/schemas/GatewayError"]);
      }
    }
  });

  it("bounds what a request may say, and enumerates what an answer can", () => {
    expect(schemas.PresignRequest?.properties).toMatchObject({
      fileName: { minLength: 1, maxLength: 4096 },
      contentType: { maxLength: 255 },
      size: { minimum: 1, maximum: 5_368_709_120 },
      convertTo: { enum: expect.arrayContaining(["webp", "mp4", "m4a"]) },
      method: { enum: ["POST", "PUT"], default: "POST" },
    });
    expect(schemas.PresignResponse?.properties).toMatchObject({
      contentType: { enum: expect.arrayContaining(["image/jpeg", "video/webm", "audio/mp4"]) },
    });
    expect(schemas.StatusResponse?.properties).toMatchObject({
      status: { enum: ["PENDING", "PROCESSING", "COMPLETED", "FAILED", "EXPIRED"] },
      progress: { minimum: 0, maximum: 100 },
      source: { properties: { kind: { enum: ["image", "video", "audio"] } } },
    });
  });
});
