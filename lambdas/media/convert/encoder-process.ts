import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";

export interface ProcessOptions {
  readonly directory: string;
  /** Aborted: the process and all that it started are killed, and `run` throws the signal's reason. */
  readonly signal: AbortSignal;
  readonly onStdout: (text: string) => void;
}

export interface ProcessEnd {
  readonly exitCode: number | null;
  /** `SIGKILL` where something else than us killed it: the kernel, out of memory. */
  readonly killedBy: NodeJS.Signals | null;
  /** The end of what it complained of. */
  readonly stderr: string;
}

const KEPT_STDERR_CHARACTERS = 8192;

/**
 * Runs a program that reads a stranger's file: with an empty environment, so that it learns no key and obeys no variable
 * (AWS credentials, LD_PRELOAD, HTTP proxies), in a private folder, without input, in a process group of its own. SIGKILL to
 * the group is the only way that it is ended: it needs no goodbye, and what ignores SIGTERM ends too (threats.md F2).
 *
 * Throws the error of `spawn` where the program cannot be started.
 */
export async function runProcess(
  program: string,
  args: readonly string[],
  { directory, signal, onStdout }: ProcessOptions,
): Promise<ProcessEnd> {
  signal.throwIfAborted();
  const child = spawn(program, args, {
    cwd: directory,
    env: {},
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const guard = child.pid === undefined ? undefined : startGuard(child.pid);
  child.once("exit", () => {
    // What it left behind in its group ends with it: a grandchild that holds the pipes open would keep "close" waiting.
    killGroup(child);
    // From now on the group's number may become a stranger's (threats.md L2), and "close" may be long in coming.
    guard?.kill("SIGKILL");
  });
  const kill = () => {
    if (child.exitCode === null && child.signalCode === null) killGroup(child);
    // What left the group may still hold the pipes; nobody waits for it.
    child.stdout?.destroy();
    child.stderr?.destroy();
  };
  signal.addEventListener("abort", kill);
  try {
    const end = await followToEnd(child, onStdout);
    signal.throwIfAborted();
    return end;
  } finally {
    signal.removeEventListener("abort", kill);
  }
}

async function followToEnd(child: ChildProcess, onStdout: (text: string) => void): Promise<ProcessEnd> {
  let stderr = "";
  child.stdout?.setEncoding("utf8").on("data", onStdout);
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    stderr = (stderr + text).slice(-KEPT_STDERR_CHARACTERS);
  });
  const [[exitCode, killedBy]] = (await Promise.all([once(child, "exit"), once(child, "close")])) as [
    [number | null, NodeJS.Signals | null],
    unknown,
  ];
  return { exitCode, killedBy, stderr };
}

/** A group that is gone already is what we wanted. */
function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {}
}

/**
 * A shell that waits for the end of its input, which comes when this process ends, however it ends, and then kills the
 * group. Without it a worker that is killed (threats.md E8) would leave its encoder running: nobody reaps a group of
 * its own. Where there is no shell there is no guard; in Lambda the whole sandbox goes.
 */
function startGuard(group: number): ChildProcess {
  const guard = spawn("/bin/sh", ["-c", 'read -r line; kill -s KILL -- "-$1"', "guard", `${group}`], {
    env: {},
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  guard.on("error", () => {});
  guard.stdin?.on("error", () => {});
  guard.unref();
  return guard;
}
