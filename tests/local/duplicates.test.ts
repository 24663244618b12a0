import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DynamoDBClient, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { logFileName } from "../../local/log-writer.ts";
import { openTestLaptop, type TestLaptop } from "../support/laptop.ts";
import { presign, readJob, sendFile } from "../support/uploads.ts";

let laptop: TestLaptop;
beforeAll(async () => {
  laptop = await openTestLaptop();
});
afterAll(() => laptop.close());

type Line = Readonly<Record<string, unknown>>;

function readLines(name: "resize" | "convert"): Line[] {
  const prefix = laptop.output("jobsTable").replace(/-jobs$/, "");
  const path = join(laptop.stateFolder, "logs", logFileName(`/aws/lambda/${prefix}-${name}`));
  const lines = readFileSync(path, "utf8").split("\n").filter(Boolean);
  return lines.map((line) => JSON.parse(line) as Line);
}

/** As if the job had been finished by the message's first delivery. */
async function complete(jobId: string): Promise<void> {
  const { endpointUrl: endpoint, region, administrator: credentials } = laptop.laptop;
  const client = new DynamoDBClient({ endpoint, region, credentials });
  await client.send(
    new UpdateItemCommand({
      TableName: laptop.output("jobsTable"),
      Key: { jobId: { S: jobId } },
      UpdateExpression: "SET #status = :completed, attempt = :one, finishedAt = :now REMOVE openStatus",
      ExpressionAttributeNames: { "#status": "status" },
      ExpressionAttributeValues: { ":completed": { S: "COMPLETED" }, ":one": { N: "1" }, ":now": { N: "1" } },
    }),
  );
  client.destroy();
}

describe("E3: a message whose job has ended", () => {
  it.each([
    ["resize", "picture.png", "image/png"],
    ["convert", "film.mp4", "video/mp4"],
    ["convert", "sound.mp3", "audio/mpeg"],
  ] as const)(
    "is looked up by %s (%s), which may read the table, acknowledged, and changes nothing",
    async (name, fileName, contentType) => {
      const body = Buffer.from("neither picture, film nor sound");
      const presigned = await presign(laptop.apiUrl, { fileName, contentType, body });
      const { jobId } = presigned;
      await complete(jobId);

      expect((await sendFile(presigned, body)).ok).toBe(true);
      const linesOfJob = () => readLines(name).filter((line) => line.jobId === jobId);
      await expect.poll(linesOfJob, { timeout: 20_000 }).not.toEqual([]);

      expect(linesOfJob()).toEqual([
        expect.objectContaining({ message: "There is nothing to do.", outcome: "finished" }),
      ]);
      expect((await readJob(presigned.statusUrl)).status).toBe("COMPLETED");
    },
    30_000,
  );
});
