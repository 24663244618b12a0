import { randomUUID } from "node:crypto";
import { existsSync, linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Refusal } from "../model/refusal.ts";
import { findBirth } from "../process-identity.ts";

/**
 * Two runtimes on one state folder would tear each other's files. The lock names a process; when that one is gone
 * (`kill -9`, a power cut), the next start takes the lock over.
 */
export function lockStateFolder(folder: string): { release(): void } {
  const path = join(folder, "lock");
  const mine = JSON.stringify({ pid: process.pid, bornAt: findBirth(process.pid), token: randomUUID() });
  for (let attempt = 0; attempt < 5; attempt++) {
    // Looked at before anything is written: on a full disk, too, a runtime that is running is told from one that is not.
    const held = readLock(path);
    if (held !== undefined && isHeld(path, held)) throw refuse(folder, held);
    if (held !== undefined) removeStale(path, held);
    if (takeLock(path, mine)) return { release: () => releaseLock(path, mine) };
  }
  throw refuse(folder, readLock(path) ?? "");
}

/** Written aside and linked into place: the lock appears whole or not at all, and only one can make it. */
function takeLock(path: string, mine: string): boolean {
  const draft = `${path}.${process.pid}.${randomUUID()}`;
  try {
    // Onto the disk before it counts: a power cut must not leave a lock that says nothing.
    writeFileSync(draft, mine, { mode: 0o600, flush: true });
    linkSync(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Moves the stale lock away; where another start was quicker and this is its fresh lock, puts it back. */
function removeStale(path: string, stale: string): void {
  const aside = `${path}.stale.${randomUUID()}`;
  try {
    renameSync(path, aside);
    if (readFileSync(aside, "utf8") !== stale) linkSync(aside, path);
  } catch (error) {
    if (!["ENOENT", "EEXIST"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}

function releaseLock(path: string, mine: string): void {
  if (readLock(path) === mine) rmSync(path, { force: true });
}

function readLock(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, "utf8") : undefined;
}

function isHeld(path: string, lock: string): boolean {
  const { pid, bornAt } = parseLock(lock);
  if (pid === undefined)
    throw new Refusal("The laptop runtime cannot start:", [
      `${path} is damaged: it does not say which process holds it. Make sure that no other runtime is running on this folder, and delete it; the state is not in it`,
    ]);
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
  }
  // Process ids are used again: the same id with another time of birth is another process.
  const birth = findBirth(pid);
  return birth === undefined || bornAt === undefined || birth === bornAt;
}

function parseLock(lock: string): { pid?: number; bornAt?: string } {
  try {
    const { pid, bornAt }: { pid?: unknown; bornAt?: unknown } = JSON.parse(lock);
    return { ...(typeof pid === "number" && { pid }), ...(typeof bornAt === "string" && { bornAt }) };
  } catch {
    return {};
  }
}

function refuse(folder: string, lock: string): Refusal {
  const { pid } = parseLock(lock);
  return new Refusal("The laptop runtime cannot start:", [
    `another one (process ${pid ?? "unknown"}) is running on the state folder ${folder}; stop it with Ctrl-C first, or name another folder with DARKROOM_STATE`,
  ]);
}
