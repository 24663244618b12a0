import { spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { DynamoDBClient, QueryCommand, ScanCommand } from "@aws-sdk/client-dynamodb";
import { expect, it } from "vitest";
import { createDynamoDb } from "../../../../local/services/dynamodb/dynamodb-service.ts";
import { SignedEndpoint } from "../../protocol/aws-json/signed-endpoint.ts";
import { DOOMED_SETTINGS, DOOMED_TABLE } from "./doomed-settings.ts";

it("what a table has acknowledged survives kill -9, and its index agrees with its items", async () => {
  const folder = mkdtempSync(join(tmpdir(), "darkroom-table-"));
  const program = fileURLToPath(new URL("./doomed-table.ts", import.meta.url));
  const child = spawn(process.execPath, ["--import", "tsx", program, folder], { stdio: ["ignore", "pipe", "ignore"] });
  const acknowledged = new Map<string, number>();
  let count = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    const [row = "", n] = line.split(" ");
    acknowledged.set(row, Number(n));
    if (++count === 400) child.kill("SIGKILL");
  }

  const endpoint = await SignedEndpoint.open(folder);
  const dynamodb = endpoint.serve(await createDynamoDb(endpoint.context()));
  await dynamodb.putTable(DOOMED_TABLE, DOOMED_SETTINGS);
  const client = new DynamoDBClient(endpoint.clientOptions());
  const { Items = [] } = await client.send(new ScanCommand({ TableName: DOOMED_TABLE }));
  const { Items: open = [] } = await client.send(
    new QueryCommand({
      TableName: DOOMED_TABLE,
      IndexName: "open",
      KeyConditionExpression: "openStatus = :o",
      ExpressionAttributeValues: { ":o": { S: "PENDING" } },
    }),
  );
  client.destroy();
  await endpoint.close();

  for (const item of Items) {
    const [n, seen] = [Number(item.n?.N), acknowledged.get(item.jobId?.S ?? "") ?? 0];
    // One more may have been written without a chance to say so.
    expect([seen, seen + 1]).toContain(n);
    expect(item.openStatus !== undefined).toBe(n % 2 === 0);
  }
  const byId = (a: { jobId?: { S?: string } }, b: { jobId?: { S?: string } }) =>
    (a.jobId?.S ?? "") < (b.jobId?.S ?? "") ? -1 : 1;
  expect(open.sort(byId)).toEqual(Items.filter((item) => item.openStatus !== undefined).sort(byId));
});
