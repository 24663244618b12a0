import { listDemands } from "./demand.ts";
import type { Gauge } from "./gauge.ts";
import { listGauges } from "./list-gauges.ts";
import type { JourneyName } from "./system-work.ts";
import type { Walk } from "./walk.ts";

/** How often a second each journey is made. */
export type Rates = Readonly<Record<JourneyName, number>>;

/** A gauge, held against what is asked. */
export interface Ceiling extends Gauge {
  /** Used a second, at the rates that were asked; 0 where they do not pass here, or nothing is known of it. */
  readonly used: number;
  /** The rates may be so many times what was asked; undefined where that cannot be told, or nothing passes here. */
  readonly holdsTimes: number | undefined;
}

/** What all stacks let through, the first to break first; then what nothing is known of. */
export function listCeilings(walk: Walk, rates: Rates): Ceiling[] {
  const used = sumUse(walk, rates);
  const ceilings = listGauges(walk).map((gauge): Ceiling => {
    const places = gauge.places ?? [gauge.place];
    const sum = places.reduce((all, place) => all + (used.get(`${place} ${gauge.meter}`) ?? 0), 0);
    const holdsTimes = gauge.perSecond === undefined || sum === 0 ? undefined : gauge.perSecond / sum;
    return { ...gauge, used: sum, holdsTimes };
  });
  const never = Number.POSITIVE_INFINITY;
  return ceilings.sort((a, b) => (a.holdsTimes ?? never) - (b.holdsTimes ?? never));
}

function sumUse({ stacks }: Walk, rates: Rates): Map<string, number> {
  const used = new Map<string, number>();
  for (const { stack, work } of stacks) {
    for (const journey of work?.journeys(stack) ?? []) {
      for (const { place, meter, perJob } of listDemands(stack, journey)) {
        const key = `${place} ${meter}`;
        used.set(key, (used.get(key) ?? 0) + perJob * rates[journey.name]);
      }
    }
  }
  return used;
}

/**
 * The first that is ours: a design, or a setting that goes no further. A setting that can be moved is no ceiling of ours, nor
 * is what AWS gives or grows.
 */
export function findFirstOfOurs(ceilings: readonly Ceiling[]): (Ceiling & { readonly holdsTimes: number }) | undefined {
  const ours = ceilings.flatMap((ceiling) => {
    const { kind, used, perSecond, mostPerSecond, holdsTimes } = ceiling;
    if (holdsTimes === undefined || (kind !== "design" && kind !== "setting")) return [];
    const most = kind === "setting" ? (mostPerSecond ?? perSecond ?? 0) : (perSecond ?? 0);
    return [{ ...ceiling, holdsTimes: most / used }];
  });
  return ours.sort((a, b) => a.holdsTimes - b.holdsTimes)[0];
}
