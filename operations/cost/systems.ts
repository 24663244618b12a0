import { countIdleMonth, countWork, type Workload } from "../media/cost/estimate.ts";
import type { Charge } from "./charges.ts";
import { countIdle } from "./idle.ts";
import type { PricedStack } from "./stack.ts";

/** Systems that know what their jobs cost. Of any other, the idle month is counted, and their people's work is not. */
const MONTHS: Readonly<Record<string, (stack: PricedStack, workload: Workload) => readonly Charge[]>> = {
  media: (stack, workload) => [...countIdleMonth(stack), ...countWork(stack, workload)],
};

/** A month of one stack: `system` is `media`. */
export function countMonth(system: string, stack: PricedStack, workload: Workload): readonly Charge[] {
  const count = Object.hasOwn(MONTHS, system) ? MONTHS[system] : undefined;
  return count ? count(stack, workload) : countIdle(stack);
}

/** Whether what its people do is counted too. */
export function knowsWork(system: string): boolean {
  return Object.hasOwn(MONTHS, system);
}
