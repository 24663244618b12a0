import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { Crc32c, Crc64Nvme } from "@aws-sdk/checksums/crc";
import { S3Error } from "./s3-error.ts";

export const CHECKSUM_ALGORITHMS = ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"] as const;
export type ChecksumAlgorithm = (typeof CHECKSUM_ALGORITHMS)[number];

/** The checksum that an object, or a part of one, is kept with. */
export interface ObjectChecksum {
  readonly algorithm: ChecksumAlgorithm;
  /** Base64; with `-<parts>` where it is made of the parts' checksums. */
  readonly value: string;
  readonly type: "FULL_OBJECT" | "COMPOSITE";
}

/** A checksum under way. `digest` is base64, as S3 carries it. */
export interface Checksummer {
  update(chunk: Buffer): void;
  digest(): Promise<string>;
}

export function createChecksummer(algorithm: ChecksumAlgorithm): Checksummer {
  if (algorithm === "SHA1" || algorithm === "SHA256") {
    const hash = createHash(algorithm.toLowerCase());
    return { update: (chunk) => void hash.update(chunk), digest: async () => hash.digest("base64") };
  }
  if (algorithm === "CRC32") {
    let value = 0;
    return {
      update: (chunk) => {
        value = crc32(chunk, value);
      },
      digest: async () => toBase64(BigInt(value), 4),
    };
  }
  const crc = algorithm === "CRC32C" ? new Crc32c() : new Crc64Nvme();
  return {
    update: (chunk) => crc.update(chunk),
    digest: async () => Buffer.from(await crc.digest()).toString("base64"),
  };
}

export function checksumHeader(algorithm: ChecksumAlgorithm): string {
  return `x-amz-checksum-${algorithm.toLowerCase()}`;
}

/** The element of the XML documents: ChecksumCRC32, ChecksumSHA256 … */
export function checksumElement(checksum: ObjectChecksum | undefined): Record<string, string> {
  return checksum ? { [`Checksum${checksum.algorithm}`]: checksum.value } : {};
}

/** Throws S3Error InvalidRequest where the name is not one of S3's. */
export function parseChecksumAlgorithm(name: string): ChecksumAlgorithm {
  const algorithm = CHECKSUM_ALGORITHMS.find((known) => known === name.toUpperCase());
  if (algorithm) return algorithm;
  throw new S3Error(
    "InvalidRequest",
    `Checksum algorithm provided is unsupported. Please try again with any of the valid types: [${CHECKSUM_ALGORITHMS.join(", ")}]`,
  );
}

/** The checksum of the parts' checksums: `<base64>-<parts>`. */
export async function compositeChecksum(algorithm: ChecksumAlgorithm, parts: readonly string[]): Promise<string> {
  const checksummer = createChecksummer(algorithm);
  for (const part of parts) checksummer.update(Buffer.from(part, "base64"));
  return `${await checksummer.digest()}-${parts.length}`;
}

/** Reflected polynomials and widths in bits. */
const CRC = {
  CRC32: { polynomial: 0xedb88320n, bits: 32n },
  CRC32C: { polynomial: 0x82f63b78n, bits: 32n },
  CRC64NVME: { polynomial: 0x9a6c9329ac4bc9b5n, bits: 64n },
} as const;

export function isCrc(algorithm: ChecksumAlgorithm): algorithm is keyof typeof CRC {
  return algorithm in CRC;
}

/**
 * The CRC of parts laid end to end, from the parts' own, without reading a byte: shifting a CRC over n zero bytes is a
 * multiplication by x^(8n) modulo the polynomial (zlib's crc32_combine).
 */
export function combineCrcs(
  algorithm: keyof typeof CRC,
  parts: readonly { readonly value: string; readonly bytes: number }[],
): string {
  const { polynomial, bits } = CRC[algorithm];
  const multiply = (a: bigint, b: bigint): bigint => {
    let [product, left, factor] = [0n, a, b];
    for (let mask = 1n << (bits - 1n); mask > 0n; mask >>= 1n) {
      if (left & mask) product ^= factor;
      left &= ~mask;
      factor = factor & 1n ? (factor >> 1n) ^ polynomial : factor >> 1n;
    }
    return product;
  };
  const shift = (crc: bigint, byteCount: number): bigint => {
    // x^8, reflected: the bit of x^0 is the highest one.
    let [result, square] = [crc, 1n << (bits - 9n)];
    for (let n = BigInt(byteCount); n > 0n; n >>= 1n) {
      if (n & 1n) result = multiply(result, square);
      square = multiply(square, square);
    }
    return result;
  };
  const total = parts.reduce((crc, { value, bytes }) => shift(crc, bytes) ^ fromBase64(value), 0n);
  return toBase64(total, Number(bits / 8n));
}

function fromBase64(text: string): bigint {
  return BigInt(`0x${Buffer.from(text, "base64").toString("hex") || "0"}`);
}

function toBase64(value: bigint, bytes: number): string {
  return Buffer.from(value.toString(16).padStart(bytes * 2, "0"), "hex").toString("base64");
}
