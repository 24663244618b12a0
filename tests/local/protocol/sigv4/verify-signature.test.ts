import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { DynamoDBClient, ListTablesCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { ListQueuesCommand, SQSClient } from "@aws-sdk/client-sqs";
import { describe, expect, it, onTestFinished } from "vitest";
import { canonicalRequest, parseQuery } from "../../../../local/protocol/sigv4/canonical-request.ts";
import { findCredentialScope } from "../../../../local/protocol/sigv4/credential-scope.ts";
import { SignatureError } from "../../../../local/protocol/sigv4/signature-error.ts";
import { sha256, verifySignature } from "../../../../local/protocol/sigv4/verify-signature.ts";
import type { Principal } from "../../../../local/service.ts";

const credentials = { accessKeyId: "ASIAFUNCTION", secretAccessKey: "secret", sessionToken: "token" };
const principal: Principal = { type: "role", arn: "arn:aws:iam::111111111111:role/function" };
const find = (id: string) => (id === credentials.accessKeyId ? { credentials, principal } : undefined);

/** What arrives when `send` calls, body and all. */
async function capture(
  send: (endpoint: string) => Promise<unknown>,
): Promise<{ request: IncomingMessage; body: Buffer }> {
  let arrived: { request: IncomingMessage; body: Buffer } | undefined;
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    arrived = { request, body: Buffer.concat(chunks) };
    response.writeHead(200, { "content-type": "application/x-amz-json-1.0" }).end("{}");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => new Promise((resolve) => server.close(() => resolve())));
  await send(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  server.closeAllConnections();
  if (!arrived) throw new Error("nothing arrived");
  return arrived;
}

const client = (endpoint: string) => ({ endpoint, region: "eu-central-1", credentials });
const putItem = () =>
  capture((endpoint) =>
    new DynamoDBClient(client(endpoint)).send(new PutItemCommand({ TableName: "jobs", Item: { jobId: { S: "ü" } } })),
  );

describe("a request of another service", () => {
  it("is routed by its credential scope and verified with its whole body", async () => {
    const { request, body } = await putItem();

    expect(findCredentialScope(request)).toMatchObject({
      service: "dynamodb",
      region: "eu-central-1",
      accessKeyId: "ASIAFUNCTION",
    });
    const verified = verifySignature(request, body, find, Date.now(), { service: "dynamodb", region: "eu-central-1" });
    expect(verified?.principal).toEqual(principal);
  });

  it("of SQS is verified too", async () => {
    const { request, body } = await capture((endpoint) =>
      new SQSClient(client(endpoint)).send(new ListQueuesCommand({})),
    );

    expect(verifySignature(request, body, find, Date.now(), { service: "sqs" })?.scope.service).toBe("sqs");
  });

  it("is refused with another body, time, scope, key, or a header that nobody signed", async () => {
    const { request, body } = await putItem();
    const codeOf = (change: () => unknown): unknown => {
      try {
        change();
      } catch (error) {
        return error instanceof SignatureError ? error.code : error;
      }
      return "verified";
    };
    const other = Buffer.from(body.toString().replace("jobs", "keys"));
    const headers = { ...request.headers, "x-amz-extra": "1" };
    const added = { method: request.method, url: request.url, headers, headersDistinct: request.headersDistinct };

    expect(codeOf(() => verifySignature(request, other, find, Date.now()))).toBe("SignatureDoesNotMatch");
    expect(codeOf(() => verifySignature(request, body, find, Date.now() + 16 * 60_000))).toBe("RequestTimeTooSkewed");
    expect(codeOf(() => verifySignature(request, body, find, Date.now(), { service: "sqs" }))).toBe(
      "AuthorizationHeaderMalformed",
    );
    expect(codeOf(() => verifySignature(request, body, () => undefined, Date.now()))).toBe("InvalidAccessKeyId");
    expect(codeOf(() => verifySignature(added, body, find, Date.now()))).toBe("AccessDenied");
    expect(codeOf(() => verifySignature(request, body, find, Date.now()))).toBe("verified");
  });

  it("without a signature is anonymous, and has no scope", async () => {
    const { request, body } = await capture((endpoint) => fetch(endpoint));

    expect(findCredentialScope(request)).toBeUndefined();
    expect(verifySignature(request, body, find, Date.now())).toBeUndefined();
  });

  it("tells JSON services their own names of what went wrong", async () => {
    const { request, body } = await capture((endpoint) =>
      new DynamoDBClient(client(endpoint)).send(new ListTablesCommand({})),
    );

    expect(() => verifySignature(request, body, () => undefined, Date.now())).toThrow(
      expect.objectContaining({ jsonErrorType: "UnrecognizedClientException", status: 403 }),
    );
  });
});

describe("the canonical request", () => {
  const request = (url: string) => ({
    method: "GET",
    url,
    headers: {},
    headersDistinct: { host: ["h"], "x-a": [" a   b ", "c"] },
  });

  it("is AWS's: S3 keeps the path and encodes it once, other services normalize and encode twice", () => {
    const path = (url: string, service: string) =>
      canonicalRequest(request(url), service, ["host"], "-").split("\n")[1];

    expect(path("/b/../a//b%20c/ü!", "s3")).toBe("/b/../a//b%20c/%C3%BC%21");
    expect(path("/b/../a//b%20c/", "sqs")).toBe("/a/b%2520c/");
  });

  it("sorts the query by name and value, leaves the signature out, and trims headers", () => {
    const lines = canonicalRequest(
      request("/?b=2&a=z&a=A&X-Amz-Signature=1&c&d=%2f+x"),
      "s3",
      ["host", "x-a"],
      sha256(""),
    ).split("\n");

    expect(lines[2]).toBe("a=A&a=z&b=2&c=&d=%2F%20x");
    expect(lines.slice(3)).toEqual(["host:h", "x-a:a b,c", "", "host;x-a", sha256("")]);
  });

  it("reads a query as the service reads it", () => {
    expect(parseQuery("/?a=1+2&b&c=%zz&=x")).toEqual([
      ["a", "1 2"],
      ["b", ""],
      ["c", "%zz"],
      ["", "x"],
    ]);
  });
});
