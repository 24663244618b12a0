import { budget } from "./stacks/budget/system.ts";
import { media } from "./stacks/media/system.ts";
import type { Environment, EnvironmentInput } from "./stacks/support/environment.ts";

/**
 * The systems of this house, in the order in which they are shown and deployed. Whatever loops over systems loops over this
 * list: synthesis, plan, deploy, the laptop, cost, documents.
 */
export const SYSTEMS = [media, budget] as const;

/** An entry of environments.ts, as it is written and as it is read. */
export type HouseEnvironmentInput = EnvironmentInput<typeof SYSTEMS>;
export type HouseEnvironment = Environment<typeof SYSTEMS>;
