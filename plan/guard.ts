import type { ResourceChange } from "./model/change.ts";
import { holdsData } from "./rules/data.ts";

/**
 * What a plan may not do unless it was told so by name: destroy or replace what holds data, or a type of which nobody has
 * said whether it does. A forgotten resource keeps its data, but nothing protects it any longer, so it counts too.
 */
export function listGuarded(changes: readonly ResourceChange[]): ResourceChange[] {
  return changes.filter(
    ({ kind, type }) => (kind === "destroy" || kind === "replace" || kind === "forget") && holdsData(type) !== "no",
  );
}

/**
 * Exact addresses, `aws_s3_bucket.uploads`, or with their stack before, `darkroom-dev-media:aws_s3_bucket.uploads`. `all`: a person
 * is asked about the whole stack by its name.
 */
export type AllowedDestroys = readonly string[] | "all";

export function listRefused(
  stack: string,
  changes: readonly ResourceChange[],
  allowed: AllowedDestroys,
): ResourceChange[] {
  if (allowed === "all") return [];
  const names = new Set(allowed);
  return listGuarded(changes).filter(({ address }) => !names.has(address) && !names.has(`${stack}:${address}`));
}
