import { ScanCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ABANDONED_INDEX, DynamoDbJobTable } from "../../../../lambdas/media/jobs/aws/dynamodb-job-table.ts";
import { someDelivery } from "../../support/fakes.ts";
import { describeJobTable, makeNewJob } from "./job-table.contract.ts";
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

describe("the index of abandoned jobs", () => {
  it("U6: holds PENDING jobs alone, so that a sweep costs what is abandoned and not what was ever uploaded", async () => {
    const table = new DynamoDbJobTable(server.client, tableName);
    const [pending, claimed, expired, givenUp] = Array.from({ length: 4 }, () => makeNewJob());
    for (const job of [pending, claimed, expired, givenUp]) if (job) await table.create(job);
    const now = new Date("2026-11-01T13:00:00Z");

    await table.claim(claimed?.jobId ?? "", now, 60, someDelivery());
    await table.expire(expired?.jobId ?? "", now);
    await table.giveUp(givenUp?.jobId ?? "", { code: "WORKER_CRASHED", message: "Given up." }, now);

    const { Items = [] } = await server.client.send(
      new ScanCommand({ TableName: tableName, IndexName: ABANDONED_INDEX }),
    );
    expect(Items.map((item) => item.jobId?.S)).toEqual([pending?.jobId]);
  });
});
