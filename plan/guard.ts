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

/** `allowed`: exact addresses, `aws_s3_bucket.uploads`, or with their stack before, `darkroom-media-dev:aws_s3_bucket.uploads`. */
export function listRefused(
  stack: string,
  changes: readonly ResourceChange[],
  allowed: readonly string[],
): ResourceChange[] {
  const names = new Set(allowed);
  return listGuarded(changes).filter(({ address }) => !names.has(address) && !names.has(`${stack}:${address}`));
}
