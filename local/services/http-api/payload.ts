import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";

/** The parts of a request that make up its event. */
export interface GatewayRequest {
  readonly method: string;
  /** As sent, with the query. */
  readonly url: string;
  readonly headersDistinct: IncomingMessage["headersDistinct"];
  readonly httpVersion: string;
  readonly sourceIp: string;
  readonly body: Buffer;
}

export interface GatewayContext {
  readonly accountId: string;
  readonly apiId: string;
  /** `127.0.0.1:4567` */
  readonly domainName: string;
  readonly requestId: string;
  readonly timeEpoch: number;
}

export interface GatewayResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: Buffer;
}

/** The connection's own headers: they end at the gateway. */
const HOP_BY_HOP = new Set([
  "connection",
  "keep-alive",
  "transfer-encoding",
  "upgrade",
  "proxy-connection",
  "te",
  "cookie",
]);

/** The path without its query, decoded, as API Gateway hands it on. Undefined where it is not valid. */
export function findPath(url: string): string | undefined {
  try {
    return decodeURIComponent(url.split("?", 1)[0] ?? "/");
  } catch {
    return undefined;
  }
}

/**
 * The event of payload format 2.0.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export function createEvent(
  request: GatewayRequest,
  route: {
    readonly routeKey: string;
    readonly path: string;
    readonly pathParameters: Readonly<Record<string, string>>;
  },
  context: GatewayContext,
): Record<string, unknown> {
  const query = request.url.includes("?") ? request.url.slice(request.url.indexOf("?") + 1) : "";
  const headers = eventHeaders(request, context);
  const cookies = (request.headersDistinct.cookie ?? []).flatMap((line) => line.split(/;\s*/)).filter(Boolean);
  const isText = isTextual(headers["content-type"]);
  return {
    version: "2.0",
    routeKey: route.routeKey,
    rawPath: route.path,
    rawQueryString: query,
    ...(cookies.length > 0 && { cookies }),
    headers,
    ...(query && { queryStringParameters: joinQuery(query) }),
    ...(Object.keys(route.pathParameters).length > 0 && { pathParameters: route.pathParameters }),
    requestContext: {
      accountId: context.accountId,
      apiId: context.apiId,
      domainName: context.domainName,
      domainPrefix: context.apiId,
      http: {
        method: request.method,
        path: route.path,
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp: request.sourceIp,
        userAgent: headers["user-agent"] ?? "",
      },
      requestId: context.requestId,
      routeKey: route.routeKey,
      stage: "$default",
      time: formatTime(context.timeEpoch),
      timeEpoch: context.timeEpoch,
    },
    ...(request.body.length > 0 && { body: request.body.toString(isText ? "utf8" : "base64") }),
    isBase64Encoded: request.body.length > 0 && !isText,
  };
}

function eventHeaders(request: GatewayRequest, context: GatewayContext): Record<string, string> {
  const sent = Object.entries(request.headersDistinct)
    .filter(([name]) => !HOP_BY_HOP.has(name))
    .map(([name, values]) => [name, (values ?? []).join(",")] as const);
  const [, port = "80"] = context.domainName.split(":");
  const root = Math.floor(context.timeEpoch / 1000).toString(16);
  return {
    ...Object.fromEntries(sent),
    "x-amzn-trace-id": `Root=1-${root}-${randomBytes(12).toString("hex")}`,
    "x-forwarded-for": request.sourceIp,
    "x-forwarded-port": port,
    "x-forwarded-proto": "http",
  };
}

function joinQuery(query: string): Record<string, string> {
  const joined = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(query)) {
    const before = joined.get(name);
    joined.set(name, before === undefined ? value : `${before},${value}`);
  }
  return Object.fromEntries(joined);
}

/** What the gateway passes as text; everything else goes as base64, forms included. */
function isTextual(contentType: string | undefined): boolean {
  if (contentType === undefined) return true;
  const [type = ""] = contentType.toLowerCase().split(";");
  return /^\s*(text\/.*|application\/(json|xml|javascript|.*\+json|.*\+xml))\s*$/.test(type);
}

/** `12/Mar/2026:19:03:58 +0000` */
export function formatTime(epochMs: number): string {
  const [, day, month, year, time] = /, (\d+) (\w+) (\d+) ([\d:]+)/.exec(new Date(epochMs).toUTCString()) ?? [];
  return `${day}/${month}/${year}:${time} +0000`;
}

/**
 * A function's answer as an HTTP response; undefined where the gateway could not make one of it. Without a statusCode
 * the whole answer is the body, as JSON.
 */
export function parseFunctionResponse(payload: unknown): GatewayResponse | undefined {
  if (typeof payload !== "object" || payload === null || !("statusCode" in payload)) {
    const text = typeof payload === "string" ? payload : JSON.stringify(payload ?? null);
    return { status: 200, headers: { "content-type": "application/json" }, body: Buffer.from(text) };
  }
  const { statusCode, headers = {}, cookies = [], body, isBase64Encoded } = payload as Record<string, unknown>;
  const status = Number(statusCode);
  if (!Number.isInteger(status) || status < 100 || status > 599) return undefined;
  if (body !== undefined && body !== null && typeof body !== "string") return undefined;
  if (typeof headers !== "object" || !Array.isArray(cookies)) return undefined;
  const named = Object.entries(headers ?? {})
    .filter(([, value]) => ["string", "number", "boolean"].includes(typeof value))
    .map(([name, value]) => [name.toLowerCase(), String(value)] as const);
  return {
    status,
    headers: {
      "content-type": "text/plain;charset=UTF-8",
      ...Object.fromEntries(named),
      ...(cookies.length > 0 && { "set-cookie": cookies.map(String) }),
    },
    body: Buffer.from(body ?? "", isBase64Encoded === true ? "base64" : "utf8"),
  };
}
