import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import type { ErrorBody } from "../../contracts/http/error-response.ts";
import type { ErrorTable } from "../../contracts/http/errors.ts";
import { type Address, fitsPath } from "../../contracts/http/route.ts";
import type { HttpEndpoint, HttpResponse } from "./endpoint.ts";
import { createEntityTag, namesEntityTag } from "./entity-tag.ts";
import { DarkroomError } from "./errors.ts";
import type { Log } from "./log.ts";

export type HttpHandler = (event: APIGatewayProxyEventV2) => Promise<APIGatewayProxyStructuredResultV2>;

/** A function behind the HTTP API. */
export interface HttpEdge {
  readonly log: Log;
  /** Every error of its system. */
  readonly errors: ErrorTable;
  /** Every address of its API, those of other functions too: a wrong method is told apart from a wrong address. */
  readonly addresses: Readonly<Record<string, Address>>;
  /** Its own routes. */
  readonly endpoints: readonly HttpEndpoint[];
}

/**
 * The edge of every function behind an HTTP API: whatever happens, the answer is JSON, and a failure is one shape with
 * one mapping from code to status, the system's table of errors. Other routes of the API may lead here too, so that an
 * unknown address has that shape.
 */
export function createHttpHandler({ log, errors, addresses, endpoints }: HttpEdge): HttpHandler {
  const byKey = new Map(endpoints.map((endpoint) => [endpoint.key, endpoint]));
  return async (event) => {
    const { requestId } = event.requestContext;
    try {
      const endpoint = byKey.get(event.routeKey);
      if (!endpoint) return toResult(describeMisrouted(event, addresses, errors), event);
      return toResult(await endpoint.answer(event, errors), event);
    } catch (error) {
      return toResult(toFailure(error, errors, log, requestId), event);
    }
  };
}

interface Failure {
  readonly failure: DarkroomError;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An address or a method that is none of the function's own. */
function describeMisrouted(
  { rawPath }: APIGatewayProxyEventV2,
  addresses: HttpEdge["addresses"],
  errors: ErrorTable,
): Failure {
  const known = Object.values(addresses).filter(({ path }) => fitsPath(path, rawPath));
  if (known.length === 0) return { failure: new DarkroomError("ROUTE_NOT_FOUND", errors.ROUTE_NOT_FOUND) };
  const methods = [...new Set(known.map(({ method }) => method))];
  const message = `${rawPath} takes ${methods.join(" and ")} only.`;
  const failure = new DarkroomError("METHOD_NOT_ALLOWED", errors.METHOD_NOT_ALLOWED, message);
  return { failure, headers: { allow: methods.join(", ") } };
}

/** Unknown is a bug: it is logged whole, and its text never leaves the logs. */
function toFailure(error: unknown, errors: ErrorTable, log: Log, requestId: string): Failure {
  if (error instanceof DarkroomError && error.status !== undefined) {
    if (error.code === "INTERNAL") log.error("The request failed.", { requestId, error });
    else log.info("The request was refused.", { requestId, code: error.code });
    return { failure: error };
  }
  log.error("The request failed in a way that was not foreseen.", { requestId, error });
  return { failure: new DarkroomError("INTERNAL", errors.INTERNAL) };
}

function toResult(answer: HttpResponse | Failure, event: APIGatewayProxyEventV2): APIGatewayProxyStructuredResultV2 {
  const response = "failure" in answer ? describeFailure(answer, event.requestContext.requestId) : answer;
  const text = response.body === undefined ? undefined : JSON.stringify(response.body);
  const tag = response.isTagged && text !== undefined ? createEntityTag(text) : undefined;
  const headers = {
    "x-content-type-options": "nosniff",
    // Signed addresses and states of jobs are for this caller and this moment.
    "cache-control": "no-store",
    ...response.headers,
    ...(tag && { etag: tag }),
  };
  if (tag && namesEntityTag(event.headers["if-none-match"], tag)) return { statusCode: 304, headers };
  if (text === undefined) return { statusCode: response.status, headers };
  return {
    statusCode: response.status,
    headers: { "content-type": "application/json; charset=utf-8", ...headers },
    body: text,
  };
}

function describeFailure({ failure, headers }: Failure, requestId: string): HttpResponse {
  const { code, message, details, status = 500 } = failure;
  const body: ErrorBody = { error: { code, message, ...(details && { details }), requestId } };
  return { status, body, ...(headers && { headers }) };
}
