import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AwsService, CredentialStore, Log } from "../../service.ts";
import type { AwsError } from "../aws-json/aws-error.ts";
import { readBody, toAwsError } from "../aws-json/signed-json.ts";
import { findCredentialScope } from "../sigv4/credential-scope.ts";
import { verifySignature } from "../sigv4/verify-signature.ts";
import { drain } from "./drain.ts";
import { findForeign, type ReportForeign } from "./foreign-requests.ts";
import { closeServer, LOOPBACK, listen } from "./listen.ts";

/** A request to a service that is not here is read for its signature alone. */
const MAX_UNKNOWN_BYTES = 1024 * 1024;

export interface Endpoint {
  /** `http://127.0.0.1:4566` */
  readonly url: string;
  /**
   * Answers from now on. Requests that came before have waited: while a stack starts, its roles are not all there yet,
   * and an upload would be refused for good that a moment later is allowed.
   */
  serve(services: readonly AwsService[]): void;
  /** Resolves when `serve` was called. */
  readonly whenServing: Promise<unknown>;
  stop(): Promise<void>;
}

export interface EndpointOptions {
  readonly port: number;
  readonly log: Log;
  readonly credentials: Pick<CredentialStore, "find">;
  readonly reportForeign?: ReportForeign;
}

/**
 * The one address of all services. Which one a request is for stands in the credential scope of its signature. Where there is
 * none, X-Amz-Target tells, or the name before `.localhost`; S3 is asked about the rest (browsers' form posts, anonymous
 * reads) and decides by its own rules.
 */
export async function startEndpoint(options: EndpointOptions): Promise<Endpoint> {
  let serve: (services: readonly AwsService[]) => void = () => {};
  const serving = new Promise<readonly AwsService[]>((resolve) => {
    serve = resolve;
  });
  const server = createServer({ keepAliveTimeout: 60_000, requestTimeout: 0 }, (request, response) => {
    const routed = serving.then((services) => {
      const isListed = (origin: string) => services.some((service) => service.listsOrigin?.(origin));
      const names = services.map(({ name }) => `${name}.localhost`);
      const foreign = findForeign(request, isListed, names);
      if (!foreign) return route(request, response, services, options.credentials);
      options.reportForeign?.(foreign);
      send(request, response, foreign.status, "AccessForbidden", foreign.message);
    });
    routed.catch((error: unknown) => fail(request, response, error, options.log));
  });
  const port = await listen(server, options.port, "the AWS endpoint");
  return {
    url: `http://${LOOPBACK}:${port}`,
    serve,
    whenServing: serving,
    stop: () => closeServer(server),
  };
}

async function route(
  request: IncomingMessage,
  response: ServerResponse,
  services: readonly AwsService[],
  credentials: Pick<CredentialStore, "find">,
): Promise<void> {
  const name = findCredentialScope(request)?.service ?? findUnsigned(request, services)?.name ?? "s3";
  const service = services.find((candidate) => candidate.name === name);
  if (service) return service.handle(request, response);
  const refusal = await findRefusal(request, credentials);
  if (refusal) return send(request, response, refusal.status, refusal.code, refusal.message);
  const known = services.map((candidate) => candidate.name).join(", ");
  const message = `The laptop runtime has no service "${name}"; it has ${known}.`;
  send(request, response, 400, "UnknownService", message);
}

/** What has a target is for the service of that target alone; what is called by a service's own name, for that service. */
function findUnsigned({ headers }: IncomingMessage, services: readonly AwsService[]): AwsService | undefined {
  const [target] = String(headers["x-amz-target"] ?? "").split(".");
  const [label] = String(headers.host ?? "").split(".localhost");
  return (
    services.find((service) => service.target !== undefined && service.target === target) ??
    services.find(({ name }) => name === label?.toLowerCase())
  );
}

/** What there is and what is not is told to those who prove themselves. */
async function findRefusal(
  request: IncomingMessage,
  credentials: Pick<CredentialStore, "find">,
): Promise<AwsError | undefined> {
  try {
    const body = await readBody(request, MAX_UNKNOWN_BYTES);
    verifySignature(request, body, (key) => credentials.find(key), Date.now());
    return undefined;
  } catch (error) {
    return toAwsError(error);
  }
}

function fail(request: IncomingMessage, response: ServerResponse, error: unknown, log: Log): void {
  const { method, url = "/" } = request;
  log({ level: "error", source: "endpoint", message: "a service failed", method, path: url.split("?", 1)[0], error });
  if (response.headersSent) response.destroy();
  else send(request, response, 500, "InternalError", "We encountered an internal error. Please try again.");
}

/** In the shape that both families of clients can read: XML ones look into the body, JSON ones at the header too. */
function send(request: IncomingMessage, response: ServerResponse, status: number, code: string, message: string): void {
  const json = String(request.headers["content-type"] ?? "").includes("json");
  const body = json
    ? JSON.stringify({ __type: code, message })
    : `<Error><Code>${code}</Code><Message>${message.replaceAll(/[<>&]/g, " ")}</Message></Error>`;
  response
    .writeHead(status, {
      "content-type": json ? "application/x-amz-json-1.0" : "application/xml",
      "x-amzn-errortype": code,
    })
    .end(body);
  drain(request);
}
