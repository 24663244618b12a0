import { capacityBenches } from "./capacity/index.ts";
import { commandBenches } from "./commands/index.ts";
import { costBenches } from "./cost/index.ts";
import { functionBenches } from "./functions/index.ts";
import { imageBenches } from "./images/index.ts";
import { laptopBenches } from "./laptop/index.ts";
import type { Bench } from "./measure.ts";
import { videoBenches } from "./video/index.ts";

/** Every goal of performance.md, by its number, and what measures it. */
export const GOALS: Readonly<Record<number, readonly Bench[]>> = {
  ...imageBenches,
  ...videoBenches,
  ...functionBenches,
  ...laptopBenches,
  ...commandBenches,
  ...costBenches,
  ...capacityBenches,
};

/** The goals that were asked for, each once and in order; all where none was. Throws with words for anything else. */
export function selectGoals(wanted: readonly string[]): number[] {
  const known = Object.keys(GOALS).map(Number);
  const unknown = wanted.filter((text) => !known.includes(Number(text)));
  if (unknown.length > 0)
    throw new UnknownGoalError(`There is no goal ${unknown.join(", ")}; expected one of ${known.join(", ")}.`);
  return known.filter((goal) => wanted.length === 0 || wanted.some((text) => Number(text) === goal));
}

/** What a person can put right by naming other goals. */
export class UnknownGoalError extends Error {
  override readonly name = "UnknownGoalError";
}
