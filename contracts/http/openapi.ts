import type { BodyDocument, Json, NamedSchema, OperationDocument } from "./document.ts";
import { createErrorResponse } from "./error-response.ts";
import type { ErrorTable } from "./errors.ts";
import { MAX_BODY_BYTES } from "./limits.ts";
import { describeContent, describeErrors, type ErrorDocument, GATEWAY_ERROR } from "./openapi-errors.ts";
import { describeAnswer, describeRequest } from "./openapi-schema.ts";
import { listPathParameters, type Route } from "./route.ts";

/** An API, as it is told of. */
export interface ApiDocument {
  readonly info: {
    readonly title: string;
    readonly version: string;
    readonly summary: string;
    readonly description: string;
  };
  readonly servers: readonly Json[];
  readonly routes: Readonly<Record<string, Route>>;
  /** By the names of the routes. */
  readonly documents: Readonly<Record<string, OperationDocument<unknown, unknown>>>;
  readonly errors: ErrorDocument;
}

/** An API as an OpenAPI 3.1 document, made from the values that its functions themselves use. */
export function createOpenApiDocument({ info, servers, routes, documents, errors }: ApiDocument): Json {
  const operations = Object.entries(routes).map(([name, route]) => {
    const document = documents[name];
    if (!document) throw new Error(`The route ${name} has no document.`);
    return { route, document };
  });
  const isSignedIn = operations.some(({ route }) => route.auth !== "none");
  return {
    openapi: "3.1.0",
    info,
    servers,
    security: [],
    paths: describePaths(operations, errors),
    components: {
      schemas: { ...describeSchemas(operations), ...describeErrorSchemas(errors.table) },
      ...(isSignedIn && { securitySchemes: { token: TOKEN } }),
    },
  };
}

interface Operation {
  readonly route: Route;
  readonly document: OperationDocument<unknown, unknown>;
}

const TOKEN: Json = { type: "http", scheme: "bearer", bearerFormat: "JWT" };

function describePaths(operations: readonly Operation[], errors: ErrorDocument): Json {
  const paths: Record<string, Record<string, Json>> = {};
  for (const operation of operations) {
    const { method, path } = operation.route;
    paths[path] = { ...paths[path], [method.toLowerCase()]: describeOperation(operation, errors) };
  }
  return paths;
}

function describeOperation({ route, document }: Operation, errors: ErrorDocument): Json {
  const { operationId, summary, description, request, answers } = document;
  const parameters = [...describeParameters(route), ...(document.parameters ?? [])];
  return {
    operationId,
    summary,
    ...(description && { description }),
    ...(route.auth !== "none" && { security: [{ token: [...route.auth.scopes] }] }),
    ...(parameters.length > 0 && { parameters }),
    ...(request && {
      requestBody: { required: true, description: `At most ${MAX_BODY_BYTES} bytes.`, content: describeBody(request) },
    }),
    responses: {
      ...Object.fromEntries(
        Object.entries(answers).map(([status, { body, ...answer }]) => [
          status,
          { ...answer, ...(body && { content: describeBody(body) }) },
        ]),
      ),
      ...describeErrors(route, errors),
    },
  };
}

/** Those of the path, and those of the query that the value has a schema of. */
function describeParameters({ path, params, query }: Route): Json[] {
  const ofPath = params && describeRequest(params);
  const ofQuery = query && describeRequest(query);
  return [
    ...listPathParameters(path).map((name) => ({
      name,
      in: "path",
      required: true,
      schema: ofPath?.properties?.[name] ?? { type: "string", minLength: 1 },
    })),
    ...Object.entries(ofQuery?.properties ?? {}).map(([name, schema]) => ({
      name,
      in: "query",
      required: ofQuery?.required?.includes(name) ?? false,
      schema,
    })),
  ];
}

function describeSchemas(operations: readonly Operation[]): Json {
  const schemas: Record<string, Json> = {};
  for (const { document } of operations) {
    if (document.request)
      schemas[document.request.name] = say(describeRequest(document.request.schema), document.request);
    for (const { body } of Object.values(document.answers)) {
      if (body) schemas[body.name] = say(describeAnswer(body.schema), body);
    }
  }
  return schemas;
}

function describeErrorSchemas(table: ErrorTable): Json {
  const [first = "INTERNAL", ...others] = Object.keys(table);
  return { ErrorResponse: describeAnswer(createErrorResponse([first, ...others])), GatewayError: GATEWAY_ERROR };
}

function describeBody({ name, examples }: BodyDocument<unknown>): Json {
  return describeContent(name, examples);
}

function say(schema: ReturnType<typeof describeAnswer>, { properties = {} }: Pick<NamedSchema<unknown>, "properties">) {
  for (const [name, addition] of Object.entries(properties)) Object.assign(schema.properties?.[name] ?? {}, addition);
  return schema;
}
