import { formatColumns } from "../support/table.ts";
import { type Ceiling, findFirstOfOurs, listCeilings, type Rates } from "./ceilings.ts";
import { LIMITS_SEEN_ON } from "./limits.ts";
import type { JourneyName } from "./system-work.ts";
import { formatNumber, type Walk } from "./walk.ts";

const JOURNEY_WORDS: Readonly<Record<JourneyName, string>> = {
  uploads: "uploads",
  conversions: "conversions",
  views: "views",
};

/** What the command prints. */
export function describeCapacity(environment: string, walk: Walk, rates: Rates): string[] {
  const ceilings = listCeilings(walk, rates);
  const asked = (Object.keys(JOURNEY_WORDS) as JourneyName[]).filter((name) => rates[name] > 0);
  const words = asked.map((name) => `${formatNumber(rates[name])} ${JOURNEY_WORDS[name]} a second`).join(", ");
  return [
    `${environment}, ${walk.region}: ${words}`,
    `Limits as AWS's pages had them on ${LIMITS_SEEN_ON}, its defaults unless --quota says otherwise; how it is counted: docs/capacity.md`,
    "",
    ...describeTable(ceilings, rates, asked),
    "",
    ...describeFirst(ceilings, rates, asked),
    ...describeRest(walk, ceilings),
  ];
}

/** `1 280 uploads/s`; with several journeys, all in the proportion that was asked. */
function describeRates(times: number, rates: Rates, asked: readonly JourneyName[]): string {
  return asked.map((name) => formatNumber(times * rates[name])).join(" + ");
}

function describeTable(ceilings: readonly Ceiling[], rates: Rates, asked: readonly JourneyName[]): string[] {
  const known = ceilings.flatMap((ceiling) =>
    ceiling.holdsTimes === undefined ? [] : [{ ...ceiling, holdsTimes: ceiling.holdsTimes }],
  );
  const rows = known.map((ceiling, index) => [
    index === 0 ? "▶" : ceiling.holdsTimes < 1 ? "✗" : "",
    describeRates(ceiling.holdsTimes, rates, asked),
    `${formatNumber(100 / ceiling.holdsTimes)} %`,
    ceiling.place,
    ceiling.words,
    ceiling.kind,
    ceiling.movedBy,
  ]);
  const unit = asked.map((name) => `${JOURNEY_WORDS[name]}/s`).join(" + ");
  return formatColumns(["", unit, "used", "where", "what", "kind", "moved by"], rows);
}

function describeFirst(ceilings: readonly Ceiling[], rates: Rates, asked: readonly JourneyName[]): string[] {
  const [first] = ceilings;
  if (first?.holdsTimes === undefined) return ["Nothing of what was asked passes through these stacks."];
  const at = (times: number) => `${describeRates(times, rates, asked)}/s`;
  const lines = [
    `First: ${first.place}, ${first.words}, at ${at(first.holdsTimes)}. Beyond it: ${first.beyond}. Moved by: ${first.movedBy}.`,
  ];
  const ours = findFirstOfOurs(ceilings);
  if (ours)
    lines.push(
      `First of ours, with every setting as far as it goes: ${ours.place} (${ours.limit}), at ${at(ours.holdsTimes)}.`,
    );
  return lines;
}

/** No figure is no promise. */
function describeRest(walk: Walk, ceilings: readonly Ceiling[]): string[] {
  const unknown = ceilings.filter(({ perSecond }) => perSecond === undefined);
  const unasked = ceilings.filter(({ perSecond, used }) => perSecond !== undefined && used === 0);
  return [
    "",
    "No figure, which does not mean that there is no ceiling:",
    ...unknown.map(({ place, words, why = "" }) => `  ${why}: ${place}: ${words}`),
    ...walk.stacks.flatMap(({ work }) => (work?.unknown ?? []).map((words) => `  not measured: ${words}`)),
    ...listUntold(walk, ceilings).map(
      (system) =>
        `  not known: what a job of ${system} uses; operations/${system}/capacity.ts would tell. Its ceilings stand below, in their own units`,
    ),
    "",
    "Not passed by what was asked, or nobody has said how often:",
    ...unasked.map(({ place, words, movedBy }) => `  ${place}: ${words}; moved by ${movedBy}`),
    ...walk.stacks.flatMap(({ stack, work }) =>
      (work?.ownFigures(stack) ?? []).map(({ place, words, movedBy }) => `  ${place}: ${words}; moved by ${movedBy}`),
    ),
  ];
}

/** Systems that something passes through, and that tell nothing of it. */
function listUntold({ stacks }: Walk, ceilings: readonly Ceiling[]): string[] {
  return stacks
    .filter(({ work, stack }) => !work && ceilings.some(({ place }) => place.startsWith(`${stack.system}: `)))
    .map(({ stack }) => stack.system);
}
