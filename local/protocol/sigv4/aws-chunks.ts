import { createHash } from "node:crypto";
import { SignatureError } from "./signature-error.ts";
import { hmac, requireSameSignature, type SignatureChain, sha256 } from "./verify-signature.ts";

/** The values of x-amz-content-sha256 that say that the body is framed in chunks. */
const STREAMING_PAYLOADS = {
  "STREAMING-AWS4-HMAC-SHA256-PAYLOAD": { signed: true, trailer: false },
  "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER": { signed: true, trailer: true },
  "STREAMING-UNSIGNED-PAYLOAD-TRAILER": { signed: false, trailer: true },
} as const;

export type StreamingPayload = keyof typeof STREAMING_PAYLOADS;

export function isStreamingPayload(payloadHash: string): payloadHash is StreamingPayload {
  return Object.hasOwn(STREAMING_PAYLOADS, payloadHash);
}

/** A chunk's head is a hex length and a signature of 64 digits; nothing honest is longer. */
const MAX_LINE_BYTES = 4096;
const EMPTY_HASH = sha256("");

export interface ChunkedBody {
  readonly payload: StreamingPayload;
  /** Absent for an anonymous request, which can only send the unsigned form. */
  readonly chain?: SignatureChain;
  /** x-amz-decoded-content-length */
  readonly decodedLength: number;
}

/**
 * Takes the aws-chunked framing off a body, in constant memory, and verifies every chunk's signature and the trailer's.
 * What is yielded may only be kept once the generator has returned: a chunk's data goes out before its signature is
 * known. `trailers` (lower-case names) is filled at the end. Throws SignatureError.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
 */
export async function* decodeAwsChunks(
  source: AsyncIterable<Buffer>,
  body: ChunkedBody,
  trailers: Map<string, string>,
): AsyncGenerator<Buffer> {
  const { signed, trailer } = STREAMING_PAYLOADS[body.payload];
  const reader = new ByteReader(source);
  const chain = signed ? requireChain(body.chain) : undefined;
  let previous = chain?.seed ?? "";
  let total = 0;
  for (;;) {
    const { size, signature } = parseChunkHead(await reader.line());
    const hash = createHash("sha256");
    for (let left = size; left > 0; ) {
      const piece = await reader.take(left);
      left -= piece.length;
      total += piece.length;
      if (total > body.decodedLength) throw wrongLength(body.decodedLength);
      if (chain) hash.update(piece);
      yield piece;
    }
    if (chain) previous = verifyChunk(chain, previous, hash.digest("hex"), signature);
    if (size === 0) break;
    if ((await reader.line()) !== "") throw malformed("a chunk does not end where its length says");
  }
  if (total !== body.decodedLength) throw wrongLength(body.decodedLength);
  await readTrailers(reader, trailers);
  if (chain && trailer) verifyTrailer(chain, previous, trailers);
  if (!trailer && trailers.size > 0) throw malformed("a trailer follows that the request did not announce");
}

function requireChain(chain: SignatureChain | undefined): SignatureChain {
  if (chain) return chain;
  throw new SignatureError("InvalidRequest", "A body with chunk signatures needs a signed request.");
}

function parseChunkHead(line: string): { size: number; signature: string } {
  const [, size, signature = ""] = /^([0-9a-fA-F]{1,10})(?:;chunk-signature=([0-9a-f]{64}))?$/.exec(line) ?? [];
  if (size === undefined) throw malformed("a chunk does not begin with its length");
  return { size: Number.parseInt(size, 16), signature };
}

function verifyChunk(chain: SignatureChain, previous: string, hash: string, stated: string): string {
  const text = ["AWS4-HMAC-SHA256-PAYLOAD", chain.timestamp, chain.scope, previous, EMPTY_HASH, hash].join("\n");
  const computed = hmac(chain.signingKey, text).toString("hex");
  requireSameSignature(stated, computed);
  return computed;
}

function verifyTrailer(chain: SignatureChain, previous: string, trailers: Map<string, string>): void {
  const stated = trailers.get("x-amz-trailer-signature") ?? "";
  trailers.delete("x-amz-trailer-signature");
  const canonical = [...trailers].map(([name, value]) => `${name}:${value}\n`).join("");
  const text = ["AWS4-HMAC-SHA256-TRAILER", chain.timestamp, chain.scope, previous, sha256(canonical)].join("\n");
  requireSameSignature(stated, hmac(chain.signingKey, text).toString("hex"));
}

async function readTrailers(reader: ByteReader, trailers: Map<string, string>): Promise<void> {
  for (let line = await reader.line(); line !== ""; line = await reader.line()) {
    const colon = line.indexOf(":");
    if (colon < 1 || trailers.size >= 16) throw malformed("the trailer is not a list of headers");
    trailers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
}

function malformed(what: string): SignatureError {
  return new SignatureError("MalformedTrailerError", `The aws-chunked body is not well formed: ${what}.`);
}

function wrongLength(expected: number): SignatureError {
  return new SignatureError(
    "IncompleteBody",
    `The body does not have the ${expected} bytes of x-amz-decoded-content-length.`,
  );
}

/** Lines and pieces of a stream of buffers, without copying the pieces. */
class ByteReader {
  readonly #source: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Buffer>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** Up to `max` bytes, at least one. */
  async take(max: number): Promise<Buffer> {
    if (this.#rest.length === 0) await this.#pull();
    const piece = this.#rest.subarray(0, max);
    this.#rest = this.#rest.subarray(piece.length);
    return piece;
  }

  /** The next line without its CRLF. Where the body ends instead, an empty line: not every signer sends the last one. */
  async line(): Promise<string> {
    let end = this.#rest.indexOf("\r\n");
    while (end < 0) {
      if (this.#rest.length > MAX_LINE_BYTES) throw malformed("a line is too long");
      const before = this.#rest;
      const next = await this.#source.next();
      if (next.done) {
        if (before.length === 0) return "";
        throw malformed("it ends in the middle of a line");
      }
      this.#rest = Buffer.concat([before, next.value]);
      end = this.#rest.indexOf("\r\n");
    }
    if (end > MAX_LINE_BYTES) throw malformed("a line is too long");
    const line = this.#rest.toString("latin1", 0, end);
    this.#rest = this.#rest.subarray(end + 2);
    return line;
  }

  async #pull(): Promise<void> {
    const next = await this.#source.next();
    if (next.done) throw malformed("it ends in the middle of a chunk");
    this.#rest = next.value;
  }
}
