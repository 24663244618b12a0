import { readFileSync } from "node:fs";
import { request } from "node:http";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Stage } from "./laptop-lambda.ts";

const NEXT = "/2018-06-01/runtime/invocation/next";
const SOME_ANSWER = "/2018-06-01/runtime/invocation/8476a536-e9f4-11e8-9739-2dfe598c3fcd/response";
const INIT_ERROR = "/2018-06-01/runtime/init/error";

let stage: Stage;
let call: Awaited<ReturnType<Stage["declare"]>>;
beforeEach(async () => {
  stage = await Stage.open();
  const code = `export const handler = async (event) => ({ event, api: process.env.AWS_LAMBDA_RUNTIME_API, pid: process.pid });`;
  call = await stage.declare("victim", code);
});
afterEach(() => stage.close());

interface Seen {
  readonly event: unknown;
  readonly api: string;
  readonly pid: number;
}

async function invoke(event: unknown): Promise<Seen> {
  const result = await call(event);
  if (result.outcome !== "ok") throw new Error(JSON.stringify(result));
  return result.payload as Seen;
}

/** What anybody on this machine can send: `fetch` would set the host itself. */
function send(api: string, path: string, headers: Record<string, string> = {}, method = "GET") {
  const [hostname, port] = api.split(":");
  return new Promise<{ status: number; body: string }>((resolve, reject) => {
    const sent = request({ hostname, port, path, method, headers, agent: false }, async (response) => {
      let body = "";
      for await (const piece of response) body += String(piece);
      resolve({ status: response.statusCode ?? 0, body });
    });
    sent.on("error", reject).end(method === "POST" ? '{"forged":true}' : undefined);
  });
}

/** The secret, as only the process's own user can read it. */
function readSecretPath({ pid }: Seen): string {
  const environment = readFileSync(`/proc/${pid}/environ`, "latin1");
  return /DARKROOM_RUNTIME_API_PATH=([^\0]+)/.exec(environment)?.[1] ?? "";
}

describe("the Runtime API of a function's process", () => {
  it("L1: gives no invocation to whoever does not know its path, and takes no answer", async () => {
    const { api } = await invoke(1);
    const guesses = [NEXT, `/x${NEXT}`, `//${NEXT}`, `/${"0".repeat(32)}${NEXT}`];

    const refused = await Promise.all([
      ...guesses.map((path) => send(api, path)),
      ...[SOME_ANSWER, INIT_ERROR].map((path) => send(api, path, { "content-type": "text/plain" }, "POST")),
    ]);
    const after = await Promise.all([2, 3, 4].map(invoke));

    expect(refused.map(({ status }) => status)).toEqual(Array(6).fill(403));
    expect(refused[0]?.body).toContain("which alone may call it");
    expect(after.map(({ event }) => event)).toEqual([2, 3, 4]);
  });

  it.skipIf(process.platform !== "linux")(
    "L1: refuses a page and a foreign host even where they know the path",
    async () => {
      const seen = await invoke(1);
      const path = `${readSecretPath(seen)}${NEXT}`;
      const port = seen.api.split(":")[1];

      const foreign: readonly Record<string, string>[] = [
        { host: `rebound.example:${port}` },
        { host: "127.0.0.1" },
        { origin: "http://127.0.0.1:4568" },
        { "sec-fetch-site": "same-origin" },
        { "sec-fetch-mode": "no-cors" },
      ];
      const refused = await Promise.all(foreign.map((headers) => send(seen.api, path, headers)));

      expect(path).toMatch(/^\/[0-9a-f]{32}\/2018/);
      expect(refused.map(({ status }) => status)).toEqual(Array(5).fill(403));
      expect((await invoke(2)).event).toBe(2);
    },
  );
});
