import type { Bench } from "../measure.ts";
import { measureColdStart } from "./cold-start.ts";
import { measurePresignWarm } from "./presign-warm.ts";

/** Goals 8 and 9 of performance.md: the functions behind the API. */
export const functionBenches: Readonly<Record<number, readonly Bench[]>> = {
  8: [measureColdStart],
  9: [measurePresignWarm],
};
