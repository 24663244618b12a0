import type { Gauge } from "./gauge.ts";
import { getLimit, requireValue } from "./limits.ts";
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

/** A trace of ours is a segment of the service and one of the function; one call a second and of the others this part. */
const TRACED_PART = 0.05;
const SEGMENTS_PER_TRACE = 2;

interface Placed {
  readonly known: KnownStack;
  readonly address: string;
  readonly place: string;
  readonly reserved: number | undefined;
  readonly isTraced: boolean;
}

/** Functions: those with places of their own, and what all others share. */
export function walkFunctions(walk: Walk): Gauge[] {
  const functions = walk.stacks.flatMap(listFunctions);
  if (functions.length === 0) return [];
  const perPlace = requireValue("lambda.rps", walk.region);
  return [
    ...functions.flatMap((it) => readReserved(it, perPlace)),
    ...readShared(walk, functions, perPlace),
    ...readTraces(walk, functions),
    unpublished("logs.put", "account: logs", "call"),
  ];
}

function listFunctions(known: KnownStack): Placed[] {
  return Object.entries(known.stack.resources.aws_lambda_function).map(([id, body]) => {
    const address = `aws_lambda_function.${id}`;
    const { reserved_concurrent_executions: reserved, tracing_config: tracing } = body;
    return { known, address, place: placeOf(known.stack, address), reserved, isTraced: tracing?.mode === "Active" };
  });
}

function readReserved({ known, address, place, reserved }: Placed, perPlace: number): Gauge[] {
  if (reserved === undefined) return [];
  const { most, ...setting } = bySetting(known, address);
  const of = (limit: "lambda.reserved" | "lambda.rps", meter: Gauge["meter"], factor: number): Gauge => ({
    limit,
    place,
    meter,
    perSecond: reserved * factor,
    ...setting,
    ...(most === undefined ? {} : { mostPerSecond: most * factor }),
    words:
      limit === "lambda.rps"
        ? `${formatNumber(reserved)} places × ${perPlace} calls/s`
        : `${formatNumber(reserved)} places`,
    beyond: "503 to the caller; a queue waits",
  });
  return [of("lambda.rps", "call", perPlace), of("lambda.reserved", "placeSecond", 1)];
}

function readShared(walk: Walk, functions: readonly Placed[], perPlace: number): Gauge[] {
  const account = requireValue("lambda.account.concurrency", walk.region, walk.applied);
  const reserved = functions.reduce((sum, it) => sum + (it.reserved ?? 0), 0);
  const shared = account - reserved;
  const sharing = functions.filter((it) => it.reserved === undefined).map(({ place }) => place);
  const words = `${formatNumber(account)} places of the account − ${formatNumber(reserved)} reserved`;
  const common = {
    limit: "lambda.account.concurrency",
    place: "account: functions without reserved places",
    places: sharing,
    kind: "quota",
    movedBy: describeMove("lambda.account.concurrency"),
    beyond: "503 to the caller; a queue waits",
  } as const;
  const gauges: Gauge[] = [
    { ...common, meter: "call", perSecond: shared * perPlace, words: `(${words}) × ${perPlace} calls/s` },
    { ...common, meter: "placeSecond", perSecond: shared, words },
  ];
  const ramp = functions.map(({ place }) =>
    byLimit(walk, "lambda.scaling", {
      place,
      meter: "placeSecond",
      beyond: "for ten seconds: 503 to the caller; a queue waits",
    }),
  );
  // Within what the account may have at all, the ramp is over in ten seconds and no ceiling.
  return account <= requireValue("lambda.scaling", walk.region) ? gauges : [...gauges, ...ramp];
}

function readTraces(walk: Walk, functions: readonly Placed[]): Gauge[] {
  const places = functions.filter(({ isTraced }) => isTraced).map(({ place }) => place);
  if (places.length === 0) return [];
  const segments = requireValue("xray.segments", walk.region, walk.applied);
  return [
    {
      limit: "xray.segments",
      place: "account: traces",
      places,
      meter: "call",
      perSecond: segments / (TRACED_PART * SEGMENTS_PER_TRACE),
      kind: getLimit("xray.segments").kind,
      words: `${formatNumber(segments)} segments/s, ${SEGMENTS_PER_TRACE} for each twentieth call`,
      movedBy: describeMove("xray.segments"),
      beyond: "traces are lost, no request",
    },
  ];
}
