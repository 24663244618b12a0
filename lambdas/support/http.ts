import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import type { ErrorResponse } from "../../contracts/media/api.ts";
import { ERRORS } from "../../contracts/media/errors.ts";
import { MAX_BODY_BYTES } from "../../contracts/media/limits.ts";
import { API_ROUTES, type ApiRoute } from "../../contracts/media/routes.ts";
import { createEntityTag, namesEntityTag } from "./entity-tag.ts";
import { DarkroomError } from "./errors.ts";
import type { Log } from "./log.ts";

export interface HttpRequest {
  /** The address that the caller used: `https://api.example.com` */
  readonly origin: string;
  readonly query: Readonly<Record<string, string | undefined>>;
  /** The caller is told it where something fails: name it in every line that is logged. */
  readonly requestId: string;
  /** The body as JSON. Throws BODY_NOT_JSON, BODY_TOO_LARGE or INVALID_JSON. */
  readJson(): unknown;
}

export interface HttpResponse {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** With a strong `ETag`; the edge answers 304, without the body, to whoever has these bytes already. */
  readonly isTagged?: boolean;
}

export type HttpHandler = (event: APIGatewayProxyEventV2) => Promise<APIGatewayProxyStructuredResultV2>;

/** One route of a function, and what answers it. */
export interface HttpEndpoint {
  readonly route: ApiRoute;
  respond(request: HttpRequest): Promise<HttpResponse>;
}

/**
 * The edge of every function behind the HTTP API: whatever happens, the answer is JSON, and a failure is one shape with
 * one mapping from code to status (`contracts/media/errors.ts`). Other routes of the API may lead here too, so that an unknown
 * address has that shape.
 */
export function createHttpHandler(log: Log, endpoints: readonly HttpEndpoint[]): HttpHandler {
  return async (event) => {
    const { requestId } = event.requestContext;
    try {
      const endpoint = endpoints.find(({ route }) => isRouteOf(event, route));
      if (!endpoint) return toResult(describeMisrouted(event), event);
      return toResult(await endpoint.respond(toRequest(event)), event);
    } catch (error) {
      return toResult(toFailure(error, log, requestId), event);
    }
  };
}

function isRouteOf({ rawPath, requestContext }: APIGatewayProxyEventV2, { method, path }: ApiRoute): boolean {
  return rawPath === path && requestContext.http.method === method;
}

interface Failure {
  readonly failure: DarkroomError;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An address or a method that is none of the function's own. */
function describeMisrouted({ rawPath }: APIGatewayProxyEventV2): Failure {
  const methods = Object.values(API_ROUTES).flatMap(({ path, method }) => (path === rawPath ? [method] : []));
  if (methods.length === 0) return { failure: new DarkroomError("ROUTE_NOT_FOUND") };
  const message = `${rawPath} takes ${methods.join(" and ")} only.`;
  return { failure: new DarkroomError("METHOD_NOT_ALLOWED", message), headers: { allow: methods.join(", ") } };
}

function toRequest(event: APIGatewayProxyEventV2): HttpRequest {
  // API Gateway overwrites this header, so a caller cannot forge it.
  const scheme = event.headers["x-forwarded-proto"] === "http" ? "http" : "https";
  return {
    origin: `${scheme}://${event.requestContext.domainName}`,
    query: event.queryStringParameters ?? {},
    requestId: event.requestContext.requestId,
    readJson: () => parseBody(event),
  };
}

/** With any parameters, such as a charset. */
const JSON_TYPE = /^\s*application\/json\s*(;|$)/i;

function parseBody({ headers, body = "", isBase64Encoded }: APIGatewayProxyEventV2): unknown {
  // A page of another origin can post the types of forms without asking first; this one a browser asks about (threats.md L1).
  if (!JSON_TYPE.test(headers["content-type"] ?? "")) throw new DarkroomError("BODY_NOT_JSON");
  const bytes = Buffer.from(body, isBase64Encoded ? "base64" : "utf8");
  if (bytes.length > MAX_BODY_BYTES) throw new DarkroomError("BODY_TOO_LARGE");
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch (cause) {
    throw new DarkroomError("INVALID_JSON", undefined, { cause });
  }
}

/** Unknown is a bug: it is logged whole, and its text never leaves the logs. */
function toFailure(error: unknown, log: Log, requestId: string): Failure {
  if (error instanceof DarkroomError && findStatus(error) !== undefined) {
    if (error.code === "INTERNAL") log.error("The request failed.", { requestId, error });
    else log.info("The request was refused.", { requestId, code: error.code });
    return { failure: error };
  }
  log.error("The request failed in a way that was not foreseen.", { requestId, error });
  return { failure: new DarkroomError("INTERNAL") };
}

function findStatus({ code }: DarkroomError): number | undefined {
  const entry = ERRORS[code];
  return "status" in entry ? entry.status : undefined;
}

function toResult(answer: HttpResponse | Failure, event: APIGatewayProxyEventV2): APIGatewayProxyStructuredResultV2 {
  const response = "failure" in answer ? describeFailure(answer, event.requestContext.requestId) : answer;
  const text = JSON.stringify(response.body);
  const tag = response.isTagged ? createEntityTag(text) : undefined;
  const headers = {
    "x-content-type-options": "nosniff",
    // Signed addresses and states of jobs are for this caller and this moment.
    "cache-control": "no-store",
    ...response.headers,
    ...(tag && { etag: tag }),
  };
  if (tag && namesEntityTag(event.headers["if-none-match"], tag)) return { statusCode: 304, headers };
  return {
    statusCode: response.status,
    headers: { "content-type": "application/json; charset=utf-8", ...headers },
    body: text,
  };
}

function describeFailure({ failure, headers }: Failure, requestId: string): HttpResponse {
  const { code, message, details } = failure;
  const body: ErrorResponse = { error: { code, message, ...(details ? { details: [...details] } : {}), requestId } };
  return { status: findStatus(failure) ?? 500, body, ...(headers && { headers }) };
}
