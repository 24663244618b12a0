import type { Gauge } from "./gauge.ts";
import { type LimitId, requireValue } from "./limits.ts";
import { findReference } from "./stack.ts";
import { byLimit, formatNumber, type KnownStack, placeOf, unpublished, type Walk } from "./walk.ts";

/** Buckets and tables. */
export function walkStores(walk: Walk): Gauge[] {
  return walk.stacks.flatMap((known) => [...walkBuckets(walk, known), ...walkTables(walk, known)]);
}

function walkBuckets(walk: Walk, { stack }: KnownStack): Gauge[] {
  const beyond = "503 until S3 has split";
  return [
    ...Object.keys(stack.resources.aws_s3_bucket).flatMap((id) => {
      const place = placeOf(stack, `aws_s3_bucket.${id}`);
      return [
        byLimit(walk, "s3.write", { place, meter: "put", beyond }),
        byLimit(walk, "s3.read", { place, meter: "get", beyond }),
      ];
    }),
    ...Object.values(stack.resources.aws_s3_bucket_notification).map(({ bucket }) =>
      unpublished("s3.notify", placeOf(stack, findReference(bucket) ?? bucket), "event"),
    ),
  ];
}

function walkTables(walk: Walk, known: KnownStack): Gauge[] {
  return Object.entries(known.stack.resources.aws_dynamodb_table).flatMap(([id, table]) => [
    ...readKeySpace(walk, known, id, table.hash_key, table.billing_mode),
    ...table.global_secondary_index.flatMap((index) =>
      readKeySpace(walk, known, `${id}/${index.name}`, index.hash_key, table.billing_mode),
    ),
  ]);
}

const UNITS = [
  { meter: "writeUnit", partition: "ddb.partition.write", start: "ddb.ondemand.start.write", table: "ddb.table.write" },
  { meter: "readUnit", partition: "ddb.partition.read", start: "ddb.ondemand.start.read", table: "ddb.table.read" },
] as const satisfies readonly { meter: Gauge["meter"]; partition: LimitId; start: LimitId; table: LimitId }[];

/** A table, or one of its indexes, which has capacity of its own: by its hash values, as it begins, and as a whole. */
function readKeySpace(
  walk: Walk,
  known: KnownStack,
  name: string,
  hashKey: string,
  billing: string | undefined,
): Gauge[] {
  const place = placeOf(known.stack, `aws_dynamodb_table.${name}`);
  const isIndex = name.includes("/");
  return UNITS.flatMap(({ meter, partition, start, table }) => {
    const beyond =
      isIndex && meter === "writeUnit" ? "the table's own writes are refused" : "refused; the SDK tries again";
    const whole = { place, meter, beyond } as const;
    return [
      ...readHashValues(walk, known, { name, hashKey, limit: partition, ...whole }),
      ...(billing === "PAY_PER_REQUEST" ? [byLimit(walk, start, whole)] : []),
      byLimit(walk, table, whole),
    ];
  });
}

interface KeySpace extends Pick<Gauge, "place" | "meter" | "beyond"> {
  readonly name: string;
  readonly hashKey: string;
  readonly limit: LimitId;
}

/** A hot partition: the use of all jobs divided by the values that the key takes. */
function readHashValues(
  walk: Walk,
  { work, stack }: KnownStack,
  { name, hashKey, limit, ...whole }: KeySpace,
): Gauge[] {
  const values = work?.hashValues[name];
  if (values === "one per job") return [];
  const one = requireValue(limit, walk.region);
  const gauge = {
    ...whole,
    limit,
    kind: "design",
    movedBy: `more values of ${hashKey}: lambdas/${stack.system}`,
  } as const;
  if (values === undefined)
    return [
      {
        ...gauge,
        perSecond: undefined,
        why: `nobody has said how many values ${hashKey} takes`,
        words: `${formatNumber(one)} units/s for each value of ${hashKey}`,
      },
    ];
  return [
    {
      ...gauge,
      perSecond: one * values,
      words: `${values} value${values === 1 ? "" : "s"} of ${hashKey} × ${formatNumber(one)} units/s`,
    },
  ];
}
