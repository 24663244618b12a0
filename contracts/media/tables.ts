import { defineTable } from "../tables.ts";

/**
 * The record of every job. The sparse index `abandoned` holds only jobs whose upload has not come, by their shard
 * (abandoned-shards.ts) and the second in which they are given up.
 */
export const JOBS_TABLE = defineTable({
  hashKey: { name: "jobId", type: "S" },
  ttlAttribute: "forgetAt",
  indexes: {
    abandoned: {
      hashKey: { name: "openStatus", type: "S" },
      rangeKey: { name: "abandonedAt", type: "N" },
      // Where the upload would stand: a sweep looks there without reading the row.
      projection: ["key"],
    },
  },
});
