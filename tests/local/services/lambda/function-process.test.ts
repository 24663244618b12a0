import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { writeZip } from "./function-zip.ts";
import { isAlive, Stage, until } from "./laptop-lambda.ts";

let stage: Stage;

beforeEach(async () => {
  process.env.SECRET_OF_THE_HOST = "leaked";
  stage = await Stage.open();
});

afterEach(async () => {
  delete process.env.SECRET_OF_THE_HOST;
  await stage.close();
});

const payloadOf = async (result: Promise<{ outcome: string; payload?: unknown }>) => {
  const { outcome, payload } = await result;
  expect(outcome).toBe("ok");
  return payload as Record<string, unknown>;
};

describe("a function's process", () => {
  it("sees what it declares, what Lambda defines, and nothing of this machine's environment (P5)", async () => {
    const call = await stage.declare("env", "export const handler = async () => process.env;", {
      environment: { JOBS_TABLE: "jobs" },
    });

    const seen = await payloadOf(call());

    expect(Object.keys(seen).sort()).toEqual(
      [
        "AWS_ACCESS_KEY_ID",
        "AWS_DEFAULT_REGION",
        "AWS_ENDPOINT_URL",
        "AWS_EXECUTION_ENV",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
        "AWS_LAMBDA_FUNCTION_NAME",
        "AWS_LAMBDA_FUNCTION_VERSION",
        "AWS_LAMBDA_INITIALIZATION_TYPE",
        "AWS_LAMBDA_LOG_GROUP_NAME",
        "AWS_LAMBDA_LOG_STREAM_NAME",
        "AWS_LAMBDA_RUNTIME_API",
        "AWS_REGION",
        "AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED",
        "AWS_SECRET_ACCESS_KEY",
        "HOME",
        "JOBS_TABLE",
        "LAMBDA_RUNTIME_DIR",
        "LAMBDA_TASK_ROOT",
        "LANG",
        "PATH",
        "TMPDIR",
        "TZ",
        "_HANDLER",
        "_X_AMZN_TRACE_ID",
      ].sort(),
    );
    expect(seen).toMatchObject({ JOBS_TABLE: "jobs", AWS_LAMBDA_FUNCTION_NAME: "env", TZ: ":UTC" });
    expect(seen.AWS_ENDPOINT_URL).toBe(stage.endpoint.url);
    const key = stage.endpoint.credentials.find(String(seen.AWS_ACCESS_KEY_ID));
    expect(key?.principal).toEqual({ type: "role", arn: expect.stringContaining(":role/env") });
  });

  it("L5: finds Node and its layers' programs on PATH, and none of this machine's", async () => {
    const { folder } = stage.endpoint;
    const { arn } = await stage.lambda.putLayer("tools", writeZip(folder, "layer", { "bin/tool": "#!/bin/sh\n" }));
    const code = `import { readdirSync } from "node:fs"; import { execFileSync, spawnSync } from "node:child_process";
      export const handler = async () => ({
        programs: process.env.PATH.split(":").flatMap((folder) => readdirSync(folder)),
        node: execFileSync("node", ["-p", "process.version"], { encoding: "utf8" }).trim(),
        missing: ["env", "sh", "ps", "ffmpeg"].map((name) => spawnSync(name, []).error?.code),
      });`;
    const bare = await stage.declare("bare", code);
    const layered = await stage.declare("layered", code, { layerArns: [arn] });

    const [alone, withLayer] = await Promise.all([payloadOf(bare()), payloadOf(layered())]);

    expect([alone.programs, withLayer.programs]).toEqual([["node"], ["node", "tool"]]);
    expect(withLayer.node).toBe(process.version);
    for (const { missing } of [alone, withLayer]) expect(missing).toEqual(Array(4).fill("ENOENT"));
  });

  it("is told its request, its deadline and who it is", async () => {
    const code = `export const handler = async (event, context) =>
      ({ ...context, left: context.getRemainingTimeInMillis(), event });`;
    const call = await stage.declare("context", code, { timeoutSeconds: 7, memoryMb: 300 });

    const seen = await payloadOf(call({ a: ["ü", 1] }));

    expect(seen).toMatchObject({ functionName: "context", memoryLimitInMB: "300", invokedFunctionArn: call.arn });
    expect(seen.event).toEqual({ a: ["ü", 1] });
    expect(seen.left).toBeGreaterThan(5000);
    expect(seen.left).toBeLessThanOrEqual(7000);
  });

  it("is reused while warm, and one call at a time has it to itself", async () => {
    const code = `let calls = 0; let running = 0;
      export const handler = async ({ ms }) => {
        running++; await new Promise((resolve) => setTimeout(resolve, ms)); const seen = running; running--;
        return { pid: process.pid, calls: ++calls, running: seen };
      };`;
    const call = await stage.declare("reuse", code);

    const first = await payloadOf(call({ ms: 0 }));
    const second = await payloadOf(call({ ms: 0 }));
    expect(second).toEqual({ pid: first.pid, calls: 2, running: 1 });

    const many = await Promise.all([1, 2, 3].map(() => payloadOf(call({ ms: 400 }))));
    expect(new Set(many.map(({ pid }) => pid)).size).toBeGreaterThan(1);
    expect(many.every(({ running }) => running === 1)).toBe(true);
  });

  it("has a private folder in the place of /tmp, which is gone at the end", async () => {
    const code = `import { writeFileSync } from "node:fs"; import { tmpdir } from "node:os";
      export const handler = async () => { writeFileSync(tmpdir() + "/x", "x"); return { folder: tmpdir() }; };`;
    const call = await stage.declare("scratch", code);
    const { folder } = await payloadOf(call());
    expect(readFileSync(join(String(folder), "x"), "utf8")).toBe("x");

    await stage.lambda.stop();

    expect(() => readFileSync(join(String(folder), "x"))).toThrow("ENOENT");
  });

  it("finds a layer's programs on PATH, executable as the zip says", async () => {
    const { folder } = stage.endpoint;
    const zip = writeZip(folder, "layer", { "bin/tool": "#!/bin/sh\necho from the layer\n" });
    const { arn } = await stage.lambda.putLayer("tools", zip);
    const code = `import { execFileSync } from "node:child_process";
      export const handler = async () => ({ said: execFileSync("tool", { encoding: "utf8" }) });`;

    const call = await stage.declare("layered", code, { layerArns: [arn] });

    expect(await payloadOf(call())).toEqual({ said: "from the layer\n" });
  });
});

describe("what a function does wrong", () => {
  it("ends as an error with the handler's own type and message", async () => {
    const code = `class BadFile extends Error { name = "BadFile" }
      export const handler = async () => { throw new BadFile("no picture") };`;
    const call = await stage.declare("throws", code);

    expect(await call()).toEqual({ outcome: "error", errorType: "BadFile", errorMessage: "no picture" });
  });

  it("ends as Sandbox.Timedout when it takes too long, even in a busy loop, and the next call has a new process", async () => {
    const code = "export const handler = async ({ loop }) => { while (loop); return { pid: process.pid }; };";
    const call = await stage.declare("slow", code, { timeoutSeconds: 1 });
    const { pid } = await payloadOf(call({}));

    const result = await call({ loop: true });

    expect(result).toMatchObject({
      outcome: "error",
      errorType: "Sandbox.Timedout",
      errorMessage: expect.stringMatching(/^RequestId: [0-9a-f-]{36} Error: Task timed out after 1\.00 seconds$/),
    });
    await until(() => !isAlive(Number(pid)));
    expect((await payloadOf(call({}))).pid).not.toBe(pid);
  });

  it("ends as Runtime.ExitError when its process dies", async () => {
    const call = await stage.declare("exits", "export const handler = async () => process.exit(3);");

    expect(await call()).toMatchObject({
      outcome: "error",
      errorType: "Runtime.ExitError",
      errorMessage: expect.stringContaining("Runtime exited with error: exit status 3"),
    });
  });

  it("ends as out of memory when it takes more than it declares, its children's memory included", async () => {
    const code = `import { spawn } from "node:child_process";
      const eat = "const kept = []; setInterval(() => kept.push(Buffer.alloc(16 * 1024 * 1024, 1)), 20)";
      export const handler = async () => { spawn(process.execPath, ["-e", eat]); await new Promise((r) => setTimeout(r, 20_000)); };`;
    const call = await stage.declare("hungry", code, { memoryMb: 192, timeoutSeconds: 30 });

    expect(await call()).toMatchObject({
      outcome: "error",
      errorType: "Runtime.ExitError",
      errorMessage: expect.stringContaining("OutOfMemory"),
    });
  });

  it("ends as an error when it fills more than its ephemeral storage", async () => {
    const code = `import { truncateSync, writeFileSync } from "node:fs"; import { tmpdir } from "node:os";
      export const handler = async () => {
        writeFileSync(tmpdir() + "/big", ""); truncateSync(tmpdir() + "/big", 600 * 1024 * 1024);
        await new Promise((resolve) => setTimeout(resolve, 20_000));
      };`;
    const call = await stage.declare("full", code, { timeoutSeconds: 30 });

    expect(await call()).toMatchObject({
      errorMessage: expect.stringContaining("ephemeral storage: 600 MB used of 512"),
    });
  });

  it("ends as an error when its module cannot be loaded or has no such export", async () => {
    const broken = await stage.declare("broken", 'throw new TypeError("at the top");');
    expect(await broken()).toMatchObject({ errorType: "TypeError", errorMessage: "at the top" });

    const nameless = await stage.declare("nameless", "export const other = 1;");
    expect(await nameless()).toMatchObject({ errorType: "Runtime.HandlerNotFound" });
  });

  it("ends as an error when its answer is larger than 6 MB", async () => {
    const call = await stage.declare("large", 'export const handler = async () => "x".repeat(6_300_000);');
    expect(await call()).toMatchObject({ errorType: "Function.ResponseSizeTooLarge" });
    await expect(call("x".repeat(6_300_000))).rejects.toThrow("too large");
  });

  it("leaves no process behind when it times out over a child in a group of its own (F2)", async () => {
    const code = `import { spawn } from "node:child_process"; import { writeFileSync } from "node:fs";
      export const handler = async ({ file }) => {
        const child = spawn(process.execPath, ["-e", "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)"], { detached: true });
        writeFileSync(file, String(child.pid));
        await new Promise(() => setInterval(() => {}, 1000));
      };`;
    const call = await stage.declare("parent", code, { timeoutSeconds: 1 });
    const file = join(stage.endpoint.folder, "pid");

    await call({ file });

    const pid = Number(readFileSync(file, "utf8"));
    await until(() => !isAlive(pid));
  });
});

describe("what a function prints", () => {
  it("is a line of its log group: JSON as it is, text as a message, with the request's id", async () => {
    const code = `export const handler = async () => {
        console.log(JSON.stringify({ message: "structured", level: "WARN", bytes: 7 }));
        console.error("plain\\nof two lines");
        process.stdout.write("raw\\n");
      };`;
    const call = await stage.declare("talks", code);
    await call();

    const structured = await stage.line(({ message }) => message === "structured");
    expect(structured).toMatchObject({ level: "warn", source: "/aws/lambda/talks", bytes: 7 });
    expect(structured.requestId).toMatch(/^[0-9a-f-]{36}$/);
    expect(await stage.line(({ message }) => message === "plain\nof two lines")).toMatchObject({ level: "error" });
    expect(await stage.line(({ message }) => message === "raw")).toMatchObject({ level: "info" });
  });

  it("is one line, not JSON inside JSON, where the function logs in Lambda's JSON format", async () => {
    const code = `export const handler = async () => { console.log(JSON.stringify({ message: "inner", x: 1 })); console.debug("hidden"); };`;
    const call = await stage.declare("json", code, { logFormat: "JSON", logLevel: "INFO" });
    await call();

    const report = await stage.line(({ kind }) => kind === "report");
    expect(await stage.line(({ message }) => message === "inner")).toMatchObject({ x: 1, level: "info" });
    expect(stage.endpoint.lines.some(({ message }) => message === "hidden")).toBe(false);
    expect(report.message).toMatch(
      /^REPORT RequestId: [0-9a-f-]{36} Duration: [\d.]+ ms Billed Duration: \d+ ms Memory Size: 256 MB/,
    );
    expect(report.maxMemoryUsedMb).toBeGreaterThan(10);
  });

  it("is dropped, and said to be, where its role may not write logs (P1)", async () => {
    const mute = await Stage.open((request) => !request.action.startsWith("logs:"));
    const call = await mute.declare("mute", 'export const handler = async () => { console.log("secret"); };');
    await call();

    expect((await mute.line(({ level }) => level === "warn")).message).toContain("mute: its logs are dropped");
    expect(mute.endpoint.lines.some(({ source }) => source === "/aws/lambda/mute")).toBe(false);
    await mute.close();
  });
});

describe("a function that cannot be honoured", () => {
  it("is refused with all its problems", async () => {
    const declared = stage.declare("bad", "", {
      runtime: "python3.12",
      memoryMb: 64,
      environment: { AWS_REGION: "x", AWS_LAMBDA_EXEC_WRAPPER: "/opt/wrap" },
    });

    await expect(declared).rejects.toThrow(
      /python3\.12.*memory_size is 64.*AWS_REGION is reserved.*AWS_LAMBDA_EXEC_WRAPPER/,
    );
  });

  it("is refused when its zip leads out of its folder", async () => {
    const zipPath = writeZip(stage.endpoint.folder, "slipping", { "../../escaped.mjs": "x" });
    await expect(stage.declare("slip", "", { zipPath })).rejects.toThrow('"../../escaped.mjs", which leads outside');
  });

  it("is refused when it names a layer that does not exist", async () => {
    const layerArns = ["arn:aws:lambda:eu-central-1:111122223333:layer:none:1"];
    await expect(stage.declare("x", "", { layerArns })).rejects.toThrow("layer:none:1, which does not exist");
  });
});
