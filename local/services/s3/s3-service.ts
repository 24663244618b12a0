import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import type { ServiceContext } from "../../service.ts";
import { answer } from "./answer.ts";
import { Blobs } from "./blobs.ts";
import { addBucket } from "./bucket-operations.ts";
import { Catalog } from "./catalog.ts";
import { listsOrigin } from "./cors.ts";
import { Declarations } from "./declarations.ts";
import { expireObjects } from "./lifecycle.ts";
import type { StoredSettings } from "./model.ts";
import { bucketArn, checkNotifications, testEvent } from "./notifications.ts";
import { Outbox } from "./outbox.ts";
import { send } from "./reply.ts";
import { S3Error } from "./s3-error.ts";
import type { S3Core } from "./s3-request.ts";
import type { DeliverToQueue, S3Service } from "./seam.ts";
import { seedObject } from "./seed-object.ts";

const SWEEP_MS = 60 * 60 * 1000;
/** A client that does not go on is not waited for. */
const GRACE_MS = 2000;

/**
 * The laptop's S3: https://docs.aws.amazon.com/AmazonS3/latest/API, path style, enforced as AWS does. What it does not
 * do it refuses by name with NotImplemented.
 *
 * State: `journal.jsonl` (what is true) and `blobs/` (bytes), in `context.directory`; one process at a time. Finds
 * everything again after a `kill -9`, and delivers the events that were still on their way.
 */
export async function createS3(context: ServiceContext & { readonly deliver: DeliverToQueue }): Promise<S3Service> {
  const blobs = new Blobs(join(context.directory, "blobs"));
  const catalog = new Catalog(context.directory, blobs, (message) =>
    context.log({ level: "warn", source: "s3", message }),
  );
  await blobs.open(catalog.usedFiles()).catch((error: unknown) => {
    catalog.close();
    throw error;
  });
  const outbox = new Outbox(catalog, context.deliver, context.log);
  const core: S3Core = {
    context,
    catalog,
    blobs,
    outbox,
    configure: (bucket, settings) => configure(core, context.deliver, bucket, settings),
  };
  const declarations = new Declarations(context.directory);
  const underWay = new Set<Promise<void>>();
  const sweep = setInterval(() => expireObjects(core), SWEEP_MS).unref();
  expireObjects(core);
  outbox.replay();
  let stopping: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    clearInterval(sweep);
    await Promise.race([Promise.allSettled(underWay), setTimeout(GRACE_MS, undefined, { ref: false })]);
    await outbox.stop();
    catalog.close();
  };
  return {
    name: "s3",
    handle(request, response) {
      const work = send(request, response, answer(core, request)).finally(() => underWay.delete(work));
      underWay.add(work);
      return work;
    },
    listsOrigin: (origin) =>
      [...catalog.buckets.values()].some(({ settings }) => listsOrigin(settings.cors ?? [], origin)),
    putBucket: async (bucket) => {
      declarations.addBucket(bucket);
      if (!catalog.buckets.has(bucket)) addBucket(core, bucket);
    },
    configureBucket: (bucket, settings) => {
      declarations.addSettings(bucket, settings);
      return core.configure(bucket, settings);
    },
    dropUndeclared: async () => {
      for (const bucket of declarations.listUndeclaredBuckets())
        if (catalog.buckets.has(bucket)) catalog.putOutOfReach(bucket);
      for (const bucket of declarations.listBuckets()) {
        await core.configure(bucket, declarations.findUndeclared(bucket, catalog.getBucket(bucket).settings));
      }
    },
    seedObject: (bucket, key, object) => seedObject(core, bucket, key, object),
    expireObjects: async () => expireObjects(core),
    stop: () => {
      stopping ??= stop();
      return stopping;
    },
  };
}

async function configure(
  core: S3Core,
  deliver: DeliverToQueue,
  bucket: string,
  changes: Partial<StoredSettings>,
): Promise<void> {
  const { settings } = core.catalog.getBucket(bucket);
  const next = { ...settings, ...changes };
  if (isDeepStrictEqual(next, settings)) return;
  if (changes.notifications && !isDeepStrictEqual(changes.notifications, settings.notifications)) {
    checkNotifications(changes.notifications);
    for (const queueArn of new Set(changes.notifications.map((rule) => rule.queueArn))) {
      if (await deliver(queueArn, bucketArn(bucket), testEvent(core, bucket))) continue;
      throw new S3Error(
        "InvalidArgument",
        "Unable to validate the following destination configurations: the queue does not exist, or its policy does not allow this bucket to send (sqs:SendMessage to s3.amazonaws.com).",
        { ArgumentName: queueArn },
      );
    }
  }
  core.catalog.commit({
    kind: "settings",
    bucket,
    settings: { ...core.catalog.getBucket(bucket).settings, ...changes },
  });
}
