import { defineTable } from "../tables.ts";

/**
 * The record of every job. The sparse index `abandoned` holds only jobs whose upload has not come, by the second in which
 * they are given up.
 */
export const JOBS_TABLE = defineTable({
  hashKey: { name: "jobId", type: "S" },
  ttlAttribute: "forgetAt",
  indexes: {
    abandoned: {
      hashKey: { name: "openStatus", type: "S" },
      rangeKey: { name: "abandonedAt", type: "N" },
      projection: "KEYS_ONLY",
    },
  },
});
