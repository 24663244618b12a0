import type { IncomingHttpHeaders } from "node:http";
import { isLoopbackOrigin } from "../../protocol/endpoint/own-requests.ts";
import type { CorsPolicy, ResponseHeadersPolicy } from "./settings.ts";
import { matchesWildcard } from "./wildcard.ts";

export type Headers = Readonly<Record<string, string>>;

/** What a response headers policy makes of an answer. Names are in lower case. */
export function applyResponseHeadersPolicy(
  policy: ResponseHeadersPolicy | undefined,
  request: { readonly method: string; readonly headers: IncomingHttpHeaders },
  origin: Headers,
): Headers {
  if (!policy) return origin;
  const removed = new Set(policy.remove.map((name) => name.toLowerCase()));
  const answer = Object.fromEntries(Object.entries(origin).filter(([name]) => !removed.has(name)));
  for (const { name, value, override } of policy.headers) {
    const key = name.toLowerCase();
    if (override || answer[key] === undefined) answer[key] = value;
  }
  return policy.cors ? withCors(policy.cors, request, answer) : answer;
}

export function listsOrigin({ allowOrigins }: CorsPolicy, origin: string): boolean {
  return allowOrigins.some((allowed) => matchesWildcard(allowed, origin));
}

/** With `override` the origin's own CORS headers go, also for a page that is not allowed. */
function withCors(
  cors: CorsPolicy,
  { method, headers }: { readonly method: string; readonly headers: IncomingHttpHeaders },
  answer: Record<string, string>,
): Headers {
  const own = Object.keys(answer).filter((name) => name.startsWith("access-control-"));
  if (!cors.override && own.length > 0) return answer;
  for (const name of own) delete answer[name];
  const { origin } = headers;
  if (origin === undefined) return answer;
  const any = cors.allowOrigins.includes("*");
  if (!any) answer.vary = [answer.vary, "Origin"].filter(Boolean).join(", ");
  // The laptop's own pages are let in wherever any are.
  const isOwn = cors.allowOrigins.length > 0 && isLoopbackOrigin(origin);
  if (!any && !isOwn && !listsOrigin(cors, origin)) return answer;
  answer["access-control-allow-origin"] = any ? "*" : origin;
  if (cors.allowCredentials) answer["access-control-allow-credentials"] = "true";
  if (method === "OPTIONS" && headers["access-control-request-method"] !== undefined) {
    if (cors.allowMethods.length > 0) answer["access-control-allow-methods"] = cors.allowMethods.join(", ");
    if (cors.allowHeaders.length > 0) answer["access-control-allow-headers"] = cors.allowHeaders.join(", ");
    if (cors.maxAgeSeconds !== undefined) answer["access-control-max-age"] = String(cors.maxAgeSeconds);
  } else if (cors.exposeHeaders.length > 0) {
    answer["access-control-expose-headers"] = cors.exposeHeaders.join(", ");
  }
  return answer;
}
