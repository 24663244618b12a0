import { type ChildProcess, spawn } from "node:child_process";
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createInterface } from "node:readline";
import { cleanEnvironment, isOnPath } from "./terraform.ts";

export const WITHOUT_MOTO = isOnPath("moto_server") ? undefined : "moto_server is not on PATH";

export interface Moto {
  /** By the door before it, see `startMoto`. */
  readonly url: string;
  /** Without the door: moto as it comes. */
  readonly bareUrl: string;
  readonly variables: NodeJS.ProcessEnv;
  stop(): Promise<void>;
}

/**
 * moto, an emulator of AWS, as one account of its own.
 *
 * It takes the condition of a bucket policy for fulfilled: "deny what comes without TLS" denies each object to everybody,
 * even over TLS. So policies stop at a door before it, which gives back what it was given.
 */
export async function startMoto(accountId: string): Promise<Moto> {
  const child = spawn("moto_server", ["-H", "127.0.0.1", "-p", "0"], {
    env: { ...cleanEnvironment(), MOTO_ACCOUNT_ID: accountId },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const bareUrl = new URL(await waitForAddress(child)).origin;
  const { url, close } = await openDoor(bareUrl);
  return {
    url,
    bareUrl,
    variables: { AWS_ENDPOINT_URL: url, AWS_ACCESS_KEY_ID: "mock", AWS_SECRET_ACCESS_KEY: "mock" },
    stop: async () => {
      await close();
      await kill(child);
    },
  };
}

/** The door alone, before a moto that somebody else has started. */
export async function openDoor(bareUrl: string): Promise<{ readonly url: string; close(): Promise<void> }> {
  const door = createServer(holdPolicies(new URL(bareUrl)));
  await new Promise<void>((resolve) => door.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(door.address() as AddressInfo).port}`;
  return { url, close: () => closeDoor(door) };
}

function waitForAddress(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    const said: string[] = [];
    if (!child.stderr) throw new Error("moto_server's messages are not read");
    // Goes on reading after the address, so that the pipe never fills.
    createInterface(child.stderr).on("line", (line) => {
      said.push(line);
      const address = /Running on (http:\S+)/.exec(line)?.[1];
      if (address) resolve(address);
    });
    child.on("error", reject);
    child.on("exit", () => reject(new Error(`moto_server ended:\n${said.join("\n")}`)));
  });
}

function holdPolicies(behind: URL) {
  const policies = new Map<string, Buffer>();
  return async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const { pathname, searchParams } = new URL(incoming.url ?? "/", behind);
    if (searchParams.has("policy") && incoming.method === "PUT") {
      policies.set(pathname, body);
      response.writeHead(204).end();
      return;
    }
    if (searchParams.has("policy") && incoming.method === "DELETE") {
      policies.delete(pathname);
      response.writeHead(204).end();
      return;
    }
    const policy = searchParams.has("policy") ? policies.get(pathname) : undefined;
    if (policy) response.writeHead(200, { "content-type": "application/json" }).end(policy);
    else forward(behind, incoming, body, response);
  };
}

function forward(behind: URL, incoming: IncomingMessage, body: Buffer, response: ServerResponse): void {
  const { host: _own, "transfer-encoding": _chunked, ...headers } = incoming.headers;
  const options = {
    host: behind.hostname,
    port: behind.port,
    method: incoming.method,
    path: incoming.url,
    headers: { ...headers, host: behind.host, "content-length": String(body.length) },
  };
  const outgoing = request(options, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  outgoing.on("error", () => response.destroy());
  outgoing.end(body);
}

async function closeDoor(door: Server): Promise<void> {
  door.closeAllConnections();
  await new Promise((resolve) => door.close(resolve));
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await ended;
}
