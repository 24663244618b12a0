import type { PolicyDocument } from "../../iam/policy.ts";
import { verifySignature } from "../../protocol/sigv4/verify-signature.ts";
import type { Principal } from "../../service.ts";
import { isPublicPolicy } from "./public-policy.ts";
import { S3Error } from "./s3-error.ts";
import type { AuthenticatedRequest, S3Core, S3Request } from "./s3-request.ts";
import { parseTags } from "./tags.ts";

/** Proves who sent the request, in its headers or its URL. Throws SignatureError. */
export function authenticate(core: S3Core, request: S3Request): AuthenticatedRequest {
  const { credentials, clock, region } = core.context;
  const find = credentials.find.bind(credentials);
  const signature = verifySignature(request.raw, undefined, find, clock.now(), { service: "s3", region });
  return signature
    ? { ...request, principal: signature.principal, signature }
    : { ...request, principal: { type: "anonymous" } };
}

export interface AccessQuestion {
  /** `s3:GetObject` */
  readonly action: string;
  /** The bucket and key that are touched, where they are not the request's own (a copy's source). */
  readonly bucket?: string;
  readonly key?: string;
}

/** Asks IAM and the bucket's policy. Throws AccessDenied. */
export function requireAccess(core: S3Core, request: AuthenticatedRequest, question: AccessQuestion): void {
  const { allowed, reason, resource } = decide(core, request, question);
  if (allowed) return;
  const { principal } = request;
  throw new S3Error(
    "AccessDenied",
    principal.type === "anonymous"
      ? "Access Denied"
      : `User: ${describe(principal)} is not authorized to perform: ${question.action} on resource: "${resource}" because ${reason}`,
  );
}

/** Whether IAM and the bucket's policy allow it; for answers that depend on a second permission. */
export function hasAccess(core: S3Core, request: AuthenticatedRequest, question: AccessQuestion): boolean {
  return decide(core, request, question).allowed;
}

/** The sender, as S3 names owners and initiators. */
export function describe(principal: Principal): string {
  if (principal.type === "anonymous") return "anonymous";
  return principal.type === "service" ? principal.service : principal.arn;
}

/** Logs who was denied what: every no is worth a line to whoever wonders why. */
function decide(core: S3Core, request: AuthenticatedRequest, question: AccessQuestion) {
  const bucketName = question.bucket ?? request.bucket;
  const settings = bucketName === undefined ? undefined : core.catalog.buckets.get(bucketName)?.settings;
  const path = question.key === undefined ? bucketName : `${bucketName}/${question.key}`;
  const resource = path === undefined ? "*" : `arn:aws:s3:::${path}`;
  const { principal, requestId } = request;
  const { action } = question;
  const shut = isShutToStrangers(principal, settings?.policy, settings?.publicAccessBlock?.restrictPublicBuckets);
  const { allowed, reason } = shut
    ? { allowed: false, reason: "of the bucket's public access block (restrictPublicBuckets)" }
    : core.context.authorize({
        principal,
        action,
        resource,
        conditions: conditionKeys(core, request, question),
        ...(settings?.policy ? { resourcePolicy: settings.policy } : {}),
      });
  if (!allowed) {
    const denied = { principal: describe(principal), action, resource, reason, requestId };
    core.context.log({ level: "warn", source: "s3", message: "access denied", ...denied });
  }
  return { allowed, reason, resource };
}

function isShutToStrangers(principal: Principal, policy: PolicyDocument | undefined, restricted = false): boolean {
  return principal.type === "anonymous" && restricted && policy !== undefined && isPublicPolicy(policy);
}

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html#amazons3-policy-keys */
function conditionKeys(core: S3Core, request: AuthenticatedRequest, question: AccessQuestion): Record<string, string> {
  const keys: Record<string, string> = {
    // On loopback nothing can listen in between, so a policy that asks for TLS is content.
    "aws:SecureTransport": "true",
    "aws:SourceIp": request.raw.socket.remoteAddress?.replace(/^::ffff:/, "") ?? "127.0.0.1",
    "aws:CurrentTime": new Date(core.context.clock.now()).toISOString(),
    "aws:UserAgent": request.headers.get("user-agent") ?? "",
    "s3:ResourceAccount": core.context.accountId,
    ...(request.signature ? signatureKeys(core, request.signature) : {}),
  };
  for (const parameter of ["prefix", "delimiter", "max-keys"]) {
    const value = request.query.get(parameter);
    if (value !== undefined) keys[`s3:${parameter}`] = value;
  }
  const versionId = request.query.get("versionId");
  if (versionId !== undefined) keys["s3:VersionId"] = versionId;
  for (const [name, value] of request.headers) {
    if (name.startsWith("x-amz-") && !name.startsWith("x-amz-meta-")) keys[`s3:${name}`] = value;
    if (name === "if-none-match" || name === "if-match") keys[`s3:${name}`] = value;
  }
  addTagKeys(keys, core, request, question);
  return keys;
}

function signatureKeys(
  core: S3Core,
  signature: NonNullable<AuthenticatedRequest["signature"]>,
): Record<string, string> {
  return {
    "s3:signatureversion": "AWS4-HMAC-SHA256",
    "s3:authType": signature.source === "query" ? "REST-QUERY-STRING" : "REST-HEADER",
    "s3:signatureAge": String(core.context.clock.now() - signature.signedAt),
  };
}

function addTagKeys(
  keys: Record<string, string>,
  core: S3Core,
  request: AuthenticatedRequest,
  question: AccessQuestion,
): void {
  const bucket = core.catalog.buckets.get(question.bucket ?? request.bucket ?? "");
  const existing = bucket && question.key !== undefined ? core.catalog.findCurrent(bucket, question.key) : undefined;
  for (const [name, value] of Object.entries(existing?.tags ?? {})) keys[`s3:ExistingObjectTag/${name}`] = value;
  const stated = request.headers.get("x-amz-tagging");
  for (const [name, value] of Object.entries(stated ? parseTags(stated) : {}))
    keys[`s3:RequestObjectTag/${name}`] = value;
}
