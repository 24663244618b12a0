/**
 * Jobs that wait for their upload stand in the index `abandoned` under one of so many hash values. DynamoDB takes 1 000 write
 * units a second for one value, never splits inside one whose sort key only grows, and refuses the *table's* writes while its index
 * cannot keep up. A job is put in and taken out, two units: 32 values take 16 000 uploads a second, and a sweep that finds nothing
 * reads 16 units. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/gsi-throttling.html
 */
export const ABANDONED_SHARDS = 32;

/** From 0 to ABANDONED_SHARDS − 1, spread evenly: FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv/ */
export function findShard(jobId: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < jobId.length; index += 1) hash = Math.imul(hash ^ jobId.charCodeAt(index), 0x01000193);
  return (hash >>> 0) % ABANDONED_SHARDS;
}

/** The value of `openStatus` in the row of a PENDING job: `PENDING#7`. */
export function formatOpenStatus(shard: number): `PENDING#${number}` {
  return `PENDING#${shard}`;
}
