import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Laptop, LaptopOptions } from "../../local/start.ts";

/** `outputs` are those of its one stack. */
export type RunningSystem = Pick<Laptop, "endpointUrl" | "region" | "administrator"> &
  Pick<Laptop["stacks"][number], "outputs">;

/** A laptop runtime in a child process, with the same ports at every start. */
export class RuntimeProcess {
  #child: ChildProcess | undefined;
  #system: RunningSystem | undefined;

  constructor(private readonly options: LaptopOptions) {}

  get system(): RunningSystem {
    if (!this.#system) throw new Error("The runtime was not started.");
    return this.#system;
  }

  async start(): Promise<void> {
    const program = join(import.meta.dirname, "runtime-child.ts");
    const child = spawn(process.execPath, ["--import", "tsx", program, JSON.stringify(this.options)], {
      stdio: ["ignore", "pipe", "inherit", "ipc"],
    });
    this.#child = child;
    const { stdout } = child;
    if (!stdout) throw new Error("A pipe was asked for.");
    const failed = once(child, "exit").then(([code]) => {
      throw new Error(`The runtime ended with ${String(code)} before it had started.`);
    });
    const [line] = (await Promise.race([once(createInterface({ input: stdout }), "line"), failed])) as [string];
    failed.catch(() => {});
    this.#system = JSON.parse(line) as RunningSystem;
  }

  async stop(signal: "SIGTERM" | "SIGKILL" = "SIGTERM"): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await once(child, "exit");
  }

  /** kill -9 of one worker process, any; false where none runs. */
  killAnyWorker(): boolean {
    const workers = this.#listWorkers();
    const pid = workers[Math.floor(Math.random() * workers.length)];
    if (pid === undefined) return false;
    try {
      process.kill(pid, "SIGKILL");
      return true;
    } catch {
      return false;
    }
  }

  /** The functions' processes: the runtime's own children that Node runs with a heap limit. */
  #listWorkers(): number[] {
    const table = execFileSync("ps", ["-eo", "pid=,ppid=,args="], { encoding: "utf8" });
    return table.split("\n").flatMap((line) => {
      const [, pid, parent, command = ""] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
      const isWorker = Number(parent) === this.#child?.pid && command.includes("--max-old-space-size");
      return isWorker ? [Number(pid)] : [];
    });
  }
}

/** A port with free ones after it: APIs and distributions take the next four. */
export async function findFreeBasePort(): Promise<number> {
  for (;;) {
    const base = 20_000 + Math.floor(Math.random() * 20_000);
    const free = await Promise.all([0, 1, 2, 3, 4].map((offset) => isFree(base + offset)));
    if (free.every(Boolean)) return base;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
