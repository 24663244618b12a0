// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Terraform's references are written so.
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import * as z from "zod";
import { Refusal } from "../../../local/model/refusal.ts";
import type { LocalResource } from "../../../local/model/resources/resource.ts";
import { writeOutputsFiles } from "../../../local/outputs-files.ts";
import { type Laptop, type LaptopOptions, runStack, type Services } from "../../../local/run-stack.ts";
import type { CoreRuntime } from "../../../local/runtime.ts";
import type { AwsService } from "../../../local/service.ts";
import { makeTemporaryFolder } from "../../support/temporary-folder.ts";

const running: Laptop[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((laptop) => laptop.stop()));
});

const provider = { aws: [{ region: "eu-central-1", allowed_account_ids: ["111111111111"] }] };
const manifest = { schema: 1, functions: {}, layers: {}, site: [], laptop: { nodeModules: "x", layers: {} } };

/** Writes a stack and an empty build into a folder of their own. */
function synthesized(stack: Record<string, unknown>): LaptopOptions {
  const folder = makeTemporaryFolder("run");
  const stackFolder = join(folder, "test-stack");
  mkdirSync(stackFolder);
  writeFileSync(join(stackFolder, "cdk.tf.json"), JSON.stringify({ provider, resource: {}, ...stack }));
  writeFileSync(join(folder, "artifacts.json"), JSON.stringify(manifest));
  return {
    stackFolder,
    artifactsFolder: folder,
    stateFolder: join(folder, "state"),
    basePort: 0,
    terminalLevel: "silent",
  };
}

/** A type whose resources write down when they start and stop. */
function createThing(events: string[]): LocalResource<CoreRuntime> {
  const schema = z.strictObject({ name: z.string(), fail: z.boolean().optional() });
  return {
    type: "aws_thing",
    schema,
    async start({ address, config }) {
      const { name, fail } = schema.parse(config);
      if (fail) throw new Error(`${name} broke`);
      events.push(`start ${address} as ${name}`);
      return {
        attributes: { arn: `arn:${name}` },
        stop: async () => void events.push(`stop ${address}`),
      };
    },
  };
}

async function run(options: LaptopOptions, events: string[] = []): Promise<Laptop> {
  const service = (name: string): AwsService => ({
    name,
    handle: async (_request, response) => void response.end(name),
    stop: async () => void events.push(`stop ${name}`),
  });
  const named = Object.fromEntries(["s3", "sqs", "dynamodb", "lambda"].map((name) => [name, service(name)]));
  // Only what a service has in common with all others is called here.
  const services = { ...named, all: [named.lambda, named.s3] } as unknown as Services;
  const laptop = await runStack(options, { types: [createThing(events)], createServices: async () => services });
  running.push(laptop);
  return laptop;
}

describe("a run of a stack", () => {
  it("starts resources by their references, resolves outputs, and stops everything the other way round", async () => {
    const events: string[] = [];
    const options = synthesized({
      resource: { aws_thing: { b: { name: "b of ${aws_thing.a.arn}" }, a: { name: "a" } } },
      output: { address: { value: "<${aws_thing.b.arn}>" }, name: { value: "${aws_thing.a.name}" } },
    });

    const laptop = await run(options, events);
    await laptop.stop();

    expect(laptop.outputs).toEqual({ address: "<arn:b of arn:a>", name: "a" });
    expect(events).toEqual([
      "start aws_thing.a as a",
      "start aws_thing.b as b of arn:a",
      "stop aws_thing.b",
      "stop aws_thing.a",
      "stop lambda",
      "stop s3",
    ]);
  });

  it("starts nothing at all when anything in the stack cannot be honoured", async () => {
    const events: string[] = [];
    const options = synthesized({ resource: { aws_thing: { a: { name: "a" } }, aws_vpc: { v: {} } }, data: {} });

    const attempt = run(options, events);

    await expect(attempt).rejects.toThrow(Refusal);
    await expect(attempt).rejects.toThrow(/"data"[\s\S]*"aws_vpc"/);
    expect(events).toEqual([]);
    expect(existsSync(options.stateFolder)).toBe(false);
  });

  it("stops what has started when a resource fails, and leaves the state folder free", async () => {
    const events: string[] = [];
    const broken = synthesized({ resource: { aws_thing: { a: { name: "a" }, b: { name: "b", fail: true } } } });

    await expect(run(broken, events)).rejects.toThrow("b broke");

    expect(events).toEqual(["start aws_thing.a as a", "stop aws_thing.a", "stop lambda", "stop s3"]);
    const mended = { ...synthesized({}), stateFolder: broken.stateFolder };
    await expect(run(mended)).resolves.toBeDefined();
  });

  it("refuses a reference that leads nowhere, by name", async () => {
    const options = synthesized({ resource: { aws_thing: { a: { name: "a" }, b: { name: "${aws_thing.a.url}" } } } });

    await expect(run(options)).rejects.toThrow("${aws_thing.a.url}");
  });

  it("hands out the same administrator's key at every start on the same state", async () => {
    const options = synthesized({});

    const first = await run(options);
    await first.stop();
    const second = await run(options);

    expect(second.administrator).toEqual(first.administrator);
    expect(statSync(join(options.stateFolder, "credentials.json")).mode & 0o777).toBe(0o600);
  });

  it("writes outputs.json by stack and output, and aws.env for its owner's eyes only", async () => {
    const options = synthesized({ output: { apiUrl: { value: "http://127.0.0.1:1" } } });
    const laptop = await run(options);

    const files = writeOutputsFiles(options.stateFolder, laptop);

    expect(JSON.parse(readFileSync(files.outputs, "utf8"))).toEqual({ "test-stack": { apiUrl: "http://127.0.0.1:1" } });
    const variables = readFileSync(files.awsEnv, "utf8")
      .split("\n")
      .map((line) => line.split("=")[0]);
    expect(variables).toEqual([
      ...["AWS_ENDPOINT_URL", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"],
      ...["DARKROOM_AWS_CLI", ""],
    ]);
    expect(statSync(files.awsEnv).mode & 0o777).toBe(0o600);
  });
});

describe("the lock on the state folder", () => {
  it("keeps a second runtime away while the first one lives", async () => {
    const options = synthesized({});
    await run(options);

    await expect(run(options)).rejects.toThrow(new RegExp(`process ${process.pid}.*DARKROOM_STATE`));
  });

  it("of a process that is gone is taken over", async () => {
    const options = synthesized({});
    mkdirSync(options.stateFolder);
    // Larger than any process id that Linux or macOS hands out.
    writeFileSync(join(options.stateFolder, "lock"), JSON.stringify({ pid: 2 ** 22 + 1, token: "x" }));

    await expect(run(options)).resolves.toBeDefined();
    expect(readdirSync(options.stateFolder).filter((name) => name.startsWith("lock"))).toEqual(["lock"]);
  });

  it("of a process whose id was given to another is taken over too", async () => {
    const options = synthesized({});
    mkdirSync(options.stateFolder);
    const lock = { pid: process.pid, bornAt: "another boot:1", token: "x" };
    writeFileSync(join(options.stateFolder, "lock"), JSON.stringify(lock));

    const attempt = run(options);

    // Only Linux tells when a process was born; elsewhere the lock holds.
    if (existsSync("/proc/self/stat")) await expect(attempt).resolves.toBeDefined();
    else await expect(attempt).rejects.toThrow(Refusal);
  });

  it("is gone after a stop", async () => {
    const options = synthesized({});
    const laptop = await run(options);

    await laptop.stop();

    expect(existsSync(join(options.stateFolder, "lock"))).toBe(false);
  });
});
