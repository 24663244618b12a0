import type { Gauge } from "./gauge.ts";
import { requireValue } from "./limits.ts";
import { findReference } from "./stack.ts";
import {
  byLimit,
  bySetting,
  describeMove,
  formatNumber,
  type KnownStack,
  placeOf,
  unpublished,
  type Walk,
} from "./walk.ts";

/** Within its first minute a mapping begins with so many batches; `esm.ramp` adds to them. */
const FIRST_BATCHES = 5;

/** Queues, what they hold, and how many batches of them are worked on at once. */
export function walkQueues(walk: Walk): Gauge[] {
  return walk.stacks.flatMap((known) => [
    ...listConsumed(known).flatMap((queue) => [
      byLimit(walk, "sqs.inflight", {
        place: placeOf(known.stack, queue),
        meter: "heldSecond",
        beyond: "messages wait",
      }),
      unpublished("sqs.ops", placeOf(known.stack, queue), "message"),
    ]),
    ...Object.keys(known.stack.resources.aws_lambda_event_source_mapping).flatMap((id) => readMapping(walk, known, id)),
  ]);
}

function listConsumed({ stack }: KnownStack): string[] {
  const mappings = Object.values(stack.resources.aws_lambda_event_source_mapping);
  return [...new Set(mappings.flatMap(({ event_source_arn }) => findReference(event_source_arn) ?? []))];
}

function readMapping(walk: Walk, known: KnownStack, id: string): Gauge[] {
  const address = `aws_lambda_event_source_mapping.${id}`;
  const place = placeOf(known.stack, address);
  const most = known.stack.resources.aws_lambda_event_source_mapping[id]?.scaling_config?.maximum_concurrency;
  const common = { place, meter: "placeSecond", beyond: "messages wait" } as const;
  const ramp = FIRST_BATCHES + requireValue("esm.ramp", walk.region);
  const rampGauge: Gauge = {
    ...common,
    limit: "esm.ramp",
    perSecond: ramp,
    kind: "ramp",
    words: `${formatNumber(ramp)} batches at once in the first minute`,
    movedBy: describeMove("esm.ramp"),
  };
  if (most === undefined) return [byLimit(walk, "esm.max", common), rampGauge];
  const { most: mostPerSecond, ...setting } = bySetting(known, address);
  const cap: Gauge = {
    ...common,
    limit: "esm.maximumConcurrency",
    perSecond: most,
    ...setting,
    ...(mostPerSecond === undefined ? {} : { mostPerSecond }),
    words: `${formatNumber(most)} batches at once`,
  };
  return most > ramp ? [cap, rampGauge] : [cap];
}
