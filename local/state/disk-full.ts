/** What people and clients are told; whatever was acknowledged before stays. */
export const DISK_FULL =
  "The disk is full, so nothing was written. What was acknowledged before is safe; free some space and try again.";

/** The file system has no room, or the user's quota is used up. */
export function isDiskFull(error: unknown): boolean {
  const { code } = (error ?? {}) as NodeJS.ErrnoException;
  return code === "ENOSPC" || code === "EDQUOT";
}
