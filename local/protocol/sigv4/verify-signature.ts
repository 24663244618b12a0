import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { CredentialStore, Principal } from "../../service.ts";
import { canonicalRequest, parseQuery, type SignedRequest } from "./canonical-request.ts";
import { ALGORITHM, type CredentialScope, findStatedSignature, type StatedSignature } from "./credential-scope.ts";
import { SignatureError } from "./signature-error.ts";

/** AWS refuses a clock that is further off than this. */
const MAX_SKEW_MS = 15 * 60 * 1000;
/** The longest life of a presigned URL: seven days. */
const MAX_EXPIRES_SECONDS = 604_800;
export const UNSIGNED_PAYLOAD = "UNSIGNED-PAYLOAD";

export type FindCredentials = CredentialStore["find"];

/** What the scope must say; a field left out is not checked. */
export interface ExpectedScope {
  readonly service?: string;
  readonly region?: string;
}

/** A request whose sender is proven. */
export interface VerifiedSignature {
  readonly principal: Principal;
  readonly scope: CredentialScope;
  readonly source: "header" | "query";
  /** Milliseconds since 1970. */
  readonly signedAt: number;
  readonly signedHeaders: readonly string[];
  /** What the signature says of the body: hex SHA-256, UNSIGNED-PAYLOAD or STREAMING-…; the body must still be held against it. */
  readonly payloadHash: string;
  /** To verify chunk signatures with: see `decodeAwsChunks`. */
  readonly chain: SignatureChain;
}

/** What each signature of a streamed body is made from. */
export interface SignatureChain {
  readonly signingKey: Buffer;
  readonly timestamp: string;
  readonly scope: string;
  readonly seed: string;
}

/**
 * Verifies the Signature V4 of a request, in its headers or its query. Returns undefined for a request that carries
 * none (anonymous); throws SignatureError for one that does not prove itself.
 *
 * `body` is the whole body where it was read before (SQS, DynamoDB): its hash is what the signature must cover.
 * undefined: the hash is what the request states (S3), and the caller holds the stream against `payloadHash`.
 */
export function verifySignature(
  request: SignedRequest,
  body: Buffer | string | undefined,
  find: FindCredentials,
  now: number,
  expected: ExpectedScope = {},
): VerifiedSignature | undefined {
  const stated = findStatedSignature(request);
  if (!stated) return undefined;
  const query = new Map(parseQuery(request.url ?? "/"));
  const timestamp =
    stated.source === "query" ? (query.get("X-Amz-Date") ?? "") : String(request.headers["x-amz-date"] ?? "");
  const signedAt = parseTimestamp(timestamp, stated);
  checkScope(stated, expected);
  checkTime(stated, signedAt, query.get("X-Amz-Expires"), now);
  const found = find(stated.scope.accessKeyId);
  if (!found) {
    throw new SignatureError("InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.");
  }
  const token = stated.source === "query" ? query.get("X-Amz-Security-Token") : request.headers["x-amz-security-token"];
  checkToken(found.credentials.sessionToken, token);
  const payloadHash = body === undefined ? statedPayloadHash(request, stated, query) : sha256(body);
  checkHeadersAreSigned(request, stated);
  const scope = scopeText(stated.scope);
  const signingKey = deriveSigningKey(found.credentials.secretAccessKey, stated.scope);
  const canonical = canonicalRequest(request, stated.scope.service, stated.signedHeaders, payloadHash);
  const seed = hmac(signingKey, [ALGORITHM, timestamp, scope, sha256(canonical)].join("\n")).toString("hex");
  requireSameSignature(stated.signature, seed);
  const { source, signedHeaders } = stated;
  const chain = { signingKey, timestamp, scope, seed };
  return { principal: found.principal, scope: stated.scope, source, signedAt, signedHeaders, payloadHash, chain };
}

/** HMAC chain of https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html */
export function deriveSigningKey(secretAccessKey: string, scope: CredentialScope): Buffer {
  const date = hmac(`AWS4${secretAccessKey}`, scope.date);
  return hmac(hmac(hmac(date, scope.region), scope.service), "aws4_request");
}

export function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text, "utf8").digest();
}

export function sha256(data: string | Buffer): string {
  return createHash("sha256").update(data).digest("hex");
}

/** Compared in constant time; throws SignatureError. */
export function requireSameSignature(stated: string, computed: string): void {
  const [a, b] = [Buffer.from(stated), Buffer.from(computed)];
  if (a.length === b.length && timingSafeEqual(a, b)) return;
  throw new SignatureError(
    "SignatureDoesNotMatch",
    "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
  );
}

/** Throws SignatureError where the scope is for another service or region. */
export function checkScope(stated: Pick<StatedSignature, "scope" | "source">, expected: ExpectedScope): void {
  const code = stated.source === "query" ? "AuthorizationQueryParametersError" : "AuthorizationHeaderMalformed";
  const { region, service } = stated.scope;
  if (expected.region !== undefined && region !== expected.region) {
    throw new SignatureError(code, `The region '${region}' is wrong; expecting '${expected.region}'.`);
  }
  if (expected.service !== undefined && service !== expected.service) {
    throw new SignatureError(code, `Credential should be scoped to correct service: "${expected.service}".`);
  }
}

/** Throws SignatureError where temporary credentials come without their token, or others with one. */
export function checkToken(expected: string | undefined, stated: string | string[] | undefined): void {
  if ((expected ?? "") === (stated ?? "")) return;
  throw new SignatureError("InvalidToken", "The provided token is malformed or otherwise invalid.");
}

/** `20261121T093000Z` as milliseconds; undefined where it is something else. */
export function parseAmzDate(text: string): number | undefined {
  const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text) ?? [];
  const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(time) ? undefined : time;
}

function scopeText(scope: CredentialScope): string {
  return `${scope.date}/${scope.region}/${scope.service}/aws4_request`;
}

function parseTimestamp(text: string, stated: StatedSignature): number {
  const time = parseAmzDate(text);
  if (time === undefined) {
    throw stated.source === "query"
      ? new SignatureError(
          "AuthorizationQueryParametersError",
          "X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\".",
        )
      : new SignatureError("AccessDenied", "AWS authentication requires a valid x-amz-date header.");
  }
  if (!text.startsWith(stated.scope.date)) {
    throw new SignatureError(
      "SignatureDoesNotMatch",
      "The date of the credential scope is not the date of the request.",
    );
  }
  return time;
}

function checkTime(stated: StatedSignature, signedAt: number, expires: string | undefined, now: number): void {
  if (stated.source === "header") {
    if (Math.abs(now - signedAt) <= MAX_SKEW_MS) return;
    throw new SignatureError(
      "RequestTimeTooSkewed",
      "The difference between the request time and the current time is too large.",
    );
  }
  const seconds = Number(expires);
  if (!/^\d{1,7}$/.test(expires ?? "") || seconds < 1 || seconds > MAX_EXPIRES_SECONDS) {
    throw new SignatureError(
      "AuthorizationQueryParametersError",
      "X-Amz-Expires must be between 1 and 604800 seconds (a week).",
    );
  }
  if (signedAt - now > MAX_SKEW_MS) throw new SignatureError("AccessDenied", "Request is not valid yet");
  if (now > signedAt + seconds * 1000) throw new SignatureError("AccessDenied", "Request has expired");
}

function statedPayloadHash(
  request: SignedRequest,
  stated: StatedSignature,
  query: ReadonlyMap<string, string>,
): string {
  const header = request.headers["x-amz-content-sha256"];
  if (stated.source === "query") {
    return query.get("X-Amz-Content-Sha256") ?? (typeof header === "string" ? header : UNSIGNED_PAYLOAD);
  }
  if (typeof header !== "string") {
    throw new SignatureError("InvalidRequest", "Missing required header for this request: x-amz-content-sha256");
  }
  return header;
}

/**
 * A presigned URL is handed to strangers: whoever holds it must not add headers that change what it does. AWS wants
 * `host` and every x-amz-* header that is present to be signed.
 */
function checkHeadersAreSigned(request: SignedRequest, stated: StatedSignature): void {
  const present = Object.keys(request.headers).filter((name) => name === "host" || name.startsWith("x-amz-"));
  const unsigned = present.filter((name) => !stated.signedHeaders.includes(name));
  if (unsigned.length > 0 || !stated.signedHeaders.includes("host")) {
    throw new SignatureError(
      "AccessDenied",
      `There were headers present in the request which were not signed: ${unsigned.join(", ") || "host"}`,
    );
  }
}
