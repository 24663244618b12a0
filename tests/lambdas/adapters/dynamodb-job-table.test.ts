import { afterAll, beforeAll, beforeEach } from "vitest";
import { DynamoDbJobTable } from "../../../lambdas/adapters/aws/dynamodb-job-table.ts";
import { describeJobTable } from "../ports/job-table.contract.ts";
import { type JobsTableServer, startJobsTableServer } from "./jobs-table-server.ts";

let server: JobsTableServer;
let tableName: string;

beforeAll(async () => {
  server = await startJobsTableServer();
});
beforeEach(async () => {
  tableName = await server.createTable();
});
afterAll(() => server.close());

describeJobTable("in DynamoDB", () => new DynamoDbJobTable(server.client, tableName));
