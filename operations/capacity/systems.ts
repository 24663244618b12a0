import { MEDIA_WORK } from "../media/capacity.ts";
import type { AppliedQuotas } from "./limits.ts";
import { readStacks, type WalkedStack } from "./stack.ts";
import type { SystemWork } from "./system-work.ts";
import type { Walk } from "./walk.ts";

/** Systems that tell what their jobs use. Of any other, ceilings are told in their own units. */
const WORK: Readonly<Record<string, SystemWork>> = { media: MEDIA_WORK };

/** Reads an environment's synthesized stacks. Throws OperationError where there are none. */
export function readWalk(environment: string, applied: AppliedQuotas = {}, folder?: string): Walk {
  return planWalk(readStacks(environment, folder), applied);
}

/** Stacks of one environment, each with what its system tells of itself. */
export function planWalk(stacks: readonly WalkedStack[], applied: AppliedQuotas = {}): Walk {
  const known = stacks.map((stack) => ({
    stack,
    work: Object.hasOwn(WORK, stack.system) ? WORK[stack.system] : undefined,
  }));
  return { stacks: known, region: stacks[0]?.region ?? "", applied };
}
