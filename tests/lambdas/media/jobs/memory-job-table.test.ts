import { MemoryJobTable } from "../../../../lambdas/media/jobs/memory/job-table.ts";
import { describeJobTable } from "./job-table.contract.ts";

describeJobTable("in memory", () => new MemoryJobTable());
