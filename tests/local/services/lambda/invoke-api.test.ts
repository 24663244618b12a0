import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ACCOUNT, ADMINISTRATOR, REGION, roleNamed } from "../../protocol/aws-json/signed-endpoint.ts";
import { Stage } from "./laptop-lambda.ts";
import { signRequest } from "./signed-request.ts";

let stage: Stage;
beforeEach(async () => {
  stage = await Stage.open(
    ({ principal, action, resourcePolicy }) =>
      action.startsWith("logs:") || (principal.type === "service" && resourcePolicy !== undefined),
  );
});
afterEach(() => stage.close());

const ECHO =
  "export const handler = async (event) => { if (event.fail) throw new RangeError('as told'); return { event }; };";

async function invoke(
  name: string,
  body: string,
  headers: Record<string, string> = {},
  principal = ADMINISTRATOR as Parameters<typeof signRequest>[1],
) {
  const path = `/2015-03-31/functions/${name}/invocations`;
  const signed = signRequest(stage.endpoint, principal, "lambda", path, body, headers);
  const response = await fetch(stage.endpoint.url + path, { method: "POST", headers: signed, body });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

describe("the Invoke API", () => {
  it("answers with the function's payload, and marks a failed call as Lambda does", async () => {
    await stage.declare("echo", ECHO);

    const good = await invoke("echo", '{"a":1}');
    expect(good).toMatchObject({ status: 200, text: '{"event":{"a":1}}' });
    expect(good.headers.get("x-amz-executed-version")).toBe("$LATEST");

    const bad = await invoke("echo", '{"fail":true}');
    expect(bad.status).toBe(200);
    expect(bad.headers.get("x-amz-function-error")).toBe("Unhandled");
    expect(JSON.parse(bad.text)).toMatchObject({
      errorType: "RangeError",
      errorMessage: "as told",
      trace: expect.any(Array),
    });
  });

  it("takes an event without waiting, and only checks a dry run", async () => {
    await stage.declare(
      "later",
      "export const handler = async (event) => { console.log(JSON.stringify({ message: 'ran', event })); };",
    );

    expect((await invoke("later", '{"n":1}', { "x-amz-invocation-type": "DryRun" })).status).toBe(204);
    expect((await invoke("later", '{"n":2}', { "x-amz-invocation-type": "Event" })).status).toBe(202);

    expect((await stage.line(({ message }) => message === "ran")).event).toEqual({ n: 2 });
  });

  it("refuses what Lambda refuses", async () => {
    await stage.declare("off", ECHO, { reservedConcurrency: 0 });

    expect((await invoke("none", "{}")).status).toBe(404);
    expect((await invoke("off", "{}")).status).toBe(429);
    expect((await invoke("off", "{nonsense")).status).toBe(400);
    expect((await invoke("off", `"${"x".repeat(6_291_457)}"`)).status).toBe(413);
    const path = "/2015-03-31/functions/off/invocations";
    const headers = signRequest(stage.endpoint, ADMINISTRATOR, "lambda", path, "{}");
    const forged = await fetch(stage.endpoint.url + path, { method: "POST", headers, body: '{"other":1}' });
    expect(forged.status).toBe(403);
  });

  it("refuses a role without permission (P1)", async () => {
    await stage.declare("echo", ECHO);
    const denied = await invoke("echo", "{}", {}, roleNamed("other"));
    expect(denied.status).toBe(403);
    expect(denied.headers.get("x-amzn-errortype")).toBe("AccessDeniedException");
    expect(denied.text).toContain("is not authorized to perform: lambda:InvokeFunction");
  });

  it("lets a service call only where the function's policy has a statement (P2)", async () => {
    const { arn } = await stage.declare("echo", ECHO);
    const events = {
      type: "service",
      service: "events.amazonaws.com",
      sourceArn: `arn:aws:events:${REGION}:${ACCOUNT}:rule/r`,
      sourceAccount: ACCOUNT,
    } as const;
    await expect(stage.lambda.invoke(events, arn, {})).rejects.toThrow("not authorized");

    stage.lambda.addPermission(arn, { Sid: "x", Effect: "Allow", Principal: { Service: "events.amazonaws.com" } });

    expect(await stage.lambda.invoke(events, arn, 1)).toEqual({ outcome: "ok", payload: { event: 1 } });
  });
});

const aws = await promisify(execFile)("aws", ["--version"]).then(
  () => true,
  () => false,
);

describe.skipIf(!aws)(`the AWS CLI${aws ? "" : " (skipped: no aws on PATH)"}`, () => {
  it("invokes a function and lists what there is", async () => {
    await stage.declare("echo", ECHO);
    const { accessKeyId, secretAccessKey } = stage.endpoint.credentials.issue(ADMINISTRATOR);
    const env = {
      PATH: process.env.PATH,
      HOME: mkdtempSync(join(stage.endpoint.folder, "home-")),
      AWS_ENDPOINT_URL: stage.endpoint.url,
      AWS_REGION: REGION,
      AWS_DEFAULT_REGION: REGION,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
    };
    const run = (...args: string[]) => promisify(execFile)("aws", args, { env });
    const out = join(stage.endpoint.folder, randomUUID());

    const payload = join(stage.endpoint.folder, "payload.json");
    writeFileSync(payload, '{"cli":true}');
    await run("lambda", "invoke", "--function-name", "echo", "--payload", `fileb://${payload}`, out);
    const { stdout } = await run("lambda", "list-functions", "--query", "Functions[].FunctionName", "--output", "text");

    expect(JSON.parse(readFileSync(out, "utf8"))).toEqual({ event: { cli: true } });
    expect(stdout.trim()).toBe("echo");
  });
});

it("a client that hangs up while its function runs does no harm", async () => {
  await stage.declare("slow", "export const handler = async () => { await new Promise((r) => setTimeout(r, 300)); };");
  const path = "/2015-03-31/functions/slow/invocations";
  const sent = request(stage.endpoint.url + path, {
    method: "POST",
    headers: signRequest(stage.endpoint, ADMINISTRATOR, "lambda", path, "{}"),
  });
  sent.on("error", () => {});
  sent.end("{}");
  setTimeout(() => sent.destroy(), 100);

  await stage.line(({ kind }) => kind === "report");

  expect((await invoke("slow", "{}")).status).toBe(200);
});
