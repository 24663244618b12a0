import type { Bench } from "../measure.ts";
import { measureFourJpegs, measureModernFormats, measurePortrait } from "./cascade.ts";
import { measureHeaviest } from "./heaviest.ts";
import { measureWarmMemory } from "./memory.ts";
import { measureProcesses } from "./processes.ts";
import { measureQuality } from "./quality.ts";

/** Goals 1 to 6 of performance.md, in their order. */
export const imageBenches: readonly Bench[] = [
  measureFourJpegs,
  measurePortrait,
  measureModernFormats,
  measureProcesses,
  measureQuality,
  measureWarmMemory,
  measureHeaviest,
];
