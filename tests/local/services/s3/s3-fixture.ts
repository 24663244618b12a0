import { createHash, createHmac } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { S3Client, type S3ClientConfig } from "@aws-sdk/client-s3";
import { SignatureV4 } from "@smithy/signature-v4";
import { onTestFinished } from "vitest";
import type { AccessRequest, Authorize, Credentials, Principal } from "../../../../local/service.ts";
import { createS3 } from "../../../../local/services/s3/s3-service.ts";
import type { S3Service } from "../../../../local/services/s3/seam.ts";

export const REGION = "eu-central-1";
export const ACCOUNT = "111111111111";
export const OWNER: Credentials = { accessKeyId: "AKIAOWNER", secretAccessKey: "owner-secret" };
/** Temporary credentials, as a function has them. */
export const WORKER: Credentials = {
  accessKeyId: "ASIAWORKER",
  secretAccessKey: "worker-secret",
  sessionToken: "worker-token",
};
export const WORKER_ARN = `arn:aws:iam::${ACCOUNT}:role/worker`;

const PRINCIPALS: readonly { credentials: Credentials; principal: Principal }[] = [
  { credentials: OWNER, principal: { type: "administrator", arn: `arn:aws:iam::${ACCOUNT}:root` } },
  { credentials: WORKER, principal: { type: "role", arn: WORKER_ARN } },
];

export interface Delivered {
  readonly queueArn: string;
  readonly sourceArn: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look at single fields of AWS's documents
  readonly body: any;
}

export interface TestS3 {
  readonly url: string;
  readonly directory: string;
  service: S3Service;
  /** Moves the server's clock, milliseconds from now. */
  skewMs: number;
  /** Every question that IAM was asked, latest last. */
  readonly asked: AccessRequest[];
  /** Decides; allows everything until a test says otherwise. */
  authorize: (request: AccessRequest) => boolean;
  readonly delivered: Delivered[];
  /** Whether queues take what they are sent. */
  accept: (queueArn: string) => boolean;
  readonly logged: Record<string, unknown>[];
  client(credentials?: Credentials, config?: S3ClientConfig): S3Client;
  /** Stops the service and starts another on the same state. */
  restart(): Promise<void>;
  /** Resolves when so many messages have been delivered. */
  untilDelivered(count: number): Promise<void>;
}

/** The service behind a server of its own on loopback, gone when the test is over. */
export async function startS3(): Promise<TestS3> {
  const directory = mkdtempSync(join(tmpdir(), "darkroom-s3-"));
  const waiting = new Set<() => void>();
  const clients: S3Client[] = [];
  const make = (): Promise<S3Service> =>
    createS3({
      region: REGION,
      accountId: ACCOUNT,
      directory,
      credentials: {
        issue: () => OWNER,
        find: (id) => PRINCIPALS.find(({ credentials }) => credentials.accessKeyId === id),
      },
      authorize: ((request) => {
        s3.asked.push(request);
        const allowed = s3.authorize(request);
        return { allowed, reason: allowed ? "" : "no policy allows it" };
      }) satisfies Authorize,
      log: (line) => void s3.logged.push(line),
      clock: { now: () => Date.now() + s3.skewMs },
      deliver: async (queueArn, sourceArn, body) => {
        if (!s3.accept(queueArn)) return false;
        s3.delivered.push({ queueArn, sourceArn, body: JSON.parse(body) });
        for (const wake of waiting) wake();
        return true;
      },
    });
  const s3: TestS3 = {
    url: "",
    directory,
    service: undefined as unknown as S3Service,
    skewMs: 0,
    asked: [],
    authorize: () => true,
    delivered: [],
    accept: () => true,
    logged: [],
    client(credentials = OWNER, config = {}) {
      const client = new S3Client({
        endpoint: s3.url,
        region: REGION,
        credentials,
        forcePathStyle: true,
        maxAttempts: 1,
        ...config,
      });
      clients.push(client);
      return client;
    },
    async restart() {
      await s3.service.stop();
      s3.service = await make();
    },
    untilDelivered: (count) =>
      new Promise((resolve) => {
        const check = (): void => {
          if (s3.delivered.length < count) return;
          waiting.delete(check);
          resolve();
        };
        waiting.add(check);
        check();
      }),
  };
  s3.service = await make();
  const server = createServer((request, response) => void s3.service.handle(request, response));
  Object.assign(s3, { url: await listen(server) });
  onTestFinished(async () => {
    for (const client of clients) client.destroy();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await s3.service.stop();
    rmSync(directory, { recursive: true });
  });
  return s3;
}

/** A request of any shape, signed with the SDK's own signer; `tamper` changes it afterwards. */
export async function signedFetch(
  s3: TestS3,
  method: string,
  path: string,
  options: {
    body?: string;
    headers?: Record<string, string>;
    credentials?: Credentials;
    region?: string;
    service?: string;
  } = {},
): Promise<Response> {
  const { body = "", headers = {}, credentials = OWNER, region = REGION, service = "s3" } = options;
  const { host, hostname, port } = new URL(s3.url);
  const [pathname = "", search = ""] = path.split("?");
  const query = Object.fromEntries(new URLSearchParams(search));
  const hash = createHash("sha256").update(body).digest("hex");
  const signer = new SignatureV4({
    credentials,
    region,
    service,
    sha256: Sha256,
    uriEscapePath: false,
    applyChecksum: false,
  });
  const signed = await signer.sign(
    {
      protocol: "http:",
      hostname,
      port: Number(port),
      method,
      path: pathname,
      query,
      headers: { host, "x-amz-content-sha256": hash, ...headers },
    },
    { signingDate: new Date(Date.now() + s3.skewMs) },
  );
  return fetch(`${s3.url}${path}`, { method, headers: signed.headers, ...(body ? { body } : {}) });
}

/** The hash that the signer wants: Node's. */
class Sha256 {
  readonly #hash;
  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash("sha256") : createHmac("sha256", toBuffer(secret));
  }
  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(toBuffer(data));
  }
  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }
  reset(): void {}
}

function toBuffer(data: string | ArrayBuffer | ArrayBufferView): Buffer {
  if (typeof data === "string") return Buffer.from(data);
  return ArrayBuffer.isView(data) ? Buffer.from(data.buffer, data.byteOffset, data.byteLength) : Buffer.from(data);
}

/** The AWS code of the error that the promise ends with. */
export async function codeOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => "no error",
    (error: { name: string; Code?: string }) => error.Code ?? error.name,
  );
}

/** Status and code of an answer to a plain fetch. */
export async function outcomeOf(response: Response): Promise<{ status: number; code: string | undefined }> {
  const [, code] = /<Code>(.*?)<\/Code>/.exec(await response.text()) ?? [];
  return { status: response.status, code };
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
