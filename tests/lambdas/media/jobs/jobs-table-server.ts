import type { Server } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { CreateTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { JOBS_TABLE } from "../../../../contracts/media/tables.ts";
import { listKeys } from "../../../../contracts/tables.ts";

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

/** As its definition has it: an adapter that writes or asks for another key fails here. */
function describeTable(name: string): CreateTableCommand {
  const { hashKey, indexes } = JOBS_TABLE;
  return new CreateTableCommand({
    TableName: name,
    BillingMode: "PAY_PER_REQUEST",
    KeySchema: [{ AttributeName: hashKey.name, KeyType: "HASH" }],
    AttributeDefinitions: listKeys(JOBS_TABLE).map((key) => ({ AttributeName: key.name, AttributeType: key.type })),
    GlobalSecondaryIndexes: Object.entries(indexes).map(([index, keys]) => ({
      IndexName: index,
      KeySchema: [
        { AttributeName: keys.hashKey.name, KeyType: "HASH" },
        { AttributeName: keys.rangeKey.name, KeyType: "RANGE" },
      ],
      Projection: { ProjectionType: "INCLUDE", NonKeyAttributes: [...keys.projection] },
    })),
  });
}
