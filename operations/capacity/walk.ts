import type { Gauge } from "./gauge.ts";
import { type AppliedQuotas, getLimit, type LimitId, requireValue } from "./limits.ts";
import type { WalkedStack } from "./stack.ts";
import type { SystemWork } from "./system-work.ts";

/** A stack, and what its system tells of itself, where it does. */
export interface KnownStack {
  readonly stack: WalkedStack;
  readonly work: SystemWork | undefined;
}

/** Every stack of an environment, which share an account and a Region. */
export interface Walk {
  readonly stacks: readonly KnownStack[];
  readonly region: string;
  readonly applied: AppliedQuotas;
}

/** `aws_lambda_function.presign`; two systems of one environment may call theirs alike, so their stack stands before. */
export function placeOf({ system }: WalkedStack, address: string): string {
  return `${system}: ${address}`;
}

/** A gauge by a limit of AWS's with its default, or what the account was given. */
export function byLimit(
  walk: Walk,
  limit: LimitId,
  gauge: Pick<Gauge, "place" | "places" | "meter" | "beyond">,
): Gauge {
  const { kind, unit } = getLimit(limit);
  const perSecond = requireValue(limit, walk.region, walk.applied);
  return {
    ...gauge,
    limit,
    perSecond,
    kind,
    words: `${formatNumber(perSecond)} ${unit}`,
    movedBy: describeMove(limit),
  };
}

/** What no page publishes. */
export function unpublished(limit: LimitId, place: string, meter: Gauge["meter"]): Gauge {
  const { kind, what } = getLimit(limit);
  return {
    limit,
    place,
    meter,
    kind,
    perSecond: undefined,
    why: "unpublished",
    words: what,
    movedBy: describeMove(limit),
    beyond: "",
  };
}

/** `quota L-B99A9384; time` */
export function describeMove(limit: LimitId): string {
  const { kind, quotaCode, movedBy } = getLimit(limit);
  const quota = kind === "quota" ? `quota${quotaCode === undefined ? "" : ` ${quotaCode}`}` : "";
  return [quota, movedBy].filter((words) => words !== "").join("; ");
}

/** The field of environments.ts that moves it; where there is none, the code does. */
export function bySetting(
  { work, stack }: KnownStack,
  address: string,
): Pick<Gauge, "kind" | "movedBy"> & { readonly most?: number } {
  const setting = work?.fields[address];
  if (setting === undefined) return { kind: "design", movedBy: `the code: stacks/${stack.system}` };
  return { kind: "setting", movedBy: `${setting.field}, to ${formatNumber(setting.most)}`, most: setting.most };
}

export function formatNumber(value: number): string {
  const rounded = value >= 100 ? Math.round(value) : Number(value.toPrecision(3));
  return String(rounded).replaceAll(/\B(?=(\d{3})+$)/g, " ");
}
