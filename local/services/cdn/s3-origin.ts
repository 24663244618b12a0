import { Agent, type IncomingMessage, request as sendRequest } from "node:http";
import { canonicalRequest } from "../../protocol/sigv4/canonical-request.ts";
import { ALGORITHM, type CredentialScope } from "../../protocol/sigv4/credential-scope.ts";
import { deriveSigningKey, hmac, sha256 } from "../../protocol/sigv4/verify-signature.ts";
import type { CredentialStore, Credentials, Principal, RuntimeClock } from "../../service.ts";
import type { S3Origin } from "./settings.ts";

export interface OriginRequest {
  readonly method: "GET" | "HEAD" | "OPTIONS";
  /** Percent-encoded, without a query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Fetches from a bucket over the signed endpoint, so that the bucket's own policy decides, as it does on AWS. */
export type FetchOrigin = (origin: S3Origin, request: OriginRequest) => Promise<IncomingMessage>;

/** CloudFront gives an origin 30 s to answer. */
const RESPONSE_TIMEOUT_MS = 30_000;
const EMPTY_PAYLOAD = sha256("");

export interface OriginContext {
  readonly endpointUrl: string;
  readonly region: string;
  readonly credentials: CredentialStore;
  readonly clock: RuntimeClock;
  /** CloudFront, on behalf of the distribution. */
  readonly principal: Principal;
}

export function createOriginFetcher(context: OriginContext): { readonly fetch: FetchOrigin; stop(): void } {
  const agent = new Agent({ keepAlive: true });
  const endpoint = new URL(context.endpointUrl);
  return {
    stop: () => agent.destroy(),
    fetch: (origin, { method, path, headers }) => {
      const url = `/${origin.bucket}${origin.originPath}${path}`;
      const signature = origin.signed ? sign(context, endpoint.host, method, url) : {};
      return new Promise((resolve, reject) => {
        const outgoing = sendRequest({
          ...{ agent, method, path: url, host: endpoint.hostname, port: endpoint.port },
          headers: { ...headers, ...signature, host: endpoint.host },
          timeout: RESPONSE_TIMEOUT_MS,
        });
        outgoing.on("response", resolve).on("error", reject);
        outgoing.on("timeout", () => outgoing.destroy(new Error("the origin did not answer in time")));
        outgoing.end();
      });
    },
  };
}

function sign(context: OriginContext, host: string, method: string, url: string): Record<string, string> {
  const credentials = context.credentials.issue(context.principal);
  const timestamp = new Date(context.clock.now()).toISOString().replace(/[-:]|\.\d+/g, "");
  const headers: Record<string, string> = {
    host,
    "x-amz-content-sha256": EMPTY_PAYLOAD,
    "x-amz-date": timestamp,
    ...(credentials.sessionToken && { "x-amz-security-token": credentials.sessionToken }),
  };
  const signedHeaders = Object.keys(headers).sort();
  const headersDistinct = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]));
  const canonical = canonicalRequest({ method, url, headers, headersDistinct }, "s3", signedHeaders, EMPTY_PAYLOAD);
  return { ...headers, authorization: authorization(context.region, credentials, timestamp, signedHeaders, canonical) };
}

function authorization(
  region: string,
  { accessKeyId, secretAccessKey }: Credentials,
  timestamp: string,
  signedHeaders: readonly string[],
  canonical: string,
): string {
  const scope: CredentialScope = { accessKeyId, date: timestamp.slice(0, 8), region, service: "s3" };
  const name = `${scope.date}/${region}/s3/aws4_request`;
  const text = [ALGORITHM, timestamp, name, sha256(canonical)].join("\n");
  const signature = hmac(deriveSigningKey(secretAccessKey, scope), text).toString("hex");
  return `${ALGORITHM} Credential=${accessKeyId}/${name}, SignedHeaders=${signedHeaders.join(";")}, Signature=${signature}`;
}
