import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { drain } from "../../protocol/endpoint/drain.ts";
import { findForeign, type ReportForeign } from "../../protocol/endpoint/foreign-requests.ts";
import { closeServer, LOOPBACK, listen } from "../../protocol/endpoint/listen.ts";
import type { Log, RuntimeClock } from "../../service.ts";
import type { InvokeResult, LambdaService } from "../lambda/seam.ts";
import { type AccessLogValues, formatAccessLog } from "./access-log.ts";
import { type CorsSettings, isPreflight, listsOrigin, preflightHeaders, responseHeaders } from "./cors.ts";
import { createEvent, findPath, formatTime, type GatewayResponse, parseFunctionResponse } from "./payload.ts";
import { findRoute, type Route } from "./routes.ts";
import { TokenBucket } from "./token-bucket.ts";

export interface RouteSettings extends Route {
  readonly functionArn: string;
  readonly timeoutMs: number;
}

export interface Throttle {
  readonly ratePerSecond: number;
  readonly burst: number;
}

export interface StageSettings {
  readonly throttle?: Throttle;
  /** By route key; one that is named here is not counted against the stage's. */
  readonly routeThrottles: Readonly<Record<string, Throttle>>;
  readonly accessLog?: { readonly logGroup: string; readonly format: string };
}

export interface HttpApiSettings {
  readonly apiId: string;
  readonly port: number;
  readonly cors?: CorsSettings;
}

export interface HttpApiContext {
  readonly region: string;
  readonly accountId: string;
  readonly lambda: Pick<LambdaService, "invoke">;
  readonly log: Log;
  readonly clock: RuntimeClock;
  readonly reportForeign?: ReportForeign;
  /** Requests wait for it. @default none do */
  readonly whenStarted?: Promise<unknown>;
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html */
const MAX_BODY_BYTES = 10 * 1024 * 1024;
const MAX_HEADER_BYTES = 10_240;

/** The answers that are the gateway's own. */
const NOT_FOUND = gatewayError(404, "Not Found");
const BAD_REQUEST = gatewayError(400, "Bad Request");
const TOO_LARGE = gatewayError(413, "Request Entity Too Large");
const TOO_MANY = gatewayError(429, "Too Many Requests");
const FUNCTION_FAILED = gatewayError(500, "Internal Server Error");
const UNAVAILABLE = gatewayError(503, "Service Unavailable");

function gatewayError(status: number, message: string): GatewayResponse {
  return { status, headers: { "content-type": "application/json" }, body: Buffer.from(JSON.stringify({ message })) };
}

/** What one request has gathered by the time that its line is logged. */
interface Trace {
  routeKey?: string;
  integrationStatus?: number;
  integrationError?: string;
  integrationLatencyMs?: number;
}

/** One API of API Gateway's HTTP kind, on a loopback port of its own: `$default` stage, Lambda proxies, payload 2.0. */
export class HttpApi {
  readonly apiId: string;
  readonly #settings: HttpApiSettings;
  readonly #context: HttpApiContext;
  readonly #server: Server;
  readonly #routes: RouteSettings[] = [];
  #stage: StageSettings | undefined;
  #buckets = new Map<string, TokenBucket>();
  #domainName = "";

  constructor(settings: HttpApiSettings, context: HttpApiContext) {
    this.apiId = settings.apiId;
    this.#settings = settings;
    this.#context = context;
    this.#server = createServer({ maxHeaderSize: MAX_HEADER_BYTES, keepAliveTimeout: 60_000 }, (request, response) => {
      const answered = (context.whenStarted ?? Promise.resolve()).then(() => this.#letIn(request, response));
      answered.catch((error: unknown) => {
        context.log({ level: "error", source: "http-api", message: "the gateway failed", error });
        response.destroy();
      });
    });
  }

  /** `http://127.0.0.1:4567` */
  get url(): string {
    return `http://${this.#domainName}`;
  }

  async start(): Promise<void> {
    this.#domainName = `${LOOPBACK}:${await listen(this.#server, this.#settings.port, "the HTTP API")}`;
  }

  putRoute(route: RouteSettings): void {
    this.#routes.push(route);
  }

  /** Until there is a stage, every request is answered 404, as on AWS. */
  putStage(stage: StageSettings): void {
    this.#stage = stage;
    this.#buckets = new Map();
  }

  stop(): Promise<void> {
    return closeServer(this.#server);
  }

  async #letIn(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { cors } = this.#settings;
    const foreign = findForeign(request, (origin) => cors !== undefined && listsOrigin(cors, origin));
    if (!foreign) return this.#answer(request, response);
    this.#context.reportForeign?.(foreign);
    const { status, headers, body } = gatewayError(foreign.status, foreign.message);
    response.writeHead(status, { ...headers, "content-length": body.length }).end(body);
    drain(request);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const startedAt = this.#context.clock.now();
    // AWS's are of this shape; they are ids, not secrets.
    const requestId = `${randomBytes(11).toString("base64url")}=`;
    const trace: Trace = {};
    const { cors } = this.#settings;
    const preflight = cors && isPreflight(request.method ?? "", request.headers);
    const answer = preflight
      ? { status: 204, headers: preflightHeaders(cors, request.headers), body: Buffer.alloc(0) }
      : this.#withCors(await this.#process(request, requestId, startedAt, trace), request);
    if (response.destroyed) return;
    response.writeHead(answer.status, {
      ...answer.headers,
      "apigw-requestid": requestId,
      "content-length": answer.body.length,
    });
    response.end(request.method === "HEAD" ? undefined : answer.body);
    drain(request);
    this.#logAccess(request, answer, requestId, startedAt, trace);
  }

  /** A function's own CORS headers are dropped where the API has a configuration (AWS: "ignores CORS headers returned"). */
  #withCors(answer: GatewayResponse, request: IncomingMessage): GatewayResponse {
    const { cors } = this.#settings;
    if (!cors) return answer;
    const own = Object.entries(answer.headers).filter(([name]) => !name.startsWith("access-control-"));
    return { ...answer, headers: { ...Object.fromEntries(own), ...responseHeaders(cors, request.headers) } };
  }

  async #process(request: IncomingMessage, requestId: string, now: number, trace: Trace): Promise<GatewayResponse> {
    const method = request.method ?? "GET";
    const url = request.url ?? "/";
    const path = findPath(url);
    if (path === undefined) return BAD_REQUEST;
    const found = this.#stage && findRoute(this.#routes, method, path);
    if (!found) return NOT_FOUND;
    trace.routeKey = found.route.routeKey;
    if (!this.#takeToken(found.route.routeKey, now)) return TOO_MANY;
    const body = await readBody(request);
    if (!body) return TOO_LARGE;
    const { headersDistinct, httpVersion } = request;
    const sourceIp = request.socket.remoteAddress ?? LOOPBACK;
    const event = createEvent(
      { method, url, headersDistinct, httpVersion, sourceIp, body },
      { routeKey: found.route.routeKey, path, pathParameters: found.pathParameters },
      {
        accountId: this.#context.accountId,
        apiId: this.apiId,
        domainName: this.#domainName,
        requestId,
        timeEpoch: now,
      },
    );
    return this.#invoke(found.route, event, trace);
  }

  #takeToken(routeKey: string, now: number): boolean {
    const own = this.#stage?.routeThrottles[routeKey];
    const throttle = own ?? this.#stage?.throttle;
    if (!throttle) return true;
    const name = own ? routeKey : "";
    const bucket = this.#buckets.get(name) ?? new TokenBucket(throttle.ratePerSecond, throttle.burst, now);
    this.#buckets.set(name, bucket);
    return bucket.take(now);
  }

  async #invoke(route: RouteSettings, event: unknown, trace: Trace): Promise<GatewayResponse> {
    const { clock, region, accountId, lambda } = this.#context;
    const resource = route.routeKey.replace(/^(\S+) \//, "$1/");
    const sourceArn = `arn:aws:execute-api:${region}:${accountId}:${this.apiId}/$default/${resource}`;
    const principal = {
      type: "service",
      service: "apigateway.amazonaws.com",
      sourceArn,
      sourceAccount: accountId,
    } as const;
    const before = clock.now();
    try {
      const result = await withTimeout(lambda.invoke(principal, route.functionArn, event), route.timeoutMs);
      return toGatewayResponse(result, trace);
    } catch (error) {
      // The caller learns nothing; the access log and the runtime's log say why.
      trace.integrationError = error instanceof Error ? error.message : String(error);
      this.#context.log({ level: "error", source: "http-api", message: "a function could not be called", error });
      return FUNCTION_FAILED;
    } finally {
      trace.integrationLatencyMs = clock.now() - before;
    }
  }

  #logAccess(request: IncomingMessage, answer: GatewayResponse, requestId: string, now: number, trace: Trace): void {
    const target = this.#stage?.accessLog;
    if (!target) return;
    const values: AccessLogValues = {
      ...describeRequest(request, requestId, now),
      ...describeIntegration(trace),
      ...(answer.status >= 400 && trace.integrationStatus === undefined && describeGatewayError(answer)),
      accountId: this.#context.accountId,
      apiId: this.apiId,
      domainName: this.#domainName,
      domainPrefix: this.apiId,
      stage: "$default",
      routeKey: trace.routeKey ?? "-",
      status: answer.status,
      responseLength: answer.body.length,
      responseLatency: this.#context.clock.now() - now,
    };
    const line = formatAccessLog(target.format, values);
    const level = answer.status >= 500 ? "error" : "info";
    this.#context.log({ ...parseFields(line), level, source: target.logGroup, message: "access" });
  }
}

function describeRequest(request: IncomingMessage, requestId: string, now: number): AccessLogValues {
  const url = request.url ?? "/";
  return {
    requestId,
    extendedRequestId: requestId,
    requestTime: formatTime(now),
    requestTimeEpoch: now,
    httpMethod: request.method ?? "-",
    path: findPath(url) ?? "-",
    protocol: `HTTP/${request.httpVersion}`,
    "identity.sourceIp": request.socket.remoteAddress ?? LOOPBACK,
    "identity.userAgent": request.headers["user-agent"] ?? "-",
  };
}

function describeIntegration(trace: Trace): AccessLogValues {
  return {
    ...(trace.integrationStatus !== undefined && {
      integrationStatus: trace.integrationStatus,
      "integration.integrationStatus": trace.integrationStatus,
      "integration.status": trace.integrationStatus,
    }),
    ...(trace.integrationLatencyMs !== undefined && {
      integrationLatency: trace.integrationLatencyMs,
      "integration.latency": trace.integrationLatencyMs,
    }),
    ...(trace.integrationError !== undefined && {
      integrationErrorMessage: trace.integrationError,
      "integration.error": trace.integrationError,
    }),
  };
}

function describeGatewayError(answer: GatewayResponse): AccessLogValues {
  const { message } = JSON.parse(answer.body.toString("utf8")) as { message: string };
  return { "error.message": message, "error.messageString": JSON.stringify(message) };
}

function parseFields(line: string): Record<string, unknown> {
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return { access: line };
  }
}

function toGatewayResponse(result: InvokeResult | "timeout", trace: Trace): GatewayResponse {
  if (result === "timeout") {
    trace.integrationError = "the integration timed out";
    return UNAVAILABLE;
  }
  if (result.outcome === "throttled") {
    trace.integrationError = "the function was throttled";
    return UNAVAILABLE;
  }
  if (result.outcome === "error") {
    trace.integrationError = `${result.errorType}: ${result.errorMessage}`;
    return FUNCTION_FAILED;
  }
  const answer = parseFunctionResponse(result.payload);
  if (!answer) trace.integrationError = "the function's answer is not in payload format 2.0";
  else trace.integrationStatus = answer.status;
  return answer ?? FUNCTION_FAILED;
}

async function withTimeout<T>(work: Promise<T>, milliseconds: number): Promise<T | "timeout"> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<"timeout">((resolve) => {
    timer = setTimeout(() => resolve("timeout"), milliseconds);
  });
  // A failure that comes after the timeout has nobody left to tell.
  work.catch(() => {});
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/** Undefined past the limit; what is left unread is drained. */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  if (Number(request.headers["content-length"] ?? 0) > MAX_BODY_BYTES) return undefined;
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    bytes += piece.length;
    if (bytes > MAX_BODY_BYTES) return undefined;
    pieces.push(piece);
  }
  return Buffer.concat(pieces, bytes);
}
