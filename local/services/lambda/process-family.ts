import { readdirSync, readFileSync } from "node:fs";
import { identify, isStill, type ProcessIdentity } from "../../process-identity.ts";
import { type ProcessLook, sampleTree } from "./process-tree.ts";

/**
 * A process and all that it has started, also what has left its group or its tree since: each process that was ever seen
 * below it is remembered with its birth, and what was never seen is found by a mark in its environment, which children
 * inherit. No other process is ever signalled, whichever number it has (threats.md L2).
 */
export class ProcessFamily {
  readonly root: ProcessIdentity;
  readonly #mark: string;
  readonly #seen = new Map<number, ProcessIdentity>();

  /** @param mark text that stands in the root's environment and in no stranger's. */
  constructor(root: ProcessIdentity, mark: string) {
    this.root = root;
    this.#mark = mark;
  }

  /** What all of them that live hold in memory. */
  sampleResidentBytes(): number {
    return this.#look().reduce((sum, { residentBytes }) => sum + residentBytes, 0);
  }

  /** Kills all of them that can be found. */
  kill(): void {
    // Stopped first, so that it cannot start more while the others are counted.
    if (isStill(this.root)) signal(this.root.pid, "SIGSTOP");
    this.#look();
    for (const member of [this.root, ...this.#seen.values(), ...findMarked(this.#mark)]) killTree(member);
  }

  /**
   * To be called as soon as the root, a child of this process, is known to have ended. Until its group is empty nothing
   * else can have its number, and a number is not given out again within the moment that this takes.
   */
  killLeftBehind(): void {
    signal(-this.root.pid, "SIGKILL");
    this.kill();
  }

  /** Each living one once. Who has ended is forgotten, so that its number may be anybody's. */
  #look(): readonly ProcessLook[] {
    const living = new Map<number, ProcessLook>();
    for (const start of [this.root, ...this.#seen.values()]) {
      if (living.has(start.pid) || !isStill(start)) continue;
      for (const look of sampleTree(start.pid)) living.set(look.pid, look);
    }
    this.#seen.clear();
    for (const { pid, bornAt } of living.values()) this.#seen.set(pid, { pid, bornAt });
    return [...living.values()];
  }
}

/** Kills the process, its group, and everything below it. */
function killTree(member: ProcessIdentity): void {
  if (!isStill(member)) return;
  signal(member.pid, "SIGSTOP");
  // Looked up a moment ago: nobody else can have the numbers yet.
  const pids = sampleTree(member.pid).map(({ pid }) => pid);
  for (const pid of [-member.pid, ...pids, member.pid]) signal(pid, "SIGKILL");
}

/** By `/proc`, where there is one: who has closed the tree and the group behind it still has its environment. */
function findMarked(mark: string): ProcessIdentity[] {
  if (process.platform !== "linux") return [];
  return readdirSync("/proc").flatMap((name) => {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === process.pid || !readEnvironment(pid).includes(mark)) return [];
    return identify(pid) ?? [];
  });
}

/** Empty for another user's process. */
function readEnvironment(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, "latin1");
  } catch {
    return "";
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It is gone already, which is what was wanted.
  }
}
