import { existsSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { createS3 } from "../../../../local/services/s3/s3-service.ts";

/** S3 as a process of its own: prints its address, then the key of each event that it delivers. */
const directory = process.argv[2] ?? "";
const OWNER = { accessKeyId: "AKIAOWNER", secretAccessKey: "owner-secret" };
const administrator = { type: "administrator", arn: "arn:aws:iam::111111111111:root" } as const;

const s3 = await createS3({
  region: "eu-central-1",
  accountId: "111111111111",
  directory,
  credentials: { issue: () => OWNER, find: () => ({ credentials: OWNER, principal: administrator }) },
  authorize: () => ({ allowed: true, reason: "" }),
  log: () => {},
  clock: { now: () => Date.now() },
  deliver: async (_queueArn, _sourceArn, body) => {
    if (existsSync(join(directory, "queue-is-away"))) return false;
    const { Records } = JSON.parse(body) as { Records?: { s3: { object: { key: string } } }[] };
    for (const record of Records ?? []) if (record.s3.object.key === "announced") console.log(record.s3.object.key);
    return true;
  },
});
const server = createServer((request, response) => void s3.handle(request, response));
server.listen(0, "127.0.0.1", async () => {
  await s3.putBucket("durable");
  await s3.configureBucket("durable", {
    notifications: [
      { id: "n", queueArn: "arn:aws:sqs:eu-central-1:111111111111:work", events: ["s3:ObjectCreated:*"] },
    ],
  });
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
