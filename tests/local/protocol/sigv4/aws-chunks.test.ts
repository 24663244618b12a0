import { createHash, createHmac } from "node:crypto";
import { Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import { decodeAwsChunks, type StreamingPayload } from "../../../../local/protocol/sigv4/aws-chunks.ts";
import type { SignatureChain } from "../../../../local/protocol/sigv4/verify-signature.ts";

/** The key of AWS's own example: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html */
const hmac = (key: string | Buffer, text: string): Buffer => createHmac("sha256", key).update(text).digest();
const sha256 = (data: string | Buffer): string => createHash("sha256").update(data).digest("hex");
const signingKey = ["20130524", "us-east-1", "s3", "aws4_request"].reduce<Buffer>(
  hmac,
  Buffer.from("AWS4wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
);
const chain: SignatureChain = {
  signingKey,
  timestamp: "20130524T000000Z",
  scope: "20130524/us-east-1/s3/aws4_request",
  seed: "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9",
};
const EXAMPLE = [
  "10000;chunk-signature=ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
  "a".repeat(65_536),
  "400;chunk-signature=0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
  "a".repeat(1024),
  "0;chunk-signature=b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9",
  "",
  "",
].join("\r\n");

async function decode(
  framed: string,
  payload: StreamingPayload = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
  decodedLength = 66_560,
  pieceBytes = 1000,
): Promise<{ body: string; trailers: Map<string, string> }> {
  const pieces =
    Buffer.from(framed)
      .toString("latin1")
      .match(new RegExp(`[^]{1,${pieceBytes}}`, "g")) ?? [];
  const source = Readable.from(pieces.map((piece) => Buffer.from(piece, "latin1")));
  const trailers = new Map<string, string>();
  const chunks: Buffer[] = [];
  for await (const chunk of decodeAwsChunks(source, { payload, chain, decodedLength }, trailers)) chunks.push(chunk);
  return { body: Buffer.concat(chunks).toString(), trailers };
}

describe("a body in signed chunks", () => {
  it.each([7, 1000, 100_000])("as in AWS's own example decodes, in pieces of %i bytes", async (pieceBytes) => {
    expect((await decode(EXAMPLE, undefined, undefined, pieceBytes)).body).toBe("a".repeat(66_560));
  });

  it.each([
    ["a byte was changed", EXAMPLE.replace("aaaa\r\n400", "aaab\r\n400"), "SignatureDoesNotMatch"],
    ["a signature was changed", EXAMPLE.replace("ad80c7", "ad80c8"), "SignatureDoesNotMatch"],
    ["a signature is missing", EXAMPLE.replace(/;chunk-signature=0055\w+/, ""), "SignatureDoesNotMatch"],
    ["a chunk is missing", EXAMPLE.replace(/400;[^\r]*\r\na+\r\n/, ""), "SignatureDoesNotMatch"],
    ["it ends too early", EXAMPLE.slice(0, 60_000), "MalformedTrailerError"],
    ["its last chunk is missing", EXAMPLE.slice(0, EXAMPLE.indexOf("\r\n0;")), "MalformedTrailerError"],
    ["a length is no number", EXAMPLE.replace("\r\n400;", "\r\nzz;"), "MalformedTrailerError"],
    ["a length is too small", EXAMPLE.replace("\r\n400;", "\r\n3ff;"), "SignatureDoesNotMatch"],
    [
      "a trailer follows that was not announced",
      EXAMPLE.replace(/\r\n\r\n$/, "\r\nx:1\r\n\r\n"),
      "MalformedTrailerError",
    ],
    ["a line never ends", `10000;${"x".repeat(10_000)}`, "MalformedTrailerError"],
  ])("is refused where %s", async (_what, framed, code) => {
    await expect(decode(framed)).rejects.toMatchObject({ code });
  });

  it("is refused where it is not as long as was said", async () => {
    await expect(decode(EXAMPLE, undefined, 66_559)).rejects.toMatchObject({ code: "IncompleteBody" });
    await expect(decode(EXAMPLE, undefined, 66_561)).rejects.toMatchObject({ code: "IncompleteBody" });
  });
});

describe("trailers", () => {
  const sign = (kind: string, previous: string, ...hashes: string[]): string =>
    hmac(signingKey, [kind, chain.timestamp, chain.scope, previous, ...hashes].join("\n")).toString("hex");
  const first = sign("AWS4-HMAC-SHA256-PAYLOAD", chain.seed, sha256(""), sha256("hello"));
  const last = sign("AWS4-HMAC-SHA256-PAYLOAD", first, sha256(""), sha256(""));
  const trailer = "x-amz-checksum-crc32c:sOO8/Q==";
  const signature = sign("AWS4-HMAC-SHA256-TRAILER", last, sha256(`${trailer}\n`));
  const signed = `5;chunk-signature=${first}\r\nhello\r\n0;chunk-signature=${last}\r\n${trailer}\r\nx-amz-trailer-signature:${signature}\r\n\r\n`;

  it("of signed chunks are verified and handed over", async () => {
    const { body, trailers } = await decode(signed, "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER", 5);

    expect(body).toBe("hello");
    expect([...trailers]).toEqual([["x-amz-checksum-crc32c", "sOO8/Q=="]]);
  });

  it("that were changed, or lost their signature, are refused", async () => {
    const payload = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER";
    const without = signed.replace(/x-amz-trailer-signature:.*\r\n/, "");

    await expect(decode(signed.replace("sOO8", "sOO9"), payload, 5)).rejects.toMatchObject({
      code: "SignatureDoesNotMatch",
    });
    await expect(decode(without, payload, 5)).rejects.toMatchObject({ code: "SignatureDoesNotMatch" });
  });

  it("of unsigned chunks are handed over", async () => {
    const framed = `5\r\nhello\r\n6\r\n world\r\n0\r\n${trailer}\r\n\r\n`;

    const { body, trailers } = await decode(framed, "STREAMING-UNSIGNED-PAYLOAD-TRAILER", 11);

    expect(body).toBe("hello world");
    expect(trailers.get("x-amz-checksum-crc32c")).toBe("sOO8/Q==");
  });
});
