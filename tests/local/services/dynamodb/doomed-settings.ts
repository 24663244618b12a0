import type { TableSettings } from "../../../../local/services/dynamodb/seam.ts";

export const DOOMED_TABLE = "doomed";
export const DOOMED_SETTINGS: TableSettings = {
  hashKey: "jobId",
  attributes: [
    { name: "jobId", type: "S" },
    { name: "openStatus", type: "S" },
  ],
  globalSecondaryIndexes: [{ name: "open", hashKey: "openStatus", projectionType: "ALL" }],
  deletionProtection: false,
};
