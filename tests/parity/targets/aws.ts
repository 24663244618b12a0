import { randomBytes } from "node:crypto";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { Queue } from "../probes/queue.ts";
import type { Credentials, Target } from "../target.ts";
import { describeWorld } from "../world.ts";
import { openAccount } from "./account.ts";

/** AWS's own word for how long a new notification may take is five minutes. */
const NOTIFICATION_TRIES = 20;
/** New roles and policies are known everywhere within a minute. */
const SETTLE_MS = 90_000;

/**
 * A real account, by the ordinary credential chain, only ever when it is asked for by name. What it makes begins with
 * `darkroom-parity-` and is removed at the end. It could not be run where it was written: its column of the results is
 * empty until somebody with an account runs it.
 */
export async function openAws(): Promise<Target> {
  if (process.env.AWS_ENDPOINT_URL !== undefined)
    throw new Error("AWS_ENDPOINT_URL is set, so this would not be AWS. Unset it.");
  const { region, accountId, owner } = await findAccount();
  const world = describeWorld({ accountId, region }, `darkroom-parity-${randomBytes(4).toString("hex")}`);
  const target = await openAccount({
    name: "aws",
    endpoint: { region },
    owner,
    world,
    withoutFunctions: "this suite makes no functions in an account",
    settleMs: SETTLE_MS,
  });
  try {
    await untilAnnounced(target);
    return target;
  } catch (error) {
    await target.close();
    throw error;
  }
}

async function findAccount(): Promise<{ region: string; accountId: string; owner: Credentials }> {
  const sts = new STSClient({});
  try {
    const { Account: accountId = "" } = await sts.send(new GetCallerIdentityCommand({}));
    const { accessKeyId, secretAccessKey, sessionToken } = await sts.config.credentials();
    const owner = { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) };
    return { region: await sts.config.region(), accountId, owner };
  } finally {
    sts.destroy();
  }
}

/** Probes of events ask what is announced, and not how long AWS takes to begin. */
async function untilAnnounced(target: Target): Promise<void> {
  const queue = new Queue(target, "heardOfFirst");
  const object = { Bucket: target.world.buckets.media.name, Key: "first/object", Body: "bytes" };
  for (let tries = 0; tries < NOTIFICATION_TRIES; tries += 1) {
    await target.s3.send(new PutObjectCommand(object));
    for (let body = await queue.take(); body !== "nothing"; body = await queue.take(5))
      if (body.includes("ObjectCreated")) return;
  }
  throw new Error("S3 announces nothing to its queue after more than five minutes.");
}
