import type { Ceiling, Rates } from "../../../operations/capacity/ceilings.ts";
import { listCeilings } from "../../../operations/capacity/ceilings.ts";
import type { AppliedQuotas, LimitId } from "../../../operations/capacity/limits.ts";
import { parseWalkedStack } from "../../../operations/capacity/stack.ts";
import { planWalk } from "../../../operations/capacity/systems.ts";
import type { Walk } from "../../../operations/capacity/walk.ts";
import { parseEnvironments } from "../../../stacks/support/environment.ts";
import { type HouseEnvironment, SYSTEMS } from "../../../systems.ts";
import { synthesizeStack } from "../../stacks/synthesized.ts";
import { entryOf, type Fields } from "../../support/environments.ts";

/** The media stack of an environment, as the command walks it. */
export function walkMedia(environment: HouseEnvironment, applied: AppliedQuotas = {}): Walk {
  const { text } = synthesizeStack(environment);
  return planWalk([parseWalkedStack(`darkroom-${environment.name}-media`, "media", JSON.parse(text))], applied);
}

const FUNCTIONS = {
  presign: { reservedConcurrency: 50 },
  resize: { maximumConcurrency: 50 },
  convert: { maximumConcurrency: 20 },
} satisfies Fields["functions"];

/** prod as environments.ts has it, with these fields changed. */
export function prodWith(changes: Partial<Fields> = {}): HouseEnvironment {
  const place = { accountId: "333333333333", region: "eu-central-1", isProtected: true, logDays: 90 } as const;
  const throttle = { requestsPerSecond: 500, burst: 1000 };
  const functions = { ...FUNCTIONS, ...changes.functions };
  return parseEnvironments(SYSTEMS, { prod: entryOf({ ...place, throttle, ...changes, functions }) }).prod;
}

export const UPLOADS: Rates = { uploads: 1, conversions: 0, views: 0 };
export const CONVERSIONS: Rates = { uploads: 0, conversions: 1, views: 0 };

/** Where each breaks, for one of what is asked: `media: aws_apigatewayv2_stage.api apigw.stage.rate` → 100. */
export function listBreaks(walk: Walk, rates: Rates): Map<string, number | undefined> {
  return new Map(listCeilings(walk, rates).map((it) => [`${it.place} ${it.limit} ${it.meter}`, it.holdsTimes]));
}

export function findCeiling(walk: Walk, place: string, limit: LimitId, rates: Rates = UPLOADS): Ceiling {
  const found = listCeilings(walk, rates).find((it) => it.place === place && it.limit === limit);
  if (!found) throw new Error(`There is no ceiling ${limit} at ${place}.`);
  return found;
}
