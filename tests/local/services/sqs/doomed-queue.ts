/** A queue in a process of its own, for tests that kill it: sends and receives for ever, and says what was acknowledged. */

import { createSqs } from "../../../../local/services/sqs/sqs-service.ts";
import { ADMINISTRATOR, SignedEndpoint } from "../../protocol/aws-json/signed-endpoint.ts";

const [folder = ""] = process.argv.slice(2);
const endpoint = await SignedEndpoint.open(folder);
const sqs = await createSqs(endpoint.context());
const { arn } = await sqs.putQueue("work", {
  visibilityTimeoutSeconds: 600,
  messageRetentionSeconds: 345_600,
  delaySeconds: 0,
  maxMessageSize: 262_144,
  receiveWaitTimeSeconds: 0,
});
for (let n = 0; ; n++) {
  await sqs.send(ADMINISTRATOR, arn, `${n} ${"x".repeat(n % 2000)}`);
  console.log(`sent ${n}`);
  if (n % 3 !== 0) continue;
  const [message] = await sqs.receive(ADMINISTRATOR, arn, { maxMessages: 1, waitSeconds: 0 });
  if (!message) continue;
  // As somebody outside would hold it: who outlives this process.
  sqs.release(arn, message.receiptHandle);
  const [id] = message.body.split(" ");
  if (n % 2 === 0) console.log(`taken ${id}`);
  else {
    await sqs.delete(ADMINISTRATOR, arn, message.receiptHandle);
    console.log(`deleted ${id}`);
  }
  await new Promise((resolve) => setImmediate(resolve));
}
