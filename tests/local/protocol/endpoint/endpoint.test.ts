import { createHash, createHmac } from "node:crypto";
import { mkdtempSync } from "node:fs";
import { createServer, get } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SignatureV4 } from "@smithy/signature-v4";
import { afterEach, describe, expect, it } from "vitest";
import { createCredentialStore } from "../../../../local/iam/credential-store.ts";
import { type Endpoint, startEndpoint } from "../../../../local/protocol/endpoint/endpoint.ts";
import { closeServer, listen } from "../../../../local/protocol/endpoint/listen.ts";
import type { AwsService, Credentials, Principal } from "../../../../local/service.ts";
import { createSts } from "../../../../local/services/sts/sts-service.ts";

const open: Endpoint[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((endpoint) => endpoint.stop()));
});

function fakeService(name: string): AwsService {
  return {
    name,
    handle: async (_request, response) => void response.end(name),
    stop: async () => {},
  };
}

const someone = { accessKeyId: "AKIAEXAMPLE", secretAccessKey: "secret" };
const principal: Principal = { type: "administrator", arn: "arn:aws:iam::111111111111:user/administrator" };
const options = {
  port: 0,
  log: () => {},
  credentials: { find: (id: string) => (id === someone.accessKeyId ? { credentials: someone, principal } : undefined) },
};

async function start(...services: AwsService[]): Promise<string> {
  const endpoint = await startEndpoint(options);
  open.push(endpoint);
  endpoint.serve(services);
  return endpoint.url;
}

/** The hash in the form that the SDK's signer takes. */
class Sha256 {
  readonly #hash;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret ? createHmac("sha256", secret as Buffer) : createHash("sha256");
  }

  update(data: Uint8Array): void {
    this.#hash.update(data);
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest());
  }

  reset(): void {}
}

/** `fetch` names the host by itself. */
function ask(port: number, host: string): Promise<{ status: number | undefined; text: string }> {
  return new Promise((resolve, reject) => {
    get({ host: "127.0.0.1", port, headers: { host } }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (piece: string) => {
        text += piece;
      });
      response.on("end", () => resolve({ status: response.statusCode, text }));
    }).on("error", reject);
  });
}

async function post(url: string, service: string, body: string, credentials: Credentials): Promise<Response> {
  const { host, hostname, port } = new URL(url);
  const signer = new SignatureV4({ service, region: "eu-central-1", credentials, sha256: Sha256 });
  const headers = { host, "content-type": "application/x-www-form-urlencoded" };
  const request = { method: "POST", protocol: "http:", hostname, port: Number(port), path: "/", headers, body };
  const signed = await signer.sign(request);
  return fetch(url, { method: "POST", headers: signed.headers, body });
}

describe("the signed endpoint", () => {
  it("routes by the service in the credential scope, and to S3 where there is no signature", async () => {
    const url = await start(fakeService("s3"), fakeService("sqs"));

    const signed = await post(url, "sqs", "x", someone);
    const anonymous = await fetch(`${url}/bucket/key`);

    expect(await signed.text()).toBe("sqs");
    expect(await anonymous.text()).toBe("s3");
  });

  it("routes what is unsigned by X-Amz-Target, or by the service's name before .localhost", async () => {
    const url = await start(fakeService("s3"), { ...fakeService("sqs"), target: "AmazonSQS" }, fakeService("logs"));
    const { port } = new URL(url);

    const targeted = await fetch(url, { method: "POST", headers: { "x-amz-target": "AmazonSQS.SendMessage" } });
    const unknown = await fetch(url, { method: "POST", headers: { "x-amz-target": "Nobody.DoIt" } });
    const named = await ask(Number(port), `logs.localhost:${port}`);

    expect([await targeted.text(), await unknown.text()]).toEqual(["sqs", "s3"]);
    expect(named).toEqual({ status: 200, text: "logs" });
  });

  it("believes a signature before X-Amz-Target and the host", async () => {
    const url = await start(fakeService("s3"), { ...fakeService("sqs"), target: "AmazonSQS" });
    const target = { "x-amz-target": "AmazonSQS.SendMessage" };
    const scope = "AKIAEXAMPLE/20261121/eu-central-1/s3/aws4_request";

    const signed = await fetch(url, {
      method: "POST",
      headers: { ...target, authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=00` },
    });

    expect(await signed.text()).toBe("s3");
  });

  it("L1: has no names below .localhost but those of its services, with its own port", async () => {
    const url = await start(fakeService("s3"), fakeService("sqs"));
    const { port } = new URL(url);
    const hosts = ["evil.localhost", "x.sqs.localhost", "sqs.localhost.evil.example", "sqs.example"];

    const answers = await Promise.all(
      [...hosts.map((host) => `${host}:${port}`), "sqs.localhost:1"].map((host) => ask(Number(port), host)),
    );

    expect(answers.map(({ status }) => status)).toEqual([421, 421, 421, 421, 421]);
  });

  it("names a service that it does not have, and those that it has", async () => {
    const url = await start(fakeService("s3"), fakeService("sqs"));

    const response = await post(url, "ec2", "Action=RunInstances", someone);

    expect(response.status).toBe(400);
    expect(await response.text()).toContain('no service "ec2"; it has s3, sqs');
  });

  it("P9: names no service to whom it does not know", async () => {
    const url = await start(fakeService("s3"));

    const forged = await post(url, "ec2", "Action=RunInstances", { ...someone, secretAccessKey: "guess" });
    const unknown = await post(url, "ec2", "Action=RunInstances", { ...someone, accessKeyId: "AKIANOBODY" });

    expect([forged.status, unknown.status]).toEqual([403, 403]);
    expect(`${await forged.text()} ${await unknown.text()}`).not.toContain("it has");
  });

  it("U9: lets a sender of much hear that its service is not here", async () => {
    const url = await start(fakeService("s3"));

    const response = await post(url, "ec2", "x".repeat(8 * 1024 * 1024), someone);

    expect(response.status).toBe(413);
  });

  it("lets requests wait while the stack is still starting, instead of refusing them", async () => {
    const endpoint = await startEndpoint(options);
    open.push(endpoint);
    let answered = false;
    const early = fetch(`${endpoint.url}/bucket/key`).finally(() => {
      answered = true;
    });

    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(answered).toBe(false);
    endpoint.serve([fakeService("s3")]);

    expect(await (await early).text()).toBe("s3");
  });

  it("answers an internal error when a service breaks, and goes on", async () => {
    const broken: AwsService = { ...fakeService("s3"), handle: () => Promise.reject(new Error("secret detail")) };
    const url = await start(broken);

    const responses = [await fetch(url), await fetch(url)];

    expect(responses.map(({ status }) => status)).toEqual([500, 500]);
    expect(await responses[0]?.text()).not.toContain("secret detail");
  });

  it("listens on loopback alone", async () => {
    expect(new URL(await start()).hostname).toBe("127.0.0.1");
  });

  it("names a busy port and the setting that changes it", async () => {
    const other = createServer();
    const port = await listen(other, 0, "a test");

    const attempt = startEndpoint({ ...options, port });

    await expect(attempt).rejects.toThrow(new RegExp(`port ${port} on 127.0.0.1.*in use.*DARKROOM_PORT`));
    await closeServer(other);
  });
});

describe("sts", () => {
  const credentials = createCredentialStore(mkdtempSync(join(tmpdir(), "darkroom-sts-")));
  const startSts = () => start(createSts({ accountId: "111111111111", credentials, clock: { now: () => Date.now() } }));
  const administrator: Principal = { type: "administrator", arn: "arn:aws:iam::111111111111:user/administrator" };

  it("tells a caller who it is", async () => {
    const url = await startSts();
    const role: Principal = { type: "role", arn: "arn:aws:iam::111111111111:role/resize" };

    const answers = [
      await post(url, "sts", "Action=GetCallerIdentity&Version=2011-06-15", credentials.issue(administrator)),
      await post(url, "sts", "Action=GetCallerIdentity&Version=2011-06-15", credentials.issue(role)),
    ];

    const texts = await Promise.all(answers.map((response) => response.text()));
    expect(texts[0]).toContain("<Arn>arn:aws:iam::111111111111:user/administrator</Arn>");
    expect(texts[1]).toContain("<Arn>arn:aws:sts::111111111111:assumed-role/resize/local</Arn>");
  });

  it("P9: refuses an unknown key, a wrong secret and any other action", async () => {
    const url = await startSts();
    const { accessKeyId } = credentials.issue(administrator);

    const unknown = await post(url, "sts", "Action=GetCallerIdentity", someone);
    const forged = await post(url, "sts", "Action=GetCallerIdentity", { accessKeyId, secretAccessKey: "guess" });
    const other = await post(url, "sts", "Action=AssumeRole", credentials.issue(administrator));

    expect([unknown.status, forged.status, other.status]).toEqual([403, 403, 400]);
    expect(await other.text()).toContain("AssumeRole");
  });
});
