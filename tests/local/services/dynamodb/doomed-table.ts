/** A table in a process of its own, for tests that kill it: moves rows in and out of an index for ever. */

import { DynamoDBClient, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { createDynamoDb } from "../../../../local/services/dynamodb/dynamodb-service.ts";
import { SignedEndpoint } from "../../protocol/aws-json/signed-endpoint.ts";
import { DOOMED_SETTINGS, DOOMED_TABLE } from "./doomed-settings.ts";

const [folder = ""] = process.argv.slice(2);
const endpoint = await SignedEndpoint.open(folder);
const dynamodb = endpoint.serve(await createDynamoDb(endpoint.context()));
await dynamodb.putTable(DOOMED_TABLE, DOOMED_SETTINGS);
const client = new DynamoDBClient(endpoint.clientOptions());
await Promise.all(
  [0, 1, 2, 3].map(async (row) => {
    for (let n = 0; ; n++) {
      const open = n % 2 === 0;
      await client.send(
        new UpdateItemCommand({
          TableName: DOOMED_TABLE,
          Key: { jobId: { S: String(row) } },
          UpdateExpression: open ? "SET n = :n, openStatus = :o" : "SET n = :n REMOVE openStatus",
          ExpressionAttributeValues: { ":n": { N: String(n) }, ...(open && { ":o": { S: "PENDING" } }) },
        }),
      );
      console.log(`${row} ${n}`);
    }
  }),
);
