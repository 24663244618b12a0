import type { Json } from "./document.ts";
import type { ErrorBody } from "./error-response.ts";
import type { ErrorTable } from "./errors.ts";
import { listErrors, type Route } from "./route.ts";

/** A system's errors, as they are told of. */
export interface ErrorDocument {
  readonly table: ErrorTable;
  /** What a request's field was expected to be, where that is the error. */
  readonly details: Readonly<Record<string, ErrorBody["error"]["details"]>>;
}

/** API Gateway's own refusals: they never reach a function, and so have no code. */
export const GATEWAY_ERROR: Json = {
  type: "object",
  description: "API Gateway's own answer, which no function made.",
  properties: { message: { type: "string" } },
  required: ["message"],
};

/** One answer per status; its description lists the codes, and each has an example. Then what is API Gateway's own. */
export function describeErrors(route: Route, errors: ErrorDocument): Json {
  const known = listErrors(route).map((code) => ({ code, ...findError(errors.table, code) }));
  const ours = [...new Set(known.map(({ status }) => status))].map((status) => {
    const same = known.filter((entry) => entry.status === status);
    const description = same.map(({ code, message }) => `${code}: ${message}`).join("\n");
    const examples = same.map(
      ({ code, message }) => [code, createExample(code, message, errors.details[code])] as const,
    );
    return [status, { description, content: describeContent("ErrorResponse", Object.fromEntries(examples)) }] as const;
  });
  return { ...Object.fromEntries(ours), ...(route.auth === "none" ? {} : AUTH_ANSWERS), ...GATEWAY_ANSWERS };
}

function findError(table: ErrorTable, code: string) {
  const { status, message } = table[code] ?? {};
  if (status === undefined || message === undefined) throw new Error(`${code} is no error that answers a request.`);
  return { status, message };
}

function createExample(code: string, message: string, details: ErrorBody["error"]["details"]): ErrorBody {
  return { error: { code, message, ...(details && { details }), requestId: "JKJaXmPLvHcESHA=" } };
}

const GATEWAY_ANSWERS: Json = {
  429: describeGatewayAnswer("Too many requests just now. Wait a second or more and try again.", "Too Many Requests"),
  503: describeGatewayAnswer("No function was free, or none answered in time. Try again.", "Service Unavailable"),
};

const AUTH_ANSWERS: Json = {
  401: describeGatewayAnswer("No token, or none that holds. Sign in and try again.", "Unauthorized"),
  403: describeGatewayAnswer("The token names none of the scopes that are asked for.", "Forbidden"),
};

function describeGatewayAnswer(description: string, message: string): Json {
  return { description, content: describeContent("GatewayError", { gateway: { message } }) };
}

/** A body of a named schema, with examples. */
export function describeContent(schema: string, examples: Readonly<Record<string, unknown>>): Json {
  const named = Object.entries(examples).map(([name, value]) => [name, { value }] as const);
  return {
    "application/json": { schema: { $ref: `#/components/schemas/${schema}` }, examples: Object.fromEntries(named) },
  };
}
