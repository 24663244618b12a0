import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import { type ForeignRequest, findForeign, type ReportForeign } from "../../protocol/endpoint/foreign-requests.ts";
import { closeServer, LOOPBACK, listen } from "../../protocol/endpoint/listen.ts";
import type { Log, RuntimeClock } from "../../service.ts";
import { chooseEncoding } from "./compression.ts";
import { findRange, isUnchanged } from "./conditional.ts";
import { errorSeconds, freshSeconds } from "./lifetime.ts";
import { type CachedAnswer, encodedBody, MAX_CACHED_OBJECT_BYTES, ObjectCache } from "./object-cache.ts";
import { applyResponseHeadersPolicy, type Headers, listsOrigin } from "./response-headers.ts";
import type { FetchOrigin } from "./s3-origin.ts";
import type { CacheBehavior, DistributionSettings, S3Origin } from "./settings.ts";
import { matchesWildcard } from "./wildcard.ts";

export interface DistributionContext {
  readonly fetchOrigin: FetchOrigin;
  readonly log: Log;
  readonly clock: RuntimeClock;
  readonly cache?: ObjectCache;
  readonly reportForeign?: ReportForeign;
}

/** What a viewer asks for, once it is known where it goes. */
interface Lookup {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly method: string;
  readonly path: string;
  readonly behavior: CacheBehavior;
  readonly origin: S3Origin;
}

type CacheState = "Hit" | "Miss" | "RefreshHit" | "Error";

/** Not the origin's to say to a viewer: the connection's own headers, and those that CloudFront strips from S3's. */
const DROPPED_HEADERS = new Set([
  ...["connection", "keep-alive", "transfer-encoding", "content-length", "date", "server"],
  ...["x-amz-id-2", "x-amz-request-id"],
]);

/** A CloudFront distribution with S3 origins, on a loopback port of its own. */
export class Distribution {
  readonly #settings: DistributionSettings;
  readonly #context: DistributionContext;
  readonly #cache: ObjectCache;
  readonly #server: Server;
  #domainName = "";

  constructor(settings: DistributionSettings, context: DistributionContext) {
    this.#settings = settings;
    this.#context = context;
    this.#cache = context.cache ?? new ObjectCache();
    this.#server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
      this.#answer(request, response).catch((error: unknown) => {
        // A viewer that goes away in the middle of a video is no fault of ours.
        if (!response.destroyed && !request.destroyed)
          context.log({ level: "error", source: "cdn", message: "the distribution failed", error });
        response.destroy();
      });
    });
  }

  /** `127.0.0.1:4568` */
  get domainName(): string {
    return this.#domainName;
  }

  async start(): Promise<void> {
    this.#domainName = `${LOOPBACK}:${await listen(this.#server, this.#settings.port, "the CDN")}`;
  }

  stop(): Promise<void> {
    return closeServer(this.#server);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    request.resume();
    const foreign = findForeign(request, (origin) => this.#listsOrigin(origin));
    if (foreign) return this.#refuse(response, foreign);
    const method = request.method ?? "GET";
    const path = this.#objectPath(request.url ?? "/");
    const behavior = this.#settings.behaviors.find(({ pathPattern }) => matchesPath(pathPattern, path));
    const origin = this.#settings.origins.find(({ originId }) => originId === behavior?.originId);
    if (!behavior || !origin) throw new Error(`No behavior of the distribution serves ${path}.`);
    const lookup = { request, response, method, path, behavior, origin };
    const allowed = this.#settings.enabled && behavior.allowedMethods.includes(method);
    if (!allowed)
      return this.#sendBody(lookup, 403, { "content-type": "text/plain" }, Buffer.from("Bad request."), "Error");
    if (method === "OPTIONS") return this.#passOn(lookup);
    return this.#serve(lookup);
  }

  /** Whether any part of the distribution lets pages of this origin in. */
  #listsOrigin(origin: string): boolean {
    const policies = this.#settings.behaviors.map(({ responseHeadersPolicy }) => responseHeadersPolicy?.cors);
    return policies.some((cors) => cors !== undefined && listsOrigin(cors, origin));
  }

  #refuse(response: ServerResponse, foreign: ForeignRequest): void {
    this.#context.reportForeign?.(foreign);
    response.writeHead(foreign.status, { "content-type": "text/plain; charset=utf-8" });
    response.end(`${foreign.message}\n`);
  }

  /** The key of the cache: the path alone. A query reaches neither it nor the origin. */
  #objectPath(url: string): string {
    const path = url.split("?", 1)[0] ?? "/";
    return path === "/" && this.#settings.defaultRootObject ? `/${this.#settings.defaultRootObject}` : path;
  }

  async #serve(lookup: Lookup): Promise<void> {
    const cached = this.#cache.find(lookup.path);
    const now = this.#context.clock.now();
    if (cached && cached.freshUntil > now)
      return this.#sendCached(lookup, cached, cached.status >= 400 ? "Error" : "Hit");
    if (cached && cached.status < 400) return this.#refresh(lookup, cached);
    // Without a copy a range, or a bare head, is the origin's to answer; only whole objects are kept.
    if (lookup.method === "HEAD" || lookup.request.headers.range !== undefined) return this.#passOn(lookup);
    return this.#fetchAndKeep(lookup);
  }

  async #refresh(lookup: Lookup, stale: CachedAnswer): Promise<void> {
    const condition: Record<string, string> = stale.headers.etag ? { "if-none-match": stale.headers.etag } : {};
    const answer = await this.#fetchOrLog(lookup, "GET", condition);
    if (!answer || answer.statusCode === undefined || answer.statusCode >= 500) {
      answer?.resume();
      // The origin is ill: CloudFront goes on with what it has.
      return this.#sendCached(lookup, stale, "Hit");
    }
    if (answer.statusCode !== 304) return this.#keep(lookup, answer);
    answer.resume();
    const headers = { ...stale.headers, ...pickHeaders(answer) };
    const renewed = { ...stale, headers, ...this.#lifetime(lookup, stale.status, headers) };
    this.#cache.put(lookup.path, renewed);
    return this.#sendCached(lookup, renewed, "RefreshHit");
  }

  async #fetchAndKeep(lookup: Lookup): Promise<void> {
    const answer = await this.#fetchOrLog(lookup, "GET", {});
    return answer ? this.#keep(lookup, answer) : this.#sendBadGateway(lookup);
  }

  /** Keeps what is small and may be kept; streams the rest past. */
  async #keep(lookup: Lookup, answer: IncomingMessage): Promise<void> {
    const status = answer.statusCode ?? 502;
    const headers = pickHeaders(answer);
    const { storedAt, freshUntil } = this.#lifetime(lookup, status, headers);
    const bytes = Number(answer.headers["content-length"] ?? Number.POSITIVE_INFINITY);
    if (status >= 400) return this.#keepError(lookup, status, headers, await readAll(answer));
    if (freshUntil <= storedAt || bytes > MAX_CACHED_OBJECT_BYTES)
      return this.#stream(lookup, answer, status, headers, "Miss");
    const kept = { status, headers, body: await readAll(answer), storedAt, freshUntil, encoded: new Map() };
    this.#cache.put(lookup.path, kept);
    return this.#sendCached(lookup, kept, "Miss");
  }

  async #keepError(lookup: Lookup, status: number, headers: Headers, body: Buffer): Promise<void> {
    const custom = this.#settings.customErrors.find((error) => error.errorCode === status);
    const page = custom?.responsePagePath === undefined ? undefined : await this.#fetchPage(custom.responsePagePath);
    const kept: CachedAnswer = {
      status: (page && custom?.responseCode) ?? status,
      headers: page?.headers ?? headers,
      body: page?.body ?? body,
      ...this.#lifetime(lookup, status, headers),
      encoded: new Map(),
    };
    if (kept.freshUntil > kept.storedAt) this.#cache.put(lookup.path, kept);
    return this.#sendCached(lookup, kept, "Error");
  }

  /** A custom error page, from the origin of its own path; undefined where that fails too. */
  async #fetchPage(path: string): Promise<{ headers: Headers; body: Buffer } | undefined> {
    const behavior = this.#settings.behaviors.find(({ pathPattern }) => matchesPath(pathPattern, path));
    const origin = this.#settings.origins.find(({ originId }) => originId === behavior?.originId);
    if (!origin) return undefined;
    const answer = await this.#context.fetchOrigin(origin, { method: "GET", path, headers: {} });
    const body = await readAll(answer);
    return answer.statusCode === 200 ? { headers: pickHeaders(answer), body } : undefined;
  }

  #lifetime({ behavior }: Lookup, status: number, headers: Headers): { storedAt: number; freshUntil: number } {
    const control = headers["cache-control"];
    const seconds =
      status >= 400
        ? errorSeconds(status, this.#settings.customErrors, behavior.cachePolicy, control)
        : freshSeconds(behavior.cachePolicy, control);
    const storedAt = this.#context.clock.now();
    return { storedAt, freshUntil: storedAt + seconds * 1000 };
  }

  /** From the origin to the viewer, nothing kept: ranges, heads, preflights. */
  async #passOn(lookup: Lookup): Promise<void> {
    const { headers } = lookup.request;
    const forwarded = ["range", "if-range", "if-none-match"].flatMap((name) => {
      const value = headers[name];
      return typeof value === "string" ? [[name, value] as const] : [];
    });
    const method = lookup.method as "GET" | "HEAD" | "OPTIONS";
    const answer = await this.#fetchOrLog(lookup, method, Object.fromEntries(forwarded));
    if (!answer) return this.#sendBadGateway(lookup);
    const status = answer.statusCode ?? 502;
    return this.#stream(lookup, answer, status, pickHeaders(answer), status >= 400 ? "Error" : "Miss");
  }

  #sendBadGateway(lookup: Lookup): Promise<void> {
    return this.#sendBody(lookup, 502, { "content-type": "text/plain" }, Buffer.from("Bad gateway."), "Error");
  }

  /** Undefined where the origin cannot be reached. */
  async #fetchOrLog(lookup: Lookup, method: "GET" | "HEAD" | "OPTIONS", headers: Headers) {
    try {
      return await this.#context.fetchOrigin(lookup.origin, { method, path: lookup.path, headers });
    } catch (error) {
      this.#context.log({ level: "error", source: "cdn", message: "the origin cannot be reached", error });
      return undefined;
    }
  }

  async #stream(lookup: Lookup, answer: IncomingMessage, status: number, headers: Headers, state: CacheState) {
    const length = answer.headers["content-length"];
    const own = { ...headers, ...(length !== undefined && { "content-length": length }) };
    lookup.response.writeHead(status, this.#viewerHeaders(lookup, own, state));
    await pipeline(answer, lookup.response);
  }

  async #sendCached(lookup: Lookup, cached: CachedAnswer, state: CacheState): Promise<void> {
    const { headers: wanted } = lookup.request;
    const age = Math.floor((this.#context.clock.now() - cached.storedAt) / 1000);
    const headers = { ...cached.headers, ...(state === "Hit" && { age: String(age) }) };
    const isWhole = cached.status === 200;
    if (isWhole && isUnchanged(wanted, headers)) return this.#sendBody(lookup, 304, headers, undefined, state);
    const range = isWhole ? findRange(wanted, headers, cached.body.length) : undefined;
    if (range === "unsatisfiable") {
      const bounds = { "content-range": `bytes */${cached.body.length}` };
      return this.#sendBody(lookup, 416, bounds, Buffer.alloc(0), "Error");
    }
    if (range) {
      const bounds = { "content-range": `bytes ${range.start}-${range.end}/${cached.body.length}` };
      const part = cached.body.subarray(range.start, range.end + 1);
      return this.#sendBody(lookup, 206, { ...headers, ...bounds }, part, state);
    }
    return this.#sendWhole(lookup, cached, headers, state);
  }

  async #sendWhole(lookup: Lookup, cached: CachedAnswer, headers: Headers, state: CacheState): Promise<void> {
    const { behavior, request } = lookup;
    const encoding = behavior.compress
      ? chooseEncoding(behavior.cachePolicy, String(request.headers["accept-encoding"] ?? ""), {
          ...(headers["content-type"] !== undefined && { contentType: headers["content-type"] }),
          bytes: cached.body.length,
          alreadyEncoded: headers["content-encoding"] !== undefined,
        })
      : undefined;
    if (!encoding) return this.#sendBody(lookup, cached.status, headers, cached.body, state);
    const body = await encodedBody(cached, encoding);
    const encoded = {
      ...headers,
      "content-encoding": encoding,
      vary: [headers.vary, "Accept-Encoding"].filter(Boolean).join(", "),
      // Other bytes than the origin's, so the tag is only a weak one, as from CloudFront.
      ...(headers.etag && { etag: headers.etag.startsWith("W/") ? headers.etag : `W/${headers.etag}` }),
    };
    return this.#sendBody(lookup, cached.status, encoded, body, state);
  }

  async #sendBody(lookup: Lookup, status: number, headers: Headers, body: Buffer | undefined, state: CacheState) {
    const length: Record<string, string> = body ? { "content-length": String(body.length) } : {};
    lookup.response.writeHead(status, this.#viewerHeaders(lookup, { ...headers, ...length }, state));
    lookup.response.end(lookup.method === "HEAD" ? undefined : body);
  }

  #viewerHeaders({ request, method, behavior }: Lookup, headers: Headers, state: CacheState): Headers {
    const id = this.#settings.id.toLowerCase();
    const own = {
      ...headers,
      "x-cache": `${state} from cloudfront`,
      via: `1.1 ${id}.cloudfront.net (CloudFront)`,
      "x-amz-cf-id": randomBytes(32).toString("base64url"),
    };
    return applyResponseHeadersPolicy(behavior.responseHeadersPolicy, { method, headers: request.headers }, own);
  }
}

function matchesPath(pattern: string, path: string): boolean {
  return matchesWildcard(pattern.startsWith("/") || pattern === "*" ? pattern : `/${pattern}`, path);
}

function pickHeaders(answer: IncomingMessage): Headers {
  const pairs = Object.entries(answer.headers).flatMap(([name, value]) =>
    value === undefined || DROPPED_HEADERS.has(name) ? [] : [[name, [value].flat().join(", ")] as const],
  );
  return Object.fromEntries(pairs);
}

async function readAll(answer: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of answer as AsyncIterable<Buffer>) pieces.push(piece);
  return Buffer.concat(pieces);
}
