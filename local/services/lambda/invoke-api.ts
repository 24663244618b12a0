import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { AwsError, accessDenied } from "../../protocol/aws-json/aws-error.ts";
import { authenticate, logFault, readBody, sendJson, toAwsError } from "../../protocol/aws-json/signed-json.ts";
import type { Principal, ServiceContext } from "../../service.ts";
import type { AsyncInvoker } from "./async-invoker.ts";
import type { DeclaredFunction, FunctionRegistry } from "./function-registry.ts";
import { MAX_EVENT_BYTES, MAX_REQUEST_BYTES } from "./invocation.ts";

const FUNCTIONS = /^\/2015-03-31\/functions\/?$/;
const FUNCTION = /^\/2015-03-31\/functions\/([^/?]+)(\/configuration|\/invocations)?$/;

export interface InvokeApi {
  readonly context: ServiceContext;
  readonly registry: FunctionRegistry;
  readonly asyncInvoker: AsyncInvoker;
}

/** Lambda's REST API, as far as a laptop needs it: Invoke, and a look at what functions there are. */
export async function answerLambda(api: InvokeApi, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const body = await readBody(request, MAX_REQUEST_BYTES);
    const principal = authenticate(request, body, "lambda", api.context);
    await route(api, request, response, body, principal);
  } catch (error) {
    const known = toAwsError(error);
    if (known.status >= 500) logFault(api.context, "lambda", error);
    else if (known.code === "AccessDeniedException")
      api.context.log({ level: "warn", source: "lambda", message: known.message });
    const code = known.status === 413 ? "RequestTooLargeException" : known.code;
    const headers = { "content-type": "application/json", "x-amzn-errortype": code };
    sendJson(response, known.status, { Type: "User", message: known.message, Message: known.message }, headers);
  }
}

async function route(
  api: InvokeApi,
  request: IncomingMessage,
  response: ServerResponse,
  body: Buffer,
  principal: Principal,
): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
  const json = { "content-type": "application/json" };
  if (request.method === "GET" && FUNCTIONS.test(pathname)) {
    authorizeFunction(api, principal, "lambda:ListFunctions", { arn: "*" });
    return sendJson(response, 200, { Functions: api.registry.list().map(describeFunction) }, json);
  }
  const [, name = "", part] = FUNCTION.exec(pathname) ?? [];
  const qualifier = searchParams.get("Qualifier");
  const declared =
    name === "" ? undefined : api.registry.get(decodeURIComponent(name) + (qualifier ? `:${qualifier}` : ""));
  if (declared && request.method === "GET" && part !== "/invocations") {
    authorizeFunction(api, principal, part ? "lambda:GetFunctionConfiguration" : "lambda:GetFunction", declared);
    const configuration = describeFunction(declared);
    return sendJson(response, 200, part ? configuration : { Configuration: configuration }, json);
  }
  if (!declared || request.method !== "POST" || part !== "/invocations")
    throw new AwsError(
      "UnknownOperationException",
      `The laptop runtime's Lambda does not have ${request.method} ${pathname}. Functions are declared in the stack.`,
      { status: 404 },
    );
  authorizeFunction(api, principal, "lambda:InvokeFunction", declared);
  await invoke(api, request, response, body, declared);
}

/** Throws AccessDenied unless the principal's policies or the function's allow it. */
export function authorizeFunction(
  { context, registry }: Pick<InvokeApi, "context" | "registry">,
  principal: Principal,
  action: string,
  declared: { readonly arn: string } | DeclaredFunction,
): void {
  const resourcePolicy = "statements" in declared ? registry.resourcePolicy(declared) : undefined;
  const access = { principal, action, resource: declared.arn, ...(resourcePolicy && { resourcePolicy }) };
  const decision = context.authorize(access);
  if (!decision.allowed) throw accessDenied(access, decision, 403);
}

async function invoke(
  { registry, asyncInvoker }: InvokeApi,
  request: IncomingMessage,
  response: ServerResponse,
  body: Buffer,
  declared: DeclaredFunction,
): Promise<void> {
  const type = String(request.headers["x-amz-invocation-type"] ?? "RequestResponse");
  const payload = parsePayload(body);
  const version = { "x-amz-executed-version": "$LATEST" };
  if (type === "DryRun") return void response.writeHead(204, version).end();
  if (type === "Event") {
    if (body.length > MAX_EVENT_BYTES) throw tooLarge(body.length, MAX_EVENT_BYTES);
    asyncInvoker.enqueue(declared, payload);
    return void response.writeHead(202, { ...version, "content-length": "0" }).end();
  }
  if (type !== "RequestResponse")
    throw new AwsError("InvalidParameterValueException", `X-Amz-Invocation-Type ${type} is not known.`);
  const requestId = randomUUID();
  const end = await registry.tryRun(declared, payload, requestId);
  if (!end) throw throttled();
  const headers = { ...version, "content-type": "application/json", "x-amzn-requestid": requestId };
  if (end.outcome === "ok") return void response.writeHead(200, headers).end(end.payload);
  const { errorType, errorMessage } = end.failure;
  const text = end.failure.payload ?? JSON.stringify({ errorType, errorMessage });
  response.writeHead(200, { ...headers, "x-amz-function-error": "Unhandled" }).end(text);
}

function parsePayload(body: Buffer): string {
  const text = body.length === 0 ? "{}" : body.toString("utf8");
  try {
    JSON.parse(text);
    return text;
  } catch (error) {
    const reason = error instanceof Error ? error.message : "";
    throw new AwsError("InvalidRequestContentException", `Could not parse request body into json: ${reason}`);
  }
}

export function throttled(): AwsError {
  return new AwsError("TooManyRequestsException", "Rate Exceeded.", { status: 429 });
}

export function tooLarge(bytes: number, maxBytes: number): AwsError {
  return new AwsError(
    "RequestTooLargeException",
    `${bytes} byte payload is too large for the invocation type (limit ${maxBytes} bytes)`,
    { status: 413 },
  );
}

function describeFunction({ arn, settings }: DeclaredFunction) {
  return {
    FunctionName: settings.name,
    FunctionArn: arn,
    Runtime: settings.runtime,
    Role: settings.roleArn,
    Handler: settings.handler,
    MemorySize: settings.memoryMb,
    Timeout: settings.timeoutSeconds,
    Architectures: [settings.architecture],
    EphemeralStorage: { Size: settings.ephemeralStorageMb },
    Environment: { Variables: settings.environment },
    Layers: settings.layerArns.map((Arn) => ({ Arn })),
    LoggingConfig: { LogGroup: settings.logGroup, LogFormat: settings.logFormat ?? "Text" },
    Version: "$LATEST",
    State: "Active",
    PackageType: "Zip",
  };
}
