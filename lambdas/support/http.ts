import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import type { ErrorResponse } from "../../contracts/api.ts";
import { ERRORS } from "../../contracts/errors.ts";
import { MAX_BODY_BYTES } from "../../contracts/limits.ts";
import { API_ROUTES } from "../../contracts/routes.ts";
import { DarkroomError } from "./errors.ts";
import type { Log } from "./log.ts";

export interface HttpRequest {
  /** The address that the caller used: `https://api.example.com` */
  readonly origin: string;
  readonly query: Readonly<Record<string, string | undefined>>;
  /** The caller is told it where something fails: name it in every line that is logged. */
  readonly requestId: string;
  /** The body as JSON. Throws BODY_TOO_LARGE or INVALID_JSON. */
  readJson(): unknown;
}

export interface HttpResponse {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export type HttpHandler = (event: APIGatewayProxyEventV2) => Promise<APIGatewayProxyStructuredResultV2>;

type Route = (typeof API_ROUTES)[keyof typeof API_ROUTES];

/**
 * The edge of every function behind the HTTP API: whatever happens, the answer is JSON, and a failure is one shape with
 * one mapping from code to status (`contracts/errors.ts`). Other routes of the API may lead here too, so that an unknown
 * address has that shape.
 */
export function createHttpHandler(
  { log, route }: { readonly log: Log; readonly route: Route },
  respond: (request: HttpRequest) => Promise<HttpResponse>,
): HttpHandler {
  return async (event) => {
    const { requestId } = event.requestContext;
    try {
      return toResult(findMisrouted(event, route) ?? (await respond(toRequest(event))), requestId);
    } catch (error) {
      return toResult(toFailure(error, log, requestId), requestId);
    }
  };
}

interface Failure {
  readonly failure: DarkroomError;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An address or a method that is not the route's own. */
function findMisrouted(event: APIGatewayProxyEventV2, route: Route): Failure | undefined {
  const { method } = event.requestContext.http;
  const { rawPath } = event;
  if (rawPath === route.path && method === route.method) return undefined;
  const known = Object.values(API_ROUTES).find(({ path }) => path === rawPath);
  if (!known) return { failure: new DarkroomError("ROUTE_NOT_FOUND") };
  const message = `${known.path} takes ${known.method} only.`;
  return { failure: new DarkroomError("METHOD_NOT_ALLOWED", message), headers: { allow: known.method } };
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

function parseBody({ body = "", isBase64Encoded }: APIGatewayProxyEventV2): unknown {
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

function toResult(answer: HttpResponse | Failure, requestId: string): APIGatewayProxyStructuredResultV2 {
  const { status, body } = "failure" in answer ? describeFailure(answer.failure, requestId) : answer;
  return {
    statusCode: status,
    headers: {
      "content-type": "application/json; charset=utf-8",
      "x-content-type-options": "nosniff",
      // Signed addresses and states of jobs are for this caller and this moment.
      "cache-control": "no-store",
      ...answer.headers,
    },
    body: JSON.stringify(body),
  };
}

function describeFailure(error: DarkroomError, requestId: string): { status: number; body: ErrorResponse } {
  const { code, message, details } = error;
  return {
    status: findStatus(error) ?? 500,
    body: { error: { code, message, ...(details ? { details: [...details] } : {}), requestId } },
  };
}
