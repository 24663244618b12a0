import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { isFromPage, isOwnHost } from "../../protocol/endpoint/own-requests.ts";
import { type FunctionFailure, type InvocationEnd, MAX_RESPONSE_BYTES, parseHandlerError } from "./invocation.ts";

/** An event on its way to the function. */
export interface Delivery {
  readonly requestId: string;
  readonly functionArn: string;
  readonly payload: string;
  /** Milliseconds since 1970; `context.getRemainingTimeInMillis` counts down to it. */
  readonly deadlineMs: number;
  readonly traceId: string;
}

export interface RuntimeApiEvents {
  /** The function asks for its next event: it is idle now. */
  readonly onIdle: () => void;
  /** The module could not be loaded, or its top level threw. */
  readonly onInitError: (failure: FunctionFailure) => void;
}

const BASE = "/2018-06-01/runtime";

/**
 * Lambda's Runtime API for one execution environment, on a loopback port of its own. Who asks here is handed other people's
 * uploads and answers for the function: only the environment's own process knows the path, and no page is ever heard
 * (threats.md L1).
 * https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
export class RuntimeApi {
  /** What every path begins with. The process has it from its environment. */
  readonly secretPath = `/${randomBytes(16).toString("hex")}`;
  readonly #server: Server;
  readonly #events: RuntimeApiEvents;
  #waiting: ServerResponse | undefined;
  #current: { readonly requestId: string; readonly end: (end: InvocationEnd) => void } | undefined;

  private constructor(events: RuntimeApiEvents) {
    this.#events = events;
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch(() => response.destroy());
    });
    // The function's socket is silent while its handler works, for up to 15 minutes: nothing may close it.
    Object.assign(this.#server, { keepAliveTimeout: 0, requestTimeout: 0, headersTimeout: 0 });
  }

  static async listen(events: RuntimeApiEvents): Promise<RuntimeApi> {
    const api = new RuntimeApi(events);
    await new Promise<void>((resolve, reject) => {
      api.#server.once("error", reject);
      api.#server.listen(0, "127.0.0.1", resolve);
    });
    return api;
  }

  get address(): string {
    return `127.0.0.1:${this.#port}`;
  }

  get #port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Hands the event to the idle function; resolves with its answer. */
  deliver(delivery: Delivery): Promise<InvocationEnd> {
    const waiting = this.#waiting;
    if (!waiting) throw new Error("The execution environment is not idle.");
    this.#waiting = undefined;
    return new Promise((end) => {
      this.#current = { requestId: delivery.requestId, end };
      waiting.writeHead(200, {
        "content-type": "application/json",
        "content-length": String(Buffer.byteLength(delivery.payload)),
        "lambda-runtime-aws-request-id": delivery.requestId,
        "lambda-runtime-deadline-ms": String(delivery.deadlineMs),
        "lambda-runtime-invoked-function-arn": delivery.functionArn,
        "lambda-runtime-trace-id": delivery.traceId,
      });
      waiting.end(delivery.payload);
    });
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { url = "", headers } = request;
    const { secretPath } = this;
    if (!isOwnHost(headers.host, this.#port) || isFromPage(headers) || !url.startsWith(`${secretPath}/`))
      return refuse(request, response);
    return this.#answerOwn(request, response, url.slice(secretPath.length));
  }

  async #answerOwn(request: IncomingMessage, response: ServerResponse, url: string): Promise<void> {
    if (request.method === "GET" && url === `${BASE}/invocation/next`) {
      this.#waiting = response;
      this.#events.onIdle();
      return;
    }
    const body = await readText(request);
    const [, requestId, kind] = /^\/2018-06-01\/runtime\/invocation\/([^/]+)\/(response|error)$/.exec(url) ?? [];
    if (request.method !== "POST") return reply(response, 404);
    if (url === `${BASE}/init/error`) {
      this.#events.onInitError(parseHandlerError(body ?? "{}"));
      return reply(response, 202);
    }
    if (!requestId || requestId !== this.#current?.requestId) return reply(response, 400);
    const { end } = this.#current;
    this.#current = undefined;
    if (body === undefined) {
      reply(response, 413);
      return end({ outcome: "error", failure: tooLarge() });
    }
    reply(response, 202);
    end(kind === "error" ? { outcome: "error", failure: parseHandlerError(body) } : { outcome: "ok", payload: body });
  }
}

/** Undefined for an answer that is larger than Lambda allows. */
async function readText(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= MAX_RESPONSE_BYTES) chunks.push(chunk);
  }
  return bytes <= MAX_RESPONSE_BYTES ? Buffer.concat(chunks).toString("utf8") : undefined;
}

function reply(response: ServerResponse, status: number): void {
  response.writeHead(status, { "content-type": "application/json", "content-length": "2" });
  response.end("{}");
}

/** In words, for whoever looks why; of the path it says nothing. */
function refuse(request: IncomingMessage, response: ServerResponse): void {
  const message = "This is the Runtime API of one function's process, which alone may call it.";
  response.writeHead(403, { "content-type": "application/json", connection: "close" }).end(JSON.stringify({ message }));
  request.resume();
}

function tooLarge(): FunctionFailure {
  return {
    errorType: "Function.ResponseSizeTooLarge",
    errorMessage: `Response payload size exceeded maximum allowed payload size (${MAX_RESPONSE_BYTES} bytes).`,
  };
}
