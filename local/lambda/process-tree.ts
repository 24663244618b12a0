import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

/** A process with all that it has started. */
export interface TreeSample {
  readonly pids: readonly number[];
  readonly residentBytes: number;
}

interface ProcessEntry {
  readonly parent: number;
  readonly residentBytes: number;
}

/** What the tree under `pid` holds in memory now; undefined when it is gone. */
export function sampleTree(pid: number): TreeSample | undefined {
  if (process.platform !== "linux") return sampleFromPs(pid);
  const own = residentBytesOf(pid);
  if (own === undefined) return undefined;
  const descendants = listChildren(pid);
  const bytes = descendants.map((child) => residentBytesOf(child) ?? 0).reduce((sum, value) => sum + value, own);
  return { pids: [pid, ...descendants], residentBytes: bytes };
}

/**
 * Kills a process, its group, and everything below it, also what sits in a group of its own (an encoder does). The
 * root is stopped first, so that it cannot start more while its children are counted.
 */
export function killTree(pid: number): void {
  signal(pid, "SIGSTOP");
  const pids = sampleTree(pid)?.pids ?? [];
  for (const member of [-pid, ...pids, pid]) signal(member, "SIGKILL");
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It is gone already, which is what was wanted.
  }
}

/** Linux lists each thread's children, which is far cheaper than a walk over all processes. */
function listChildren(pid: number): number[] {
  const threads = tryRead(() => readdirSync(`/proc/${pid}/task`)) ?? [];
  const children = threads.flatMap((thread) => {
    const text = tryRead(() => readFileSync(`/proc/${pid}/task/${thread}/children`, "utf8")) ?? "";
    return text.split(" ").filter(Boolean).map(Number);
  });
  return children.flatMap((child) => [child, ...listChildren(child)]);
}

function residentBytesOf(pid: number): number | undefined {
  const status = tryRead(() => readFileSync(`/proc/${pid}/status`, "utf8"));
  if (status === undefined) return undefined;
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
}

/** macOS: one look at all processes. */
function sampleFromPs(root: number): TreeSample | undefined {
  const text = tryRead(() => execFileSync("ps", ["-axo", "pid=,ppid=,rss="], { encoding: "utf8" })) ?? "";
  const table = new Map<number, ProcessEntry>();
  for (const line of text.split("\n")) {
    const [pid, parent, kilobytes] = line.trim().split(/\s+/).map(Number);
    if (pid && parent !== undefined) table.set(pid, { parent, residentBytes: (kilobytes ?? 0) * 1024 });
  }
  if (!table.has(root)) return undefined;
  const pids = [root];
  for (const above of pids) for (const [pid, { parent }] of table) if (parent === above) pids.push(pid);
  const residentBytes = pids.reduce((sum, pid) => sum + (table.get(pid)?.residentBytes ?? 0), 0);
  return { pids, residentBytes };
}

function tryRead<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
