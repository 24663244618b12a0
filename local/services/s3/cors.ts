import { isLoopbackOrigin } from "../../protocol/endpoint/own-requests.ts";
import { S3Error } from "./s3-error.ts";
import type { S3Core, S3Reply, S3Request } from "./s3-request.ts";
import type { CorsRule } from "./seam.ts";

const VARY = "Origin, Access-Control-Request-Headers, Access-Control-Request-Method";

/** The headers that let a page of another origin read an answer; none where no rule of the bucket allows it. */
export function corsHeaders(core: S3Core, request: S3Request): Record<string, string> {
  const origin = request.headers.get("origin");
  const rules = core.catalog.buckets.get(request.bucket ?? "")?.settings.cors;
  if (origin === undefined || !rules) return {};
  const rule = findRule(rules, origin, request.method, []);
  // A cache must not hand one origin's answer to another, whether or not this one was allowed.
  return rule ? allowHeaders(rule, origin) : { vary: VARY };
}

/** The browser's question before the request itself. Throws S3Error where the answer is no. */
export function preflight(core: S3Core, request: S3Request): S3Reply {
  const origin = request.headers.get("origin");
  const method = request.headers.get("access-control-request-method");
  if (origin === undefined) {
    throw new S3Error("BadRequest", "Insufficient information. Origin request header needed.");
  }
  if (method === undefined) throw new S3Error("BadRequest", "Invalid Access-Control-Request-Method: null");
  const rules = core.catalog.buckets.get(request.bucket ?? "")?.settings.cors;
  if (!rules) throw new S3Error("AccessForbidden", "CORSResponse: CORS is not enabled for this bucket.");
  const wanted = (request.headers.get("access-control-request-headers") ?? "")
    .split(",")
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== "");
  const rule = findRule(rules, origin, method, wanted);
  if (!rule) {
    throw new S3Error(
      "AccessForbidden",
      "CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, request method / Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource's CORS spec.",
      { Method: method, ResourceType: request.key === undefined ? "BUCKET" : "OBJECT" },
    );
  }
  const headers = {
    ...allowHeaders(rule, origin),
    ...(wanted.length > 0 ? { "access-control-allow-headers": wanted.join(", ") } : {}),
    ...(rule.maxAgeSeconds === undefined ? {} : { "access-control-max-age": String(rule.maxAgeSeconds) }),
  };
  return { status: 200, headers };
}

export function listsOrigin(rules: readonly CorsRule[], origin: string): boolean {
  return rules.some(({ allowedOrigins }) => allowedOrigins.some((allowed) => matchesPattern(allowed, origin)));
}

/** The first rule that fits, as in S3; pages of this machine are let in by any that names somebody. */
function findRule(
  rules: readonly CorsRule[],
  origin: string,
  method: string,
  headers: readonly string[],
): CorsRule | undefined {
  return rules.find(
    (rule) =>
      rule.allowedMethods.includes(method) &&
      (listsOrigin([rule], origin) || isLoopbackOrigin(origin)) &&
      headers.every((name) => rule.allowedHeaders?.some((allowed) => matchesPattern(allowed.toLowerCase(), name))),
  );
}

function allowHeaders(rule: CorsRule, origin: string): Record<string, string> {
  const anyOrigin = rule.allowedOrigins.includes("*");
  return {
    "access-control-allow-origin": anyOrigin ? "*" : origin,
    "access-control-allow-methods": rule.allowedMethods.join(", "),
    ...(anyOrigin ? {} : { "access-control-allow-credentials": "true" }),
    ...(rule.exposeHeaders?.length ? { "access-control-expose-headers": rule.exposeHeaders.join(", ") } : {}),
    vary: VARY,
  };
}

/** One `*` stands for any text; all else is exact (threats.md A5). */
function matchesPattern(pattern: string, text: string): boolean {
  const [head = "", tail] = pattern.split("*");
  if (tail === undefined) return pattern === text;
  return text.length >= head.length + tail.length && text.startsWith(head) && text.endsWith(tail);
}
