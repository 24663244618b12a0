import { Agent, type ClientRequest, type IncomingMessage, type RequestOptions, request } from "node:http";
import Module from "node:module";
import { RUNTIME_API_PATH_VARIABLE } from "./runtime-api-path.ts";

/**
 * The program inside an execution environment: AWS's own runtime interface client, with a stand-in for the one part of
 * it that is native (an HTTP client in C++, which npm would have to compile). It runs without anything of the
 * laptop runtime: `child-programs.ts` bundles it.
 *
 * The Runtime API hears only who knows its path (threats.md L1). AWS's client takes a host and a port and nothing else, so the
 * secret goes into the path of what it sends, here.
 */
const secretPath = process.env[RUNTIME_API_PATH_VARIABLE] ?? "";
delete process.env[RUNTIME_API_PATH_VARIABLE];
const api = `http://${process.env.AWS_LAMBDA_RUNTIME_API ?? ""}${secretPath}/2018-06-01/runtime/invocation`;
/** One socket, so that an answer always arrives before the request for the next event. */
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

function call(path: string, body: string | undefined, headers: Readonly<Record<string, string>> = {}) {
  return new Promise<{ bodyJson: string; headers: NodeJS.Dict<string | string[]> }>((resolve, reject) => {
    const method = body === undefined ? "GET" : "POST";
    const length = body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) };
    const sent = request(`${api}${path}`, { agent, method, headers: { ...headers, ...length } }, (response) => {
      let bodyJson = "";
      response.setEncoding("utf8");
      response.on("data", (text: string) => {
        bodyJson += text;
      });
      response.on("end", () => resolve({ bodyJson, headers: response.headers }));
      response.on("error", reject);
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

let answered: Promise<unknown> = Promise.resolve();

/** The shape of rapid-client.cc: `done` and `error` return before the answer has arrived, `next` comes after them. */
const nativeClient = {
  async next() {
    await answered;
    return call("/next", undefined);
  },
  done(requestId: string, body: string): void {
    answered = call(`/${requestId}/response`, body);
  },
  error(requestId: string, body: string): void {
    answered = call(`/${requestId}/error`, body);
  },
};

/** What AWS's client sends without its native part: that a function could not be loaded. */
const httpClient = {
  Agent,
  request: (options: RequestOptions, hear: (response: IncomingMessage) => void): ClientRequest =>
    request({ ...options, path: `${secretPath}${options.path ?? ""}` }, hear),
};

const loader = Module as unknown as { _load(id: string, ...rest: unknown[]): unknown };
const load = loader._load;
loader._load = function loadOrStandIn(id: string, ...rest: unknown[]): unknown {
  if (id === "node:http") return httpClient;
  if (id !== "./rapid-client.node") return load.call(this, id, ...rest);
  loader._load = load;
  return nativeClient;
};

await import("aws-lambda-ric");
