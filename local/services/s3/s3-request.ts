import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Readable } from "node:stream";
import { parseQuery } from "../../protocol/sigv4/canonical-request.ts";
import type { SignatureChain, VerifiedSignature } from "../../protocol/sigv4/verify-signature.ts";
import type { Principal, ServiceContext } from "../../service.ts";
import type { Blobs } from "./blobs.ts";
import type { Catalog } from "./catalog.ts";
import type { StoredSettings } from "./model.ts";
import type { Outbox } from "./outbox.ts";
import { S3Error } from "./s3-error.ts";

/** What every operation works on. */
export interface S3Core {
  readonly context: ServiceContext;
  readonly catalog: Catalog;
  readonly blobs: Blobs;
  readonly outbox: Outbox;
  /** Lays settings over the bucket's own; a new list of notifications is tried out on its queues first. */
  configure(bucket: string, settings: Partial<StoredSettings>): Promise<void>;
}

/** A request, taken apart; not yet authenticated. */
export interface S3Request {
  readonly raw: IncomingMessage;
  readonly method: string;
  readonly requestId: string;
  readonly bucket?: string;
  readonly key?: string;
  readonly query: ReadonlyMap<string, string>;
  /** By lower-case name. The x-amz-* parameters of a presigned URL count as headers, as in S3, but for checksums. */
  readonly headers: ReadonlyMap<string, string>;
}

/** A request whose sender is known. */
export interface AuthenticatedRequest extends S3Request {
  readonly principal: Principal;
  readonly signature?: Pick<VerifiedSignature, "source" | "signedAt" | "payloadHash"> & {
    readonly chain: SignatureChain;
  };
}

/** A request to a bucket, or to an object in one. */
export type BucketRequest = AuthenticatedRequest & { readonly bucket: string };
export type ObjectRequest = BucketRequest & { readonly key: string };

export interface S3Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly body?: string | Readable;
}

/** S3's limit of a key, in UTF-8 bytes. */
const MAX_KEY_BYTES = 1024;

/**
 * Not the signature's own parameters, and no checksum of the body: S3 has these signed and does not look at them, right or
 * wrong (aws-sdk-go-v2#2610, localstack#12164). The JavaScript SDK's default address of an upload carries that of an empty
 * body. A checksum binds as a header that is signed.
 */
const COUNTS_AS_HEADER =
  /^x-amz-(?!(?:algorithm|credential|date|expires|signedheaders|signature|sdk-checksum-algorithm|checksum-(?:crc32|crc32c|crc64nvme|sha1|sha256))$)/i;

/** Path style: `/bucket/key`. Throws S3Error where the path cannot be read. */
export function parseRequest(raw: IncomingMessage): S3Request {
  const url = raw.url ?? "/";
  const path = url.split("?", 1)[0] ?? "/";
  const slash = path.indexOf("/", 1);
  const bucket = decodePath(slash < 0 ? path.slice(1) : path.slice(1, slash));
  const key = slash < 0 ? "" : decodePath(path.slice(slash + 1));
  checkKeyLength(key);
  const query = new Map(parseQuery(url));
  return {
    raw,
    method: raw.method ?? "GET",
    requestId: randomBytes(8).toString("hex").toUpperCase(),
    ...(bucket ? { bucket } : {}),
    ...(key ? { key } : {}),
    query,
    headers: collectHeaders(raw, query),
  };
}

/** Throws S3Error KeyTooLongError. */
export function checkKeyLength(key: string): void {
  const bytes = Buffer.byteLength(key);
  if (bytes <= MAX_KEY_BYTES) return;
  throw new S3Error("KeyTooLongError", "Your key is too long", {
    Size: String(bytes),
    MaxSizeAllowed: String(MAX_KEY_BYTES),
  });
}

/** A whole number in the range, or the default where the parameter is absent. Throws InvalidArgument. */
export function parseCount(
  request: S3Request,
  name: string,
  fallback: number,
  [min, max]: readonly [number, number],
): number {
  const text = request.query.get(name) ?? "";
  if (text === "") return fallback;
  const count = Number(text);
  if (/^\d+$/.test(text) && count >= min && count <= 2_147_483_647) return Math.min(count, max);
  throw new S3Error("InvalidArgument", `Argument ${name} must be an integer between ${min} and 2147483647`, {
    ArgumentName: name,
    ArgumentValue: text,
  });
}

/**
 * A value from a form or a query, in the shape that a header would have brought it: UTF-8 bytes read as Latin-1, as Node
 * does. Throws S3Error InvalidArgument for a line end, which would begin a header of its own when it is sent back (U4).
 */
export function toHeaderValue(name: string, value: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that no header may hold
  if (!/[\u0000-\u0008\u000a-\u001f\u007f]/.test(value)) return Buffer.from(value, "utf8").toString("latin1");
  throw new S3Error("InvalidArgument", "Header value cannot be represented", { ArgumentName: name });
}

function collectHeaders(raw: IncomingMessage, query: ReadonlyMap<string, string>): Map<string, string> {
  const headers = new Map<string, string>();
  if (query.has("X-Amz-Signature")) {
    for (const [name, value] of query) {
      if (COUNTS_AS_HEADER.test(name)) headers.set(name.toLowerCase(), toHeaderValue(name, value));
    }
  }
  for (const [name, value] of Object.entries(raw.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(", ") : value);
  }
  return headers;
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw new S3Error("InvalidURI", "Couldn't parse the specified URI.", { URI: path });
  }
}
