import { createHash } from "node:crypto";

/**
 * An id as AWS would make one up, but the same at every start: what was handed out before a restart (addresses, ARNs in
 * policies) stays good. Lower-case letters and digits.
 */
export function stableId(
  { accountId, stackName }: { readonly accountId: string; readonly stackName: string },
  address: string,
  length: number,
): string {
  const digest = createHash("sha256").update(`${accountId} ${stackName} ${address}`).digest("hex");
  return BigInt(`0x${digest}`).toString(36).padStart(length, "0").slice(-length);
}
