import type { Bench } from "../measure.ts";
import { measureFourJpegs, measureModernFormats, measurePortrait } from "./cascade.ts";
import { measureHeaviest } from "./heaviest.ts";
import { measureHeic } from "./heic.ts";
import { measureWarmMemory } from "./memory.ts";
import { measureProcesses } from "./processes.ts";
import { measureQuality } from "./quality.ts";

/** Goals 1 to 6 and 15 of performance.md. */
export const imageBenches: Readonly<Record<number, readonly Bench[]>> = {
  1: [measureFourJpegs],
  2: [measurePortrait],
  3: [measureModernFormats],
  4: [measureProcesses],
  5: [measureQuality],
  6: [measureWarmMemory, measureHeaviest],
  15: [measureHeic],
};
