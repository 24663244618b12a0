import { existsSync, readFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { photo } from "../support/images.ts";
import { ALLOWED_ORIGIN, openTestLaptop, type TestLaptop } from "../support/laptop.ts";
import { presign, requestPresign, type TestFile } from "../support/uploads.ts";

let laptop: TestLaptop;
beforeAll(async () => {
  laptop = await openTestLaptop();
});
afterAll(() => laptop?.close());

/** Every port that the runtime opens, with a path that is answered there. */
const DOORS = {
  "the API": () => `${laptop.apiUrl}/limits`,
  "the CDN": () => `${laptop.cdnUrl}/v1/x`,
  "the site": () => `${laptop.siteUrl}/`,
  "the AWS endpoint": () => `${laptop.laptop.endpointUrl}/`,
} as const;

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly allowed: string | undefined;
}

/** What a browser, or anybody on this machine, can send: `fetch` would set host and origin itself. */
function send(url: string, headers: Record<string, string>, { method = "GET", body = "" } = {}): Promise<Answer> {
  const { hostname, port, pathname, search } = new URL(url);
  return new Promise((resolve, reject) => {
    const options = { hostname, port, path: `${pathname}${search}`, method, headers, agent: false };
    const sent = request(options, async (response) => {
      let text = "";
      for await (const piece of response) text += String(piece);
      const allowed = response.headers["access-control-allow-origin"];
      resolve({ status: response.statusCode ?? 0, body: text, allowed });
    });
    sent.on("error", reject).end(body);
  });
}

async function picture(): Promise<TestFile> {
  return { fileName: "a.jpg", contentType: "image/jpeg", body: await photo(300, 200).jpeg().toBuffer() };
}

function warnings(): string[] {
  const path = join(laptop.stateFolder, "logs", "origins.jsonl");
  const lines = existsSync(path) ? readFileSync(path, "utf8").trim().split("\n").filter(Boolean) : [];
  return lines.map((line) => (JSON.parse(line) as { message: string }).message);
}

describe.each(Object.entries(DOORS))("%s", (_, address) => {
  it("L1: reaches nobody under another name than its own, such as one that was rebound to this machine", async () => {
    const { port } = new URL(address());
    const names = [
      `rebound.example:${port}`,
      "rebound.example",
      "127.0.0.1",
      "127.0.0.1:1",
      `127.0.0.1.rebound.example:${port}`,
    ];
    const own = [`127.0.0.1:${port}`, `localhost:${port}`, `LOCALHOST:${port}`, `[::1]:${port}`];

    const foreign = await Promise.all(names.map((host) => send(address(), { host })));
    const known = await Promise.all(own.map((host) => send(address(), { host })));

    expect(foreign.map(({ status }) => status)).toEqual(names.map(() => 421));
    for (const { body } of foreign) expect(body).toContain(`answers to 127.0.0.1:${port}, localhost:${port}`);
    for (const { status } of known) expect(status).not.toBe(421);
  });

  it("L1: refuses a page that the stack does not list, in words, whatever it sends", async () => {
    const origins = [
      "https://evil.example",
      "null",
      `${ALLOWED_ORIGIN}.evil.example`,
      "http://localhost.evil.example",
      "https://127.0.0.1.evil.example",
    ];
    const ways = [{ method: "GET" }, { method: "OPTIONS" }, { method: "POST", body: "{}" }];

    const answers = await Promise.all(
      origins.flatMap((origin) => ways.map((way) => send(address(), { origin, "content-type": "text/plain" }, way))),
    );

    for (const { status, body, allowed } of answers) {
      expect([status, allowed]).toEqual([403, undefined]);
      expect(body).toContain("environments.ts");
    }
  });
});

describe("a page of this machine", () => {
  it.each([
    "http://localhost:5999",
    "http://127.0.0.1:3000",
    "http://[::1]:8080",
    "https://localhost",
    "http://app.localhost:5173",
  ])("may use API, bucket and CDN, at any port: %s", async (origin) => {
    const { upload } = await presign(laptop.apiUrl, await picture());
    const preflight = {
      origin,
      "access-control-request-method": "POST",
      "access-control-request-headers": "content-type",
    };

    const answers = await Promise.all([
      send(`${laptop.apiUrl}/presign/upload`, preflight, { method: "OPTIONS" }),
      send(`${laptop.apiUrl}/limits`, { origin }),
      send(upload.url, preflight, { method: "OPTIONS" }),
      send(`${laptop.cdnUrl}/v1/x`, { origin }),
    ]);

    expect(answers.map(({ allowed }) => allowed)).toEqual(Array(4).fill(origin));
  });
});

describe("a page that is refused", () => {
  it("is one warning, once, that names the setting", async () => {
    const origin = "https://preview.example";
    for (const address of Object.values(DOORS)) await send(address(), { origin });
    const all = await vi.waitFor(() => {
      expect(warnings().filter((line) => line.includes(origin))).not.toEqual([]);
      return warnings();
    });

    const mine = all.filter((line) => line.includes(origin));
    expect(mine).toHaveLength(1);
    expect(mine[0]).toContain('"origins" of this environment, in environments.ts');
    expect(all.length).toBeLessThanOrEqual(20);
  });
});

describe("a blind post", () => {
  it("L1: of text makes no job, and an AWS request in a form's type needs its signature like any other", async () => {
    const { endpointUrl } = laptop.laptop;
    const body = JSON.stringify({ fileName: "a.jpg", contentType: "image/jpeg", size: 1000 });

    const job = await requestPresign(laptop.apiUrl, body, { "content-type": "text/plain" });
    const queue = new URLSearchParams({
      Action: "SendMessage",
      QueueUrl: laptop.output("uploadsBucket"),
      MessageBody: "x",
    });
    const form = await send(
      endpointUrl,
      { "content-type": "application/x-www-form-urlencoded" },
      { method: "POST", body: String(queue) },
    );
    const target = { "content-type": "text/plain", "x-amz-target": "AmazonSQS.SendMessage" };
    const json = await send(endpointUrl, target, { method: "POST", body: "{}" });
    const object = await send(
      `${endpointUrl}/${laptop.output("uploadsBucket")}`,
      { "content-type": "text/plain" },
      { method: "POST", body: "x" },
    );

    expect(job.status).toBe(415);
    expect(await job.text()).toContain("content-type: application/json");
    for (const { status } of [form, json, object]) expect(status).toBeGreaterThanOrEqual(400);
  });
});
