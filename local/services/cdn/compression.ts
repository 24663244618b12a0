import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import type { CachePolicy } from "./settings.ts";

export type Encoding = "br" | "gzip";

/**
 * CloudFront's bounds for what it compresses, in bytes, and the types (a part of its list: those that a media site has).
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/ServingCompressedFiles.html
 */
const MIN_BYTES = 1_000;
const MAX_BYTES = 10_000_000;
const COMPRESSIBLE = new Set([
  "application/javascript",
  "application/json",
  "application/manifest+json",
  "application/vnd.apple.mpegurl",
  "application/wasm",
  "application/xml",
  "font/otf",
  "font/ttf",
  "image/bmp",
  "image/svg+xml",
  "image/x-icon",
  "text/css",
  "text/csv",
  "text/html",
  "text/javascript",
  "text/markdown",
  "text/plain",
  "text/vtt",
  "text/xml",
]);

/** The encoding to send, Brotli first as CloudFront prefers it; undefined for none. */
export function chooseEncoding(
  policy: CachePolicy,
  acceptEncoding: string | undefined,
  answer: { readonly contentType?: string; readonly bytes: number; readonly alreadyEncoded: boolean },
): Encoding | undefined {
  const [type = ""] = (answer.contentType ?? "").toLowerCase().split(";");
  const fits = answer.bytes >= MIN_BYTES && answer.bytes <= MAX_BYTES && COMPRESSIBLE.has(type.trim());
  if (!fits || answer.alreadyEncoded) return undefined;
  const accepted = (acceptEncoding ?? "")
    .toLowerCase()
    .split(",")
    .map((part) => part.trim())
    .filter((part) => !/;\s*q=0(\.0*)?$/.test(part))
    .map((part) => part.split(";")[0]);
  if (policy.brotli && accepted.includes("br")) return "br";
  return policy.gzip && accepted.includes("gzip") ? "gzip" : undefined;
}

export function compress(encoding: Encoding, body: Buffer): Promise<Buffer> {
  if (encoding === "gzip") return promisify(gzip)(body);
  // The default quality, 11, takes a second where 5 takes ten milliseconds.
  return promisify(brotliCompress)(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } });
}
