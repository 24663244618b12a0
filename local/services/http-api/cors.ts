import type { IncomingHttpHeaders } from "node:http";
import { isLoopbackOrigin } from "../../protocol/endpoint/own-requests.ts";

/** `cors_configuration` of an API. Empty lists allow nothing. */
export interface CorsSettings {
  readonly allowOrigins: readonly string[];
  readonly allowMethods: readonly string[];
  readonly allowHeaders: readonly string[];
  readonly exposeHeaders: readonly string[];
  readonly allowCredentials: boolean;
  readonly maxAgeSeconds?: number;
}

/** The gateway answers these itself, whatever routes there are. */
export function isPreflight(method: string, headers: IncomingHttpHeaders): boolean {
  return method === "OPTIONS" && headers.origin !== undefined && "access-control-request-method" in headers;
}

/** The headers of the answer to a preflight: none for an origin that is not on the list. */
export function preflightHeaders(cors: CorsSettings, headers: IncomingHttpHeaders): Record<string, string> {
  const allowed = originHeaders(cors, headers.origin);
  if (Object.keys(allowed).length === 0) return {};
  return {
    ...allowed,
    ...(cors.allowMethods.length > 0 && { "access-control-allow-methods": cors.allowMethods.join(",") }),
    ...(cors.allowHeaders.length > 0 && { "access-control-allow-headers": cors.allowHeaders.join(",") }),
    ...(cors.maxAgeSeconds !== undefined && { "access-control-max-age": String(cors.maxAgeSeconds) }),
  };
}

/** The headers that the gateway lays over a function's answer. */
export function responseHeaders(cors: CorsSettings, headers: IncomingHttpHeaders): Record<string, string> {
  const allowed = originHeaders(cors, headers.origin);
  if (Object.keys(allowed).length === 0 || cors.exposeHeaders.length === 0) return allowed;
  return { ...allowed, "access-control-expose-headers": cors.exposeHeaders.join(",") };
}

function originHeaders(cors: CorsSettings, origin: string | undefined): Record<string, string> {
  if (origin === undefined) return {};
  const any = cors.allowOrigins.includes("*");
  // The laptop's own pages are let in wherever any are.
  const isOwn = cors.allowOrigins.length > 0 && isLoopbackOrigin(origin);
  if (!any && !isOwn && !listsOrigin(cors, origin)) return {};
  return {
    "access-control-allow-origin": any ? "*" : origin,
    ...(cors.allowCredentials && { "access-control-allow-credentials": "true" }),
  };
}

export function listsOrigin({ allowOrigins }: CorsSettings, origin: string): boolean {
  return allowOrigins.includes("*") || allowOrigins.some((allowed) => matchesOrigin(allowed, origin));
}

/** Exact, but for the two wildcards that API Gateway knows: `https://*` and `http://*`. */
function matchesOrigin(allowed: string, origin: string): boolean {
  if (allowed === "https://*" || allowed === "http://*") return origin.startsWith(allowed.slice(0, -1));
  return allowed === origin;
}
