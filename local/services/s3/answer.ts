import type { IncomingMessage } from "node:http";
import { SignatureError } from "../../protocol/sigv4/signature-error.ts";
import { DISK_FULL, isDiskFull } from "../../state/disk-full.ts";
import { authenticate, requireAccess } from "./access.ts";
import { corsHeaders, preflight } from "./cors.ts";
import { refuseUnsupportedHeaders } from "./object-headers.ts";
import { findOperation, type Operation } from "./operations.ts";
import { postObject } from "./post-object.ts";
import { S3Error } from "./s3-error.ts";
import { type AuthenticatedRequest, parseRequest, type S3Core, type S3Reply, type S3Request } from "./s3-request.ts";
import { printXml } from "./xml.ts";

/** The whole way of a request: read, prove, allow, do. Never throws; what goes wrong is an answer too. */
export async function answer(core: S3Core, raw: IncomingMessage): Promise<S3Reply> {
  const started = performance.now();
  let request: S3Request | undefined;
  let reply: S3Reply;
  try {
    request = parseRequest(raw);
    reply = await perform(core, request);
  } catch (error) {
    reply = explain(core, raw, request, error);
  }
  const requestId = request?.requestId ?? "";
  const { bucket, key, method } = request ?? { method: raw.method };
  const milliseconds = Math.round(performance.now() - started);
  core.context.log({
    level: "debug",
    source: "s3",
    message: "request",
    method,
    bucket,
    key,
    status: reply.status,
    milliseconds,
    requestId,
  });
  const headers = {
    "x-amz-request-id": requestId,
    "x-amz-id-2": requestId,
    server: "AmazonS3",
    ...(request && method !== "OPTIONS" ? corsHeaders(core, request) : {}),
    ...reply.headers,
  };
  return { ...reply, headers };
}

async function perform(core: S3Core, request: S3Request): Promise<S3Reply> {
  if (request.method === "OPTIONS") return preflight(core, request);
  if (isForm(request)) return postObject(core, request);
  const authenticated = authenticate(core, request);
  const operation = requireOperation(authenticated);
  const { bucket } = request;
  const creates = operation.on === "bucket" && operation.creates;
  if (bucket !== undefined && !creates) core.catalog.getBucket(bucket);
  checkBucketOwner(core, request);
  return run(core, authenticated, operation);
}

/** What is not implemented here exists on S3, which tells a stranger only that access is denied. */
function requireOperation(request: AuthenticatedRequest): Operation {
  try {
    return findOperation(request);
  } catch (error) {
    const isMissing = error instanceof S3Error && error.code === "NotImplemented";
    throw isMissing && request.principal.type === "anonymous" ? new S3Error("AccessDenied", "Access Denied") : error;
  }
}

async function run(core: S3Core, request: AuthenticatedRequest, operation: Operation): Promise<S3Reply> {
  const { bucket, key } = request;
  if (operation.action !== undefined) {
    requireAccess(core, request, {
      action: operation.action,
      ...(operation.on === "object" && key !== undefined ? { key } : {}),
    });
  }
  refuseUnsupportedHeaders(request.headers, core.catalog.buckets.get(bucket ?? "")?.settings);
  if (operation.on === "service") return operation.run(core, request);
  if (bucket === undefined) throw new TypeError(`${operation.action} needs a bucket`);
  if (operation.on === "bucket") return operation.run(core, { ...request, bucket });
  if (key === undefined) throw new TypeError(`${operation.action} needs a key`);
  return operation.run(core, { ...request, bucket, key });
}

function isForm(request: S3Request): request is S3Request & { readonly bucket: string } {
  if (request.method !== "POST" || request.bucket === undefined || request.key !== undefined) return false;
  return !request.query.has("delete") && (request.headers.get("content-type") ?? "").startsWith("multipart/form-data");
}

function checkBucketOwner(core: S3Core, { headers }: S3Request): void {
  for (const name of ["x-amz-expected-bucket-owner", "x-amz-source-expected-bucket-owner"]) {
    const owner = headers.get(name);
    if (owner !== undefined && owner !== core.context.accountId) throw new S3Error("AccessDenied", "Access Denied");
  }
}

function explain(core: S3Core, raw: IncomingMessage, request: S3Request | undefined, error: unknown): S3Reply {
  const known = error instanceof S3Error || error instanceof SignatureError;
  // A client that went away in the middle of its body is not our failure.
  if (!known && !raw.destroyed) {
    const stack = error instanceof Error ? error.stack : String(error);
    const message = isDiskFull(error) ? DISK_FULL : "a request failed";
    core.context.log({ level: "error", source: "s3", message, method: raw.method, error: stack });
  }
  const words = isDiskFull(error) ? DISK_FULL : "We encountered an internal error. Please try again.";
  const refusal = known ? error : new S3Error("InternalError", words);
  const { status, code, message } = refusal;
  const { details = {}, headers = {} } = refusal instanceof S3Error ? refusal : {};
  if (status === 304 || raw.method === "HEAD") return { status, headers };
  const Resource = `/${[request?.bucket, request?.key].filter((part) => part !== undefined).join("/")}`;
  const RequestId = request?.requestId;
  const body = printXml(
    "Error",
    { Code: code, Message: message, ...details, Resource, RequestId, HostId: RequestId },
    "",
  );
  return { status, headers, body };
}
