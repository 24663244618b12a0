import { createHash } from "node:crypto";
import { decodeAwsChunks, isStreamingPayload } from "../../protocol/sigv4/aws-chunks.ts";
import { UNSIGNED_PAYLOAD } from "../../protocol/sigv4/verify-signature.ts";
import type { Segment } from "./blobs.ts";
import {
  CHECKSUM_ALGORITHMS,
  type ChecksumAlgorithm,
  checksumHeader,
  createChecksummer,
  parseChecksumAlgorithm,
} from "./checksums.ts";
import { notImplemented, S3Error } from "./s3-error.ts";
import type { AuthenticatedRequest, S3Core } from "./s3-request.ts";

/** S3's limit of one PUT. */
export const MAX_PUT_BYTES = 5 * 1024 ** 3;
/** A configuration or a list of 1 000 keys is smaller than this. */
const MAX_DOCUMENT_BYTES = 4 * 1024 ** 2;

/** What was learned of a body while it went by. */
export interface BodyDigest {
  readonly bytes: number;
  /** Hex. */
  readonly md5: string;
  readonly checksum?: { readonly algorithm: ChecksumAlgorithm; readonly value: string };
}

export interface StoredBody extends BodyDigest {
  readonly segment: Segment;
}

/**
 * Streams a request's body into a file, in constant memory, and holds it against everything that the request says of
 * it: length, signature, chunk signatures, Content-MD5, checksum header or trailer. Throws S3Error or SignatureError,
 * and leaves no file then.
 */
export async function storeBody(core: S3Core, request: AuthenticatedRequest, key: string): Promise<StoredBody> {
  const expected = expectBody(request, MAX_PUT_BYTES);
  return storeStream(core, key, (write) => digestBody(request, expected, write));
}

/** Streams what `produce` writes into a file; where it throws, no file stays. */
export async function storeStream<Digest>(
  core: S3Core,
  key: string,
  produce: (write: (chunk: Buffer) => Promise<void>) => Promise<Digest>,
): Promise<Digest & { readonly segment: Segment }> {
  const writer = await core.blobs.create(key);
  try {
    const digest = await produce((chunk) => writer.write(chunk));
    return { ...digest, segment: await writer.finish() };
  } catch (error) {
    await writer.discard();
    throw error;
  }
}

/** Reads a small body whole, with the same checks. */
export async function readDocument(request: AuthenticatedRequest): Promise<{ text: string; verified: boolean }> {
  const chunks: Buffer[] = [];
  const expected = expectBody(request, MAX_DOCUMENT_BYTES);
  await digestBody(request, expected, async (chunk) => void chunks.push(chunk));
  return {
    text: Buffer.concat(chunks).toString("utf8"),
    verified: expected.checksum !== undefined || expected.md5 !== undefined,
  };
}

/** Digests a stream that nothing was said about: a copy, a form's file, a file of Terraform's. */
export async function digestStream(
  source: AsyncIterable<Buffer>,
  algorithm: ChecksumAlgorithm | undefined,
  write: (chunk: Buffer) => Promise<void>,
): Promise<BodyDigest> {
  const md5 = createHash("md5");
  const checksummer = algorithm && createChecksummer(algorithm);
  let bytes = 0;
  for await (const chunk of source) {
    bytes += chunk.length;
    const written = write(chunk);
    md5.update(chunk);
    checksummer?.update(chunk);
    await written;
  }
  const digest = { bytes, md5: md5.digest("hex") };
  return algorithm && checksummer ? { ...digest, checksum: { algorithm, value: await checksummer.digest() } } : digest;
}

interface ExpectedBody {
  readonly bytes: number;
  readonly payloadHash: string;
  readonly md5?: string;
  /** `value` is undefined where a trailer brings it. */
  readonly checksum?: { readonly algorithm: ChecksumAlgorithm; readonly value?: string };
}

function expectBody(request: AuthenticatedRequest, maxBytes: number): ExpectedBody {
  const payloadHash = request.signature?.payloadHash ?? request.headers.get("x-amz-content-sha256") ?? UNSIGNED_PAYLOAD;
  if (payloadHash.startsWith("STREAMING-") && !isStreamingPayload(payloadHash)) throw notImplemented(payloadHash);
  const length = request.headers.get(
    isStreamingPayload(payloadHash) ? "x-amz-decoded-content-length" : "content-length",
  );
  if (length === undefined || !/^\d+$/.test(length)) {
    throw new S3Error("MissingContentLength", "You must provide the Content-Length HTTP header.");
  }
  const bytes = Number(length);
  if (bytes > maxBytes) {
    throw new S3Error("EntityTooLarge", "Your proposed upload exceeds the maximum allowed size", {
      ProposedSize: length,
      MaxSizeAllowed: String(maxBytes),
    });
  }
  const md5 = parseContentMd5(request.headers.get("content-md5"));
  const checksum = findStatedChecksum(request);
  return { bytes, payloadHash, ...(md5 ? { md5 } : {}), ...(checksum ? { checksum } : {}) };
}

async function digestBody(
  request: AuthenticatedRequest,
  expected: ExpectedBody,
  write: (chunk: Buffer) => Promise<void>,
): Promise<BodyDigest> {
  const { payloadHash } = expected;
  const chain = request.signature?.chain;
  const trailers = new Map<string, string>();
  const framed = isStreamingPayload(payloadHash);
  // Not destroyed when reading stops early: that would take the connection with it, and the answer.
  const raw: AsyncIterable<Buffer> = request.raw.iterator({ destroyOnReturn: false });
  const source = framed
    ? decodeAwsChunks(
        raw,
        { payload: payloadHash, decodedLength: expected.bytes, ...(chain ? { chain } : {}) },
        trailers,
      )
    : raw;
  const sha256 = /^[0-9a-f]{64}$/.test(payloadHash) ? createHash("sha256") : undefined;
  const digest = await digestStream(source, expected.checksum?.algorithm, (chunk) => {
    sha256?.update(chunk);
    return write(chunk);
  });
  if (digest.bytes !== expected.bytes) {
    throw new S3Error(
      "IncompleteBody",
      "You did not provide the number of bytes specified by the Content-Length HTTP header",
    );
  }
  if (!framed && payloadHash !== UNSIGNED_PAYLOAD && sha256?.digest("hex") !== payloadHash) {
    throw new S3Error("BadDigest", "The provided 'x-amz-content-sha256' header does not match what was computed.");
  }
  checkDigests(digest, expected, trailers);
  return digest;
}

function checkDigests(digest: BodyDigest, expected: ExpectedBody, trailers: ReadonlyMap<string, string>): void {
  if (expected.md5 !== undefined && expected.md5 !== digest.md5) {
    throw new S3Error("BadDigest", "The Content-MD5 you specified did not match what we received.");
  }
  if (!digest.checksum || !expected.checksum) return;
  const { algorithm, value } = digest.checksum;
  const stated = expected.checksum.value ?? trailers.get(checksumHeader(algorithm));
  if (stated === value) return;
  throw new S3Error("BadDigest", `The ${algorithm} you specified did not match the calculated checksum.`);
}

/** The one checksum that the request carries or announces. Throws where it carries two, or one for another algorithm. */
function findStatedChecksum(request: AuthenticatedRequest): ExpectedBody["checksum"] {
  const stated = CHECKSUM_ALGORITHMS.filter((algorithm) => request.headers.has(checksumHeader(algorithm)));
  const [algorithm] = stated;
  if (stated.length > 1)
    throw new S3Error(
      "InvalidRequest",
      "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.",
    );
  const trailer = request.headers.get("x-amz-trailer")?.toLowerCase().trim();
  const announced = CHECKSUM_ALGORITHMS.find((known) => checksumHeader(known) === trailer);
  if (trailer && !announced)
    throw new S3Error("InvalidRequest", "The value specified in the x-amz-trailer header is not supported");
  const named = request.headers.get("x-amz-sdk-checksum-algorithm");
  const found = algorithm ?? announced;
  if (named && found && parseChecksumAlgorithm(named) !== found) {
    throw new S3Error("InvalidRequest", "Value for x-amz-sdk-checksum-algorithm header is invalid.");
  }
  if (!found) return undefined;
  const value = request.headers.get(checksumHeader(found));
  return value === undefined ? { algorithm: found } : { algorithm: found, value };
}

/** Hex, as everything here compares it. */
function parseContentMd5(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  const digest = Buffer.from(header, "base64");
  if (digest.length === 16 && digest.toString("base64") === header) return digest.toString("hex");
  throw new S3Error("InvalidDigest", "The Content-MD5 you specified is not valid.");
}
