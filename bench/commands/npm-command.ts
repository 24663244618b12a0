import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { ProjectCopy } from "./project-copy.ts";

/** Commands that run, each with its whole group of processes, to be ended by whatever way the bench ends. */
const running = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of running) signalGroup(child, "SIGKILL");
});

/** Seconds from the call to the end of `npm …`. Throws with what it said where it fails. */
export async function timeCommand(copy: ProjectCopy, args: readonly string[]): Promise<number> {
  const startedAt = performance.now();
  const command = start(copy, args);
  const code = await command.ended;
  if (code !== 0) throw new Error(`npm ${args.join(" ")} ended with ${code}:\n${command.said()}`);
  return (performance.now() - startedAt) / 1000;
}

/** Seconds from the call until `npm …` has said `text`; then it is stopped as Ctrl-C stops it. */
export async function timeUntil(copy: ProjectCopy, args: readonly string[], text: string): Promise<number> {
  const startedAt = performance.now();
  const command = start(copy, args);
  await command.untilSaid(text);
  const seconds = (performance.now() - startedAt) / 1000;
  signalGroup(command.child, "SIGINT");
  await command.ended;
  return seconds;
}

function start({ folder, environment }: ProjectCopy, args: readonly string[]) {
  const child = spawn("npm", args, {
    cwd: folder,
    env: environment,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.add(child);
  let words = "";
  const ended = once(child, "close").then(([code]): number => {
    running.delete(child);
    return code;
  });
  const untilSaid = (text: string) =>
    new Promise<void>((resolve, reject) => {
      const look = () => words.includes(text) && resolve();
      child.stdout.on("data", look);
      ended.then((code) => reject(new Error(`npm ${args.join(" ")} ended with ${code}:\n${words}`)), reject);
    });
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      words += chunk.toString();
    });
  }
  return { child, ended, said: () => words, untilSaid };
}

function signalGroup({ pid, exitCode, signalCode }: ChildProcess, signal: NodeJS.Signals): void {
  // Once it has ended, its group's number may be a stranger's.
  if (pid === undefined || exitCode !== null || signalCode !== null) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // It has ended by itself.
  }
}
