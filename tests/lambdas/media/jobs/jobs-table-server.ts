import type { Server } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { CreateTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { ABANDONED_INDEX } from "../../../../lambdas/media/jobs/aws/dynamodb-job-table.ts";

/** dynalite is CommonJS without types. */
const dynalite = createRequire(import.meta.url)("dynalite") as (options: { readonly createTableMs: number }) => Server;

export interface JobsTableServer {
  readonly client: DynamoDBClient;
  /** A new, empty jobs table, as the stack declares it. */
  createTable(): Promise<string>;
  close(): Promise<void>;
}

/** DynamoDB on a free port of 127.0.0.1, in memory. */
export async function startJobsTableServer(): Promise<JobsTableServer> {
  const server = dynalite({ createTableMs: 0 });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const client = new DynamoDBClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: "eu-central-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });
  let count = 0;
  return {
    client,
    createTable: async () => {
      const name = `jobs-${++count}`;
      await client.send(describeTable(name));
      return name;
    },
    close: async () => {
      client.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function describeTable(name: string): CreateTableCommand {
  return new CreateTableCommand({
    TableName: name,
    BillingMode: "PAY_PER_REQUEST",
    KeySchema: [{ AttributeName: "jobId", KeyType: "HASH" }],
    AttributeDefinitions: [
      { AttributeName: "jobId", AttributeType: "S" },
      { AttributeName: "openStatus", AttributeType: "S" },
      { AttributeName: "abandonedAt", AttributeType: "N" },
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: ABANDONED_INDEX,
        KeySchema: [
          { AttributeName: "openStatus", KeyType: "HASH" },
          { AttributeName: "abandonedAt", KeyType: "RANGE" },
        ],
        Projection: { ProjectionType: "KEYS_ONLY" },
      },
    ],
  });
}
