import { MemoryJobTable } from "../../../lambdas/adapters/memory/job-table.ts";
import { describeJobTable } from "../ports/job-table.contract.ts";

describeJobTable("in memory", () => new MemoryJobTable());
