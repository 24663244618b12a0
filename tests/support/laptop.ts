import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { type Laptop, startLaptop } from "../../local/start.ts";
import { synthesize } from "../../stacks/app.ts";
import { SYSTEMS } from "../../systems.ts";
import { devWith, type Fields } from "./environments.ts";
import { requireBuild } from "./require-build.ts";

/** A page that the test environment lets in, beside its own. */
export const ALLOWED_ORIGIN = "https://allowed.example";

export interface TestLaptop {
  /** Running now; another one after `restart`. */
  readonly laptop: Laptop;
  readonly apiUrl: string;
  readonly cdnUrl: string;
  readonly siteUrl: string;
  readonly stateFolder: string;
  /** A string output: `uploadsBucket`, `jobsTable` … */
  output(name: string): string;
  /** Stops the runtime and starts another on the same state; `meanwhile` runs between the two. */
  restart(meanwhile?: () => Promise<void>): Promise<void>;
  /** Stops the runtime and removes its folders. */
  close(): Promise<void>;
}

export interface TestLaptopOptions {
  /** Fields of the environment to change: shorter timeouts, smaller limits. */
  readonly environment?: Partial<Fields>;
  /** The first of some free ports, so that a restart finds the same addresses. @default any free ones, others each time */
  readonly basePort?: number;
  /** What of the logs the terminal shows. @default silent, or DARKROOM_LOG_LEVEL */
  readonly terminalLevel?: "debug" | "info" | "warn" | "error" | "silent";
}

/**
 * Synthesizes the media stack of a test environment and runs it whole on free ports, with its state in a folder of its
 * own. Whoever starts it closes it: `startLaptopForTest` does so by itself.
 */
export async function openTestLaptop(options: TestLaptopOptions = {}): Promise<TestLaptop> {
  const { folder: artifactsFolder } = requireBuild();
  const folder = mkdtempSync(join(tmpdir(), "darkroom-laptop-"));
  const stackFolder = synthesizeTestStack(join(folder, "cdktf.out"), artifactsFolder, options.environment);
  const stateFolder = join(folder, "state");
  mkdirSync(stateFolder);
  const terminalLevel = options.terminalLevel ?? (process.env.DARKROOM_LOG_LEVEL as "debug" | undefined) ?? "silent";
  const start = (): Promise<Laptop> =>
    startLaptop({
      stackFolders: [stackFolder],
      artifactsFolder,
      stateFolder,
      basePort: options.basePort ?? 0,
      terminalLevel,
    });
  let laptop = await start().catch((error: unknown) => {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  });
  const output = (name: string): string => {
    const value = laptop.stacks[0]?.outputs[name];
    if (typeof value !== "string") throw new Error(`The stack has no output "${name}".`);
    return value;
  };
  return {
    get laptop() {
      return laptop;
    },
    get apiUrl() {
      return output("apiUrl");
    },
    get cdnUrl() {
      return output("cdnUrl");
    },
    get siteUrl() {
      return output("siteUrl");
    },
    stateFolder,
    output,
    async restart(meanwhile) {
      await laptop.stop();
      await meanwhile?.();
      laptop = await start();
    },
    async close() {
      await laptop.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The first of ten ports that are free just now. */
export async function findFreePorts(): Promise<number> {
  for (let attempt = 0; attempt < 20; attempt += 1) {
    const base = 20_000 + Math.floor(Math.random() * 10_000);
    const ports = Array.from({ length: 10 }, (_, index) => base + index);
    if ((await Promise.all(ports.map(isFree))).every(Boolean)) return base;
  }
  throw new Error("Found no ten free ports in a row.");
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}

/** The same for one test, which it does not outlive. */
export async function startLaptopForTest(options: TestLaptopOptions = {}): Promise<TestLaptop> {
  const laptop = await openTestLaptop(options);
  onTestFinished(() => laptop.close());
  return laptop;
}

/** The media stack of a test environment; its folder, `cdktf.out/stacks/<name>`. */
export function synthesizeTestStack(outputFolder: string, artifactsFolder: string, changes?: Partial<Fields>): string {
  const dev = devWith({
    origins: [ALLOWED_ORIGIN],
    pageSources: ["http://127.0.0.1:*"],
    // Tests ask more often than a page would.
    throttle: { requestsPerSecond: 2000, burst: 2000 },
    ...changes,
  });
  const { folders } = synthesize({ systems: SYSTEMS, environments: [dev], artifactsFolder, outputFolder });
  const [stackFolder] = folders;
  if (!stackFolder) throw new Error("Synthesis wrote no stack.");
  return stackFolder;
}
