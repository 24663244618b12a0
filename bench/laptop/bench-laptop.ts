import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as z from "zod";
import { PROJECT_FOLDER } from "../../build/project-folder.ts";
import type { LaptopOptions } from "../../local/start.ts";
import { synthesize } from "../../stacks/app.ts";
import { parseEnvironments } from "../../stacks/support/environment.ts";
import { SYSTEMS } from "../../systems.ts";
import { prepareBuild } from "../prepared-build.ts";
import { withScratchFolder } from "../scratch.ts";

const runningShape = z.object({
  endpointUrl: z.url(),
  region: z.string(),
  outputs: z.record(z.string(), z.unknown()),
  administrator: z.object({ accessKeyId: z.string(), secretAccessKey: z.string() }),
});
const memoryShape = z.object({ extraBytes: z.number() });

export interface BenchLaptop extends z.infer<typeof runningShape> {
  /** A string output of the stack: `apiUrl`, `jobsTable` … */
  output(name: string): string;
  watchMemory(): void;
  /** MB, at the most, above what it was when the watch began. */
  readExtraMemory(): Promise<number>;
}

/** Builds, synthesizes and runs the whole stack in a process of its own, on free ports, for as long as `use` lasts. */
export async function withLaptop<T>(use: (laptop: BenchLaptop) => Promise<T>): Promise<T> {
  const artifactsFolder = await prepareBuild();
  return withScratchFolder(async (folder) => {
    const stackFolder = synthesizeBenchStack(join(folder, "cdktf.out"), artifactsFolder);
    const stateFolder = join(folder, "state");
    const child = startChild({
      stackFolders: [stackFolder],
      artifactsFolder,
      stateFolder,
      basePort: 0,
      terminalLevel: "silent",
    });
    try {
      return await use(describe(child, runningShape.parse(await hear(child))));
    } finally {
      await end(child);
    }
  });
}

/** The development environment, but for a throttle that does not throttle the bench. */
export function synthesizeBenchStack(outputFolder: string, artifactsFolder: string): string {
  const { dev } = parseEnvironments(SYSTEMS, {
    dev: {
      accountId: "111111111111",
      region: "eu-central-1",
      pageSources: ["http://127.0.0.1:*"],
      isProtected: false,
      media: { throttle: { requestsPerSecond: 10_000, burst: 5000 } },
    },
  });
  const [stackFolder] = synthesize({ systems: SYSTEMS, environments: [dev], artifactsFolder, outputFolder }).folders;
  if (stackFolder === undefined) throw new Error("Synthesis wrote no stack.");
  return stackFolder;
}

function startChild(options: LaptopOptions): ChildProcess {
  const program = fileURLToPath(new URL("./children/run-laptop.ts", import.meta.url));
  return fork(program, [JSON.stringify(options)], { cwd: PROJECT_FOLDER, execArgv: ["--import", "tsx"] });
}

function describe(child: ChildProcess, running: z.infer<typeof runningShape>): BenchLaptop {
  return {
    ...running,
    output(name) {
      const value = running.outputs[name];
      if (typeof value !== "string") throw new Error(`The stack has no output "${name}".`);
      return value;
    },
    watchMemory: () => void child.send("watch"),
    async readExtraMemory() {
      child.send("report");
      return memoryShape.parse(await hear(child)).extraBytes / 1_000_000;
    },
  };
}

/** The child's next message. Throws where it ends instead; its own words are on stderr then. */
async function hear(child: ChildProcess): Promise<unknown> {
  const heard = new AbortController();
  const { signal } = heard;
  const ended = once(child, "exit", { signal }).then(([code]) => {
    throw new Error(`The laptop runtime ended with ${String(code)}.`);
  });
  try {
    const [message] = await Promise.race([once(child, "message", { signal }), ended]);
    return message;
  } finally {
    ended.catch(() => {});
    heard.abort();
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.disconnect();
  await ended;
}
