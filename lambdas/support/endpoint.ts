import type { APIGatewayProxyEventV2, APIGatewayProxyEventV2WithJWTAuthorizer } from "aws-lambda";
import type * as z from "zod/mini";
import type { ApiErrorCode, ErrorTable } from "../../contracts/http/errors.ts";
import { MAX_BODY_BYTES } from "../../contracts/http/limits.ts";
import {
  type BodyOf,
  type ParamsOf,
  type QueryOf,
  type ResponseOf,
  type Route,
  routeKey,
} from "../../contracts/http/route.ts";
import { describeIssues } from "./describe-issues.ts";
import { DarkroomError, type ErrorDetail } from "./errors.ts";

/** A request that has the form which its route wants. */
export interface HttpRequest<R extends Route = Route> {
  /** The address that the caller used: `https://api.example.com` */
  readonly origin: string;
  /** The caller is told it where something fails: name it in every line that is logged. */
  readonly requestId: string;
  readonly params: ParamsOf<R>;
  readonly query: QueryOf<R>;
  readonly body: BodyOf<R>;
  /** What the caller's token says, which API Gateway has checked; nothing where the route asks for none. */
  readonly claims: Readonly<Record<string, unknown>>;
}

export interface HttpResponse<Body = unknown> {
  readonly status: number;
  /** Undefined: the answer has none, as with 204. */
  readonly body: Body;
  readonly headers?: Readonly<Record<string, string>>;
  /** With a strong `ETag`; the edge answers 304, without the body, to whoever has these bytes already. */
  readonly isTagged?: boolean;
}

/** One route of a function, and what answers it. */
export interface HttpEndpoint {
  /** `GET /users/{userId}`, as events name it. */
  readonly key: string;
  /** Throws INVALID_REQUEST, BODY_NOT_JSON, BODY_TOO_LARGE or INVALID_JSON where the form is wrong. */
  answer(event: APIGatewayProxyEventV2, errors: ErrorTable): Promise<HttpResponse>;
}

/** A route's answer. It is asked only with what the schemas of the route have taken. */
export function createEndpoint<R extends Route>(
  route: R,
  respond: (request: HttpRequest<R>) => Promise<HttpResponse<ResponseOf<R>>>,
): HttpEndpoint {
  return {
    key: routeKey(route),
    answer: async (event, errors) => respond(parseRequest(route, event, errors)),
  };
}

function parseRequest<R extends Route>(route: R, event: APIGatewayProxyEventV2, errors: ErrorTable): HttpRequest<R> {
  const parse = (schema: z.ZodMiniType | undefined, value: unknown) =>
    schema ? requireForm(schema, value, errors) : value;
  // API Gateway overwrites this header, so a caller cannot forge it.
  const scheme = event.headers["x-forwarded-proto"] === "http" ? "http" : "https";
  const request: HttpRequest<Route> = {
    origin: `${scheme}://${event.requestContext.domainName}`,
    requestId: event.requestContext.requestId,
    params: parse(route.params, readPathParameters(event, errors)),
    query: parse(route.query, event.queryStringParameters ?? {}) as QueryOf<Route>,
    body: route.request && (parse(route.request, parseBody(event, errors)) as BodyOf<Route>),
    claims: readClaims(event),
  };
  // The types of the parts follow from the schemas that have just taken them.
  return request as HttpRequest<R>;
}

function requireForm(schema: z.ZodMiniType, value: unknown, errors: ErrorTable): unknown {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw refuse("INVALID_REQUEST", errors, { details: describeIssues(parsed.error.issues) });
  return parsed.data;
}

function refuse(code: ApiErrorCode, errors: ErrorTable, options?: { cause?: unknown; details?: ErrorDetail[] }) {
  return new DarkroomError(code, errors[code], undefined, options);
}

/**
 * API Gateway's pages do not say whether these come decoded; `rawPath` does. What stands in it as it is, is decoded
 * already, and a second time would make `A` of an honest `%41`.
 */
function readPathParameters({ pathParameters, rawPath }: APIGatewayProxyEventV2, errors: ErrorTable) {
  const decode = (value: string) => {
    if (rawPath.includes(value)) return value;
    try {
      return decodeURIComponent(value);
    } catch (cause) {
      throw refuse("INVALID_REQUEST", errors, { cause });
    }
  };
  return Object.fromEntries(Object.entries(pathParameters ?? {}).map(([name, value = ""]) => [name, decode(value)]));
}

function readClaims(event: APIGatewayProxyEventV2): Readonly<Record<string, unknown>> {
  const { authorizer } = event.requestContext as Partial<APIGatewayProxyEventV2WithJWTAuthorizer["requestContext"]>;
  return authorizer?.jwt.claims ?? {};
}

/** With any parameters, such as a charset. */
const JSON_TYPE = /^\s*application\/json\s*(;|$)/i;

function parseBody({ headers, body = "", isBase64Encoded }: APIGatewayProxyEventV2, errors: ErrorTable): unknown {
  // A page of another origin can post the types of forms without asking first; this one a browser asks about (threats.md L1).
  if (!JSON_TYPE.test(headers["content-type"] ?? "")) throw refuse("BODY_NOT_JSON", errors);
  const bytes = Buffer.from(body, isBase64Encoded ? "base64" : "utf8");
  if (bytes.length > MAX_BODY_BYTES) throw refuse("BODY_TOO_LARGE", errors);
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch (cause) {
    throw refuse("INVALID_JSON", errors, { cause });
  }
}
