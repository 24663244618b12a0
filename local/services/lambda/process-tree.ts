import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { findBirth, type ProcessIdentity, PS_ENVIRONMENT } from "../../process-identity.ts";

/** A process as it was a moment ago. */
export interface ProcessLook extends ProcessIdentity {
  readonly residentBytes: number;
}

/** The process and all below it; empty when it is gone. */
export function sampleTree(pid: number): readonly ProcessLook[] {
  return process.platform === "linux" ? sampleFromProc(pid) : sampleFromPs(pid);
}

/** Linux lists each thread's children, which is far cheaper than a walk over all processes. */
function sampleFromProc(pid: number): ProcessLook[] {
  const own = lookAt(pid);
  if (own === undefined) return [];
  const threads = tryRead(() => readdirSync(`/proc/${pid}/task`)) ?? [];
  const children = threads.flatMap((thread) => {
    const text = tryRead(() => readFileSync(`/proc/${pid}/task/${thread}/children`, "utf8")) ?? "";
    return text.split(" ").filter(Boolean).map(Number);
  });
  return [own, ...children.flatMap(sampleFromProc)];
}

function lookAt(pid: number): ProcessLook | undefined {
  const status = tryRead(() => readFileSync(`/proc/${pid}/status`, "utf8"));
  const bornAt = findBirth(pid);
  if (status === undefined || bornAt === undefined) return undefined;
  return { pid, bornAt, residentBytes: Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024 };
}

/** macOS: one look at all processes. */
function sampleFromPs(root: number): ProcessLook[] {
  const options = { encoding: "utf8", env: PS_ENVIRONMENT } as const;
  const text = tryRead(() => execFileSync("/bin/ps", ["-axo", "pid=,ppid=,rss=,lstart="], options)) ?? "";
  const table = new Map<number, ProcessLook & { readonly parent: number }>();
  for (const line of text.split("\n")) {
    const [, pid, parent, kilobytes, bornAt = ""] = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(.+?)\s*$/.exec(line) ?? [];
    if (pid === undefined) continue;
    const numbers = { pid: Number(pid), parent: Number(parent), residentBytes: Number(kilobytes) * 1024 };
    table.set(numbers.pid, { ...numbers, bornAt });
  }
  const members = [...(table.get(root) ? [root] : [])];
  for (const above of members) for (const [pid, { parent }] of table) if (parent === above) members.push(pid);
  return members.flatMap((pid) => table.get(pid) ?? []);
}

function tryRead<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
