import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Principal, ServiceContext } from "../../service.ts";
import { DISK_FULL, isDiskFull } from "../../state/disk-full.ts";
import { SignatureError } from "../sigv4/signature-error.ts";
import { verifySignature } from "../sigv4/verify-signature.ts";
import { AwsError } from "./aws-error.ts";

/** The members of a request's JSON body, not yet believed. */
export type JsonInput = Readonly<Record<string, unknown>>;

/** The whole body. Throws AwsError past `maxBytes`. */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) {
      // Read on, so that the client hears the answer instead of a reset connection.
      chunks.length = 0;
      continue;
    }
    chunks.push(chunk);
  }
  if (bytes > maxBytes)
    throw new AwsError("RequestEntityTooLargeException", `Request must be smaller than ${maxBytes} bytes.`, {
      status: 413,
    });
  return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
}

/**
 * Who sent a request with this body. Throws AwsError for an unsigned one and SignatureError for one that does not prove
 * itself. The time is the machine's own, not the runtime's movable clock: signers sign with the machine's.
 */
export function authenticate(
  request: IncomingMessage,
  body: Buffer,
  service: string,
  context: Pick<ServiceContext, "credentials" | "region">,
): Principal {
  const find = context.credentials.find.bind(context.credentials);
  const verified = verifySignature(request, body, find, Date.now(), { service, region: context.region });
  if (verified) return verified.principal;
  throw new AwsError("MissingAuthenticationTokenException", "Request is missing Authentication Token", {
    status: 403,
    queryCode: "MissingAuthenticationToken",
  });
}

function parseJsonObject(body: Buffer): JsonInput {
  try {
    const value: unknown = body.length === 0 ? {} : JSON.parse(body.toString("utf8"));
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as JsonInput;
  } catch {
    // Answered below, as anything else that is no JSON object.
  }
  throw new AwsError("SerializationException", "The request body is not a JSON object.", {
    queryCode: "MalformedInput",
  });
}

/** What is neither an AwsError nor a SignatureError is a fault of ours, told without its text. */
export function toAwsError(error: unknown): AwsError {
  if (error instanceof AwsError) return error;
  if (error instanceof SignatureError) {
    const queryCode = error.code === "InvalidAccessKeyId" ? "InvalidClientTokenId" : error.code;
    return new AwsError(error.jsonErrorType, error.message, { status: error.status, queryCode });
  }
  const words = isDiskFull(error) ? DISK_FULL : "The laptop runtime failed; its log says why.";
  return new AwsError("InternalFailure", words, { status: 500 });
}

export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>>,
): void {
  const text = Buffer.from(JSON.stringify(body ?? {}));
  response.writeHead(status, {
    "x-amzn-requestid": randomUUID(),
    "content-length": String(text.length),
    ...headers,
  });
  response.end(text);
}

export interface TargetedService {
  readonly service: string;
  /** `AmazonSQS`, `DynamoDB_20120810`: what stands before the dot in X-Amz-Target. */
  readonly target: string;
  readonly maxBodyBytes: number;
  /** Whether errors also carry the query protocol's code, as SQS's do. */
  readonly queryCompatible?: boolean;
  run(operation: string, input: JsonInput, principal: Principal): Promise<unknown>;
}

/** Answers one request of AWS's JSON 1.0 protocol: authenticates, runs the operation that X-Amz-Target names. */
export async function answerTargeted(
  service: TargetedService,
  context: ServiceContext,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const contentType = { "content-type": "application/x-amz-json-1.0" };
  try {
    const body = await readBody(request, service.maxBodyBytes);
    const principal = authenticate(request, body, service.service, context);
    const operation = parseTarget(request, service.target);
    sendJson(response, 200, await service.run(operation, parseJsonObject(body), principal), contentType);
  } catch (error) {
    const known = toAwsError(error);
    if (known.status >= 500) logFault(context, service.service, error);
    else if (known.code === "AccessDeniedException")
      context.log({ level: "warn", source: service.service, message: known.message });
    const query: Record<string, string> = {
      ...(service.queryCompatible && { "x-amzn-query-error": `${known.queryCode};Sender` }),
    };
    const answer = { __type: `${known.namespace}#${known.code}`, message: known.message, ...known.members };
    sendJson(response, known.status, answer, { ...contentType, ...query });
  }
}

function parseTarget(request: IncomingMessage, target: string): string {
  const header = String(request.headers["x-amz-target"] ?? "");
  const [prefix, operation] = header.split(".");
  if (request.method === "POST" && prefix === target && operation) return operation;
  throw new AwsError(
    "UnknownOperationException",
    `Expected a POST with X-Amz-Target: ${target}.<operation> (the JSON protocol, which SDKs have spoken since 2023).`,
    { queryCode: "InvalidAction" },
  );
}

/** The cause goes to the log, whole; the caller hears only that something failed. */
export function logFault(context: Pick<ServiceContext, "log">, source: string, error: unknown): void {
  const detail = error instanceof Error ? { errorName: error.name, stack: error.stack } : { detail: String(error) };
  context.log({
    level: "error",
    source,
    message: isDiskFull(error) ? DISK_FULL : error instanceof Error ? error.message : "a fault without a name",
    ...detail,
  });
}
