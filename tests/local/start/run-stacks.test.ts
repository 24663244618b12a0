// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Terraform's references are written so.
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import * as z from "zod";
import { Refusal } from "../../../local/model/refusal.ts";
import type { LocalResource } from "../../../local/model/resources/resource.ts";
import { writeOutputsFiles } from "../../../local/outputs-files.ts";
import type { StackRuntime } from "../../../local/runtime.ts";
import { type AwsService, defineService, type LaptopService } from "../../../local/service.ts";
import { type LaptopOptions, runLaptop } from "../../../local/start.ts";
import { findFreePorts } from "../../support/laptop.ts";
import { makeTemporaryFolder } from "../../support/temporary-folder.ts";

const running: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((laptop) => laptop.stop()));
});

const PLACE = { region: "eu-central-1", allowed_account_ids: ["111111111111"] };
const manifest = { schema: 1, functions: {}, layers: {}, sites: {}, laptop: { nodeModules: "x", layers: {} } };

/** Writes a stack, or several by name, and an empty build into a folder of their own. */
function synthesized(stacks: Record<string, Record<string, unknown>>): LaptopOptions {
  const folder = makeTemporaryFolder("run");
  writeFileSync(join(folder, "artifacts.json"), JSON.stringify(manifest));
  return {
    stackFolders: Object.entries(stacks).map(([name, stack]) => writeStack(join(folder, name), stack)),
    artifactsFolder: folder,
    stateFolder: join(folder, "state"),
    basePort: 0,
    terminalLevel: "silent",
  };
}

function writeStack(stackFolder: string, stack: Record<string, unknown>): string {
  mkdirSync(stackFolder);
  const document = { provider: { aws: [PLACE] }, resource: {}, ...stack };
  writeFileSync(join(stackFolder, "cdk.tf.json"), JSON.stringify(document));
  return stackFolder;
}

/** A type whose resources write down when they start and stop. */
function createThing(events: string[]): LocalResource<StackRuntime> {
  const schema = z.strictObject({ name: z.string(), fail: z.boolean().optional() });
  return {
    type: "aws_thing",
    schema,
    uniqueBy: "name",
    async start({ address, config }, { stackName, portFor }) {
      const { name, fail } = schema.parse(config);
      if (fail) throw new Error(`${name} broke`);
      events.push(`start ${address} as ${name}`);
      return {
        attributes: { arn: `arn:${name}`, stack: stackName, port: portFor(address) },
        stop: async () => void events.push(`stop ${address}`),
      };
    },
  };
}

/** Two services, of which the second needs the first. */
function createServices(events: string[]) {
  const create = (name: string): AwsService & LaptopService => ({
    name,
    handle: async (_request, response) => void response.end(name),
    dropUndeclared: async () => void events.push(`drop from ${name}`),
    stop: async () => void events.push(`stop ${name}`),
  });
  return [
    defineService({ name: "first", create: () => create("first"), resources: [createThing(events)] }),
    defineService({
      name: "second",
      create: (_context, { first }: { readonly first: AwsService }) => create(`second after ${first.name}`),
      resources: [],
    }),
  ] as const;
}

async function run(options: LaptopOptions, events: string[] = []) {
  const laptop = await runLaptop(options, createServices(events));
  running.push(laptop);
  return laptop;
}

describe("a run of stacks", () => {
  it("starts resources by their references, resolves outputs, and stops everything the other way round", async () => {
    const events: string[] = [];
    const options = synthesized({
      "test-stack": {
        resource: { aws_thing: { b: { name: "b of ${aws_thing.a.arn}" }, a: { name: "a" } } },
        output: {
          address: { value: "<${aws_thing.b.arn}>", description: "Where." },
          name: { value: "${aws_thing.a.name}" },
        },
      },
    });

    const laptop = await run(options, events);
    await laptop.stop();

    expect(laptop.stacks).toEqual([
      {
        name: "test-stack",
        outputs: { address: "<arn:b of arn:a>", name: "a" },
        descriptions: { address: "Where." },
      },
    ]);
    expect(events).toEqual([
      "start aws_thing.a as a",
      "start aws_thing.b as b of arn:a",
      "drop from first",
      "drop from second after first",
      "stop aws_thing.b",
      "stop aws_thing.a",
      "stop second after first",
      "stop first",
    ]);
  });

  it("starts nothing at all when anything in the stack cannot be honoured", async () => {
    const events: string[] = [];
    const options = synthesized({
      "test-stack": { resource: { aws_thing: { a: { name: "a" } }, aws_vpc: { v: {} } }, data: {} },
    });

    const attempt = run(options, events);

    await expect(attempt).rejects.toThrow(Refusal);
    await expect(attempt).rejects.toThrow(/"data"[\s\S]*"aws_vpc"/);
    expect(events).toEqual([]);
    expect(existsSync(options.stateFolder)).toBe(false);
  });

  it("stops what has started when a resource fails, and leaves the state folder free", async () => {
    const events: string[] = [];
    const broken = synthesized({
      "test-stack": { resource: { aws_thing: { a: { name: "a" }, b: { name: "b", fail: true } } } },
    });

    await expect(run(broken, events)).rejects.toThrow("b broke");

    expect(events).toEqual(["start aws_thing.a as a", "stop aws_thing.a", "stop second after first", "stop first"]);
    const mended = { ...synthesized({ "test-stack": {} }), stateFolder: broken.stateFolder };
    await expect(run(mended)).resolves.toBeDefined();
  });

  it("refuses a reference that leads nowhere, by name", async () => {
    const options = synthesized({
      "test-stack": { resource: { aws_thing: { a: { name: "a" }, b: { name: "${aws_thing.a.url}" } } } },
    });

    await expect(run(options)).rejects.toThrow("${aws_thing.a.url}");
  });

  it("hands out the same administrator's key at every start on the same state", async () => {
    const options = synthesized({ "test-stack": {} });

    const first = await run(options);
    await first.stop();
    const second = await run(options);

    expect(second.administrator).toEqual(first.administrator);
    expect(statSync(join(options.stateFolder, "credentials.json")).mode & 0o777).toBe(0o600);
  });

  it("writes outputs.json by stack and output, and aws.env for its owner's eyes only", async () => {
    const options = synthesized({
      one: { output: { apiUrl: { value: "http://127.0.0.1:1" } } },
      two: { output: { apiUrl: { value: "http://127.0.0.1:2" } } },
    });
    const laptop = await run(options);

    const files = writeOutputsFiles(options.stateFolder, laptop);

    expect(JSON.parse(readFileSync(files.outputs, "utf8"))).toEqual({
      one: { apiUrl: "http://127.0.0.1:1" },
      two: { apiUrl: "http://127.0.0.1:2" },
    });
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

describe("several stacks", () => {
  const two = (first: object, second: object) =>
    synthesized({
      "darkroom-dev-one": { resource: { aws_thing: { a: first } }, output: { port: { value: "${aws_thing.a.port}" } } },
      "darkroom-dev-two": {
        resource: { aws_thing: { a: second } },
        output: { port: { value: "${aws_thing.a.port}" } },
      },
    });

  it("run side by side: what is at one address in both has attributes, outputs and a port of its own in each", async () => {
    const options = { ...two({ name: "${aws_thing.b.arn}" }, { name: "x" }), basePort: await findFreePorts() };
    writeFileSync(
      join(options.stackFolders[0] ?? "", "cdk.tf.json"),
      JSON.stringify({
        provider: { aws: [PLACE] },
        resource: { aws_thing: { a: { name: "y of ${aws_thing.b.stack}" }, b: { name: "b" } } },
        output: { port: { value: "${aws_thing.a.port}" }, name: { value: "${aws_thing.a.arn}" } },
      }),
    );

    const first = await run(options);
    await first.stop();
    const second = await run({ ...options, stackFolders: options.stackFolders.toReversed() });

    const [one, other] = first.stacks;
    expect(one?.outputs.name).toBe("arn:y of darkroom-dev-one");
    expect(new Set([one?.outputs.port, other?.outputs.port]).size).toBe(2);
    expect(second.stacks).toEqual([other, one]);
  });

  it("of two accounts or regions are refused by name, and nothing starts", async () => {
    const events: string[] = [];
    const options = two({ name: "a" }, { name: "b" });
    const elsewhere = { ...PLACE, region: "us-east-1" };
    const document = { provider: { aws: [elsewhere] }, resource: {} };
    writeFileSync(join(options.stackFolders[1] ?? "", "cdk.tf.json"), JSON.stringify(document));

    const attempt = run(options, events);

    await expect(attempt).rejects.toThrow(
      /darkroom-dev-two: is of account 111111111111 in us-east-1.*darkroom-dev-one/,
    );
    expect(events).toEqual([]);
  });

  it("that claim one physical name are refused, both by name, and so is one that claims it twice", async () => {
    const literal = run(two({ name: "jobs" }, { name: "jobs" }));
    const twice = run(synthesized({ one: { resource: { aws_thing: { a: { name: "jobs" }, b: { name: "jobs" } } } } }));

    await expect(literal).rejects.toThrow(
      'darkroom-dev-two: aws_thing.a: is called "jobs", as aws_thing.a of darkroom-dev-one is',
    );
    await expect(twice).rejects.toThrow('one: aws_thing.b: is called "jobs", as aws_thing.a of one is');
  });

  it("are refused when a name is found to be another's only once it is known, and what had started stops", async () => {
    const events: string[] = [];
    const options = two({ name: "x" }, { name: "y" });
    const named = {
      a: { name: "arn:x" },
      b: { name: "x2" },
      c: { name: "arn:${aws_thing.b.name}" },
      d: { name: "arn:x2" },
    };
    const document = { provider: { aws: [PLACE] }, resource: { aws_thing: named } };
    writeFileSync(join(options.stackFolders[1] ?? "", "cdk.tf.json"), JSON.stringify(document));

    await expect(run(options, events)).rejects.toThrow(/aws_thing.c: is called "arn:x2", as aws_thing.d/);

    expect(events.filter((event) => event.startsWith("stop aws_thing"))).toHaveLength(
      events.filter((event) => event.startsWith("start aws_thing")).length,
    );
  });
});

describe("the lock on the state folder", () => {
  it("keeps a second runtime away while the first one lives", async () => {
    const options = synthesized({ "test-stack": {} });
    await run(options);

    await expect(run(options)).rejects.toThrow(new RegExp(`process ${process.pid}.*DARKROOM_STATE`));
  });

  it("of a process that is gone is taken over", async () => {
    const options = synthesized({ "test-stack": {} });
    mkdirSync(options.stateFolder);
    // Larger than any process id that Linux or macOS hands out.
    writeFileSync(join(options.stateFolder, "lock"), JSON.stringify({ pid: 2 ** 22 + 1, token: "x" }));

    await expect(run(options)).resolves.toBeDefined();
    expect(readdirSync(options.stateFolder).filter((name) => name.startsWith("lock"))).toEqual(["lock"]);
  });

  it("of a process whose id was given to another is taken over too", async () => {
    const options = synthesized({ "test-stack": {} });
    mkdirSync(options.stateFolder);
    const lock = { pid: process.pid, bornAt: "another boot:1", token: "x" };
    writeFileSync(join(options.stateFolder, "lock"), JSON.stringify(lock));

    const attempt = run(options);

    // Only Linux tells when a process was born; elsewhere the lock holds.
    if (existsSync("/proc/self/stat")) await expect(attempt).resolves.toBeDefined();
    else await expect(attempt).rejects.toThrow(Refusal);
  });

  it("is gone after a stop", async () => {
    const options = synthesized({ "test-stack": {} });
    const laptop = await run(options);

    await laptop.stop();

    expect(existsSync(join(options.stateFolder, "lock"))).toBe(false);
  });
});
