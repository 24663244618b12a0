import type { ChildProcess } from "node:child_process";
import { constants } from "node:os";

/** A person (Ctrl-C, a closed terminal) or a workflow wants this to end. */
export class Stopped extends Error {
  override readonly name = "Stopped";
  /** As a shell says it: 130 for SIGINT. */
  readonly exitCode: number;

  constructor(signal: NodeJS.Signals) {
    super(`Stopped by ${signal}.`);
    this.exitCode = 128 + constants.signals[signal];
  }
}

/**
 * npm hands every signal on that it gets, and a terminal's Ctrl-C reaches npm and its child alike: one press arrives twice,
 * milliseconds apart (npm's @npmcli/run-script, signal-manager.js).
 */
const SAME_PRESS_MS = 1000;

const WAITING = `
Stopping: Terraform ends what it is at, writes its state and gives back its lock. It may take minutes.
Again, and it is forced: then the state may lack what was made, and stay locked.
`;

let first: { readonly signal: NodeJS.Signals; readonly at: number } | undefined;
let running: ChildProcess | undefined;

/** From now on signals end this process by way of Terraform, if it is at work, and at once otherwise. */
export function heedSignals(): void {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => heed(signal));
}

function heed(signal: NodeJS.Signals): void {
  // A closed terminal takes no more words, and that must not end us before Terraform.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
  const isFirst = first === undefined;
  first ??= { signal, at: performance.now() };
  if (!running) process.exit(new Stopped(first.signal).exitCode);
  if (isFirst) {
    process.stderr.write(WAITING);
    running.kill("SIGINT");
    return;
  }
  // A workflow that is cancelled sends SIGINT, and SIGTERM 7.5 s later: another signal is no reason to hurry.
  const isAgain = signal === first.signal && performance.now() - first.at > SAME_PRESS_MS;
  if (isAgain) running.kill("SIGINT");
}

/** Waits for the child's end; a signal meanwhile goes to the child. */
export async function waitFor<T>(child: ChildProcess, ended: Promise<T>): Promise<T> {
  running = child;
  try {
    return await ended;
  } finally {
    running = undefined;
  }
}

/** Throws Stopped where a signal has come: what follows must not begin. */
export function requireNotStopped(): void {
  if (first) throw new Stopped(first.signal);
}
