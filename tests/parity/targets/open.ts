import type { Target, TargetName } from "../target.ts";
import { openAws } from "./aws.ts";
import { openLaptop } from "./laptop.ts";
import { openMoto } from "./moto.ts";

/** Opens a target with the world on it; whoever opened it closes it. */
export const OPEN: Readonly<Record<TargetName, () => Promise<Target>>> = {
  laptop: openLaptop,
  moto: openMoto,
  aws: openAws,
};
