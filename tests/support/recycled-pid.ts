import { type ChildProcess, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";

const LAST_PID = "/proc/sys/kernel/ns_last_pid";
const ATTEMPTS = 200;

/** Why this machine does not let a test say which process id comes next; undefined where it does. */
export function findPidRefusal(): string | undefined {
  try {
    writeFileSync(LAST_PID, String(process.pid + 1000));
    return undefined;
  } catch {
    return `needs the right to write ${LAST_PID} (root on Linux)`;
  }
}

/** Starts a program, in a group of its own, that has this very process id, which must be free. */
export async function spawnWithPid(pid: number, program: string, args: readonly string[]): Promise<ChildProcess> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    // Others start processes meanwhile, too.
    writeFileSync(LAST_PID, String(pid - 1));
    const child = spawn(program, args, { detached: true, stdio: "ignore" });
    if (child.pid === pid) return child;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await ended;
  }
  throw new Error(`In ${ATTEMPTS} attempts the process id ${pid} was not to be had.`);
}
