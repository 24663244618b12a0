import type { IncomingMessage } from "node:http";
import { parseQuery } from "./canonical-request.ts";
import { SignatureError } from "./signature-error.ts";

export const ALGORITHM = "AWS4-HMAC-SHA256";

/** Who signed, for which day, region and service: `AKIA…/20261121/eu-central-1/s3/aws4_request`. */
export interface CredentialScope {
  readonly accessKeyId: string;
  /** YYYYMMDD */
  readonly date: string;
  readonly region: string;
  readonly service: string;
}

/** A signature as the request states it, not yet believed. */
export interface StatedSignature {
  readonly source: "header" | "query";
  readonly scope: CredentialScope;
  readonly signedHeaders: readonly string[];
  /** Lower-case hex. */
  readonly signature: string;
}

type RequestHead = Pick<IncomingMessage, "url" | "headers">;

/**
 * The scope that a request claims to be signed for, to route it by; undefined where it is unsigned or cannot be read.
 * Nothing is verified here.
 */
export function findCredentialScope(request: RequestHead): CredentialScope | undefined {
  try {
    return findStatedSignature(request)?.scope;
  } catch (error) {
    if (error instanceof SignatureError) return undefined;
    throw error;
  }
}

/** The signature that the request carries; undefined where it is anonymous. Throws SignatureError where it is malformed. */
export function findStatedSignature(request: RequestHead): StatedSignature | undefined {
  const header = request.headers.authorization;
  const query = new Map(parseQuery(request.url ?? "/"));
  const presigned = query.has("X-Amz-Algorithm") || query.has("X-Amz-Signature");
  if (header !== undefined && presigned) {
    throw new SignatureError(
      "InvalidArgument",
      "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter or the Authorization header should be specified.",
    );
  }
  if (header !== undefined) return parseAuthorization(header);
  return presigned ? parsePresigned(query) : undefined;
}

/** Throws SignatureError where the credential does not have five parts. */
export function parseCredential(
  credential: string,
  code: "AuthorizationHeaderMalformed" | "AuthorizationQueryParametersError" | "InvalidArgument",
): CredentialScope {
  const parts = credential.split("/");
  const [terminator, service, region, date] = parts.reverse();
  const accessKeyId = parts.slice(4).reverse().join("/");
  if (terminator !== "aws4_request" || !service || !region || !date || !/^\d{8}$/.test(date) || !accessKeyId) {
    throw new SignatureError(
      code,
      'The Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".',
    );
  }
  return { accessKeyId, date, region, service };
}

function parseAuthorization(header: string): StatedSignature {
  const [, fields] = /^AWS4-HMAC-SHA256\s+(.+)$/.exec(header) ?? [];
  if (!fields) {
    throw new SignatureError(
      "InvalidArgument",
      `Unsupported Authorization Type: expected ${ALGORITHM} (Signature V4).`,
    );
  }
  const named = new Map(
    fields.split(",").map((field) => {
      const [name = "", ...value] = field.trim().split("=");
      return [name, value.join("=")];
    }),
  );
  const require = (name: string): string => {
    const value = named.get(name);
    if (value) return value;
    throw new SignatureError("AuthorizationHeaderMalformed", `The authorization header lacks ${name}=.`);
  };
  return {
    source: "header",
    scope: parseCredential(require("Credential"), "AuthorizationHeaderMalformed"),
    signedHeaders: require("SignedHeaders").toLowerCase().split(";"),
    signature: require("Signature"),
  };
}

function parsePresigned(query: ReadonlyMap<string, string>): StatedSignature {
  for (const name of ["Algorithm", "Credential", "Signature", "Date", "SignedHeaders", "Expires"]) {
    if (query.get(`X-Amz-${name}`)) continue;
    throw new SignatureError(
      "AuthorizationQueryParametersError",
      `Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters; X-Amz-${name} is missing.`,
    );
  }
  if (query.get("X-Amz-Algorithm") !== ALGORITHM) {
    throw new SignatureError("AuthorizationQueryParametersError", `X-Amz-Algorithm only supports "${ALGORITHM}".`);
  }
  return {
    source: "query",
    scope: parseCredential(query.get("X-Amz-Credential") ?? "", "AuthorizationQueryParametersError"),
    signedHeaders: (query.get("X-Amz-SignedHeaders") ?? "").toLowerCase().split(";"),
    signature: query.get("X-Amz-Signature") ?? "",
  };
}
