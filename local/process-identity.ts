import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/**
 * A process, told apart from all that ever bore its number: ids are used again, on a busy machine within minutes. Every
 * signal that is not sent to a child of our own asks for this first (threats.md L2).
 */
export interface ProcessIdentity {
  readonly pid: number;
  /** As `findBirth` says it. */
  readonly bornAt: string;
}

let bootId: string | undefined;

/** When the process that has this id now began; undefined where there is none, or where this machine does not say. */
export function findBirth(pid: number): string | undefined {
  return process.platform === "linux" ? findBirthInProc(pid) : findBirthWithPs(pid);
}

export function identify(pid: number): ProcessIdentity | undefined {
  const bornAt = findBirth(pid);
  return bornAt === undefined ? undefined : { pid, bornAt };
}

/** Whether this very process still has its id; one that has ended and waits to be reaped counts. */
export function isStill({ pid, bornAt }: ProcessIdentity): boolean {
  return findBirth(pid) === bornAt;
}

/** Ticks since boot (field 22), with the boot's id: a lock outlives a restart of the machine. */
function findBirthInProc(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    bootId ??= readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    // The program's name, in brackets, may hold anything.
    return `${bootId}:${stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19]}`;
  } catch {
    return undefined;
  }
}

/** macOS: the second of its start. */
function findBirthWithPs(pid: number): string | undefined {
  try {
    const options = { encoding: "utf8", env: PS_ENVIRONMENT } as const;
    return execFileSync("/bin/ps", ["-o", "lstart=", "-p", String(pid)], options).trim() || undefined;
  } catch {
    return undefined;
  }
}

/** So that the same time is always written in the same way. */
export const PS_ENVIRONMENT = { LC_ALL: "C", TZ: "UTC" };
