import { readFileSync } from "node:fs";

/**
 * The most memory that this process ever held, in MB. Linux lets a child's `maxRSS` begin at what its parent held when it
 * forked, so the kernel's own mark of this program is read where there is one.
 */
export function peakMemoryMb(): number {
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readStatus()) ?? [];
  return (kilobytes === undefined ? process.resourceUsage().maxRSS : Number(kilobytes)) / 1024;
}

/** macOS has no such file, nor the flaw. */
function readStatus(): string {
  try {
    return readFileSync("/proc/self/status", "utf8");
  } catch {
    return "";
  }
}
