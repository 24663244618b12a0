import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutBucketNotificationConfigurationCommand,
  PutObjectCommand,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { createPresignedPost } from "@aws-sdk/s3-presigned-post";
import { answerOf, answerTo } from "../answers.ts";
import { judge, type Probe, type Step } from "../probe.ts";
import type { Target } from "../target.ts";
import type { EVENT_QUEUES } from "../world.ts";
import { Queue } from "./queue.ts";

const USER_GUIDE = "https://docs.aws.amazon.com/AmazonS3/latest/userguide";
const STRUCTURE_PAGE = `${USER_GUIDE}/notification-content-structure.html`;

/** As much of a record as Darkroom reads. */
interface EventRecord {
  readonly eventName?: string;
  readonly s3?: {
    readonly bucket?: { readonly name?: string };
    readonly object?: {
      readonly key?: string;
      readonly size?: number;
      readonly eTag?: string;
      readonly versionId?: string;
    };
  };
}

type Listener = keyof typeof EVENT_QUEUES;

/** The next event's first record; undefined where none comes in time. The test event goes by. */
async function hear(target: Target, id: Listener): Promise<EventRecord | undefined> {
  const queue = new Queue(target, id);
  for (;;) {
    const body = await queue.take();
    if (body === "nothing") return undefined;
    const { Records } = JSON.parse(body) as { readonly Records?: readonly EventRecord[] };
    if (Records) return Records[0];
  }
}

/** Whether slashes are encoded makes no difference to whoever decodes. */
function slashed(key = "no event"): string {
  return key.replaceAll("%2F", "/");
}

function describe(record: EventRecord | undefined, versionId: string | undefined): Step[] {
  const { bucket, object } = record?.s3 ?? {};
  return [
    ["the event's name", record?.eventName ?? "no event", "ObjectCreated:Post"],
    ["its size", String(object?.size), "5"],
    ["its bucket", bucket?.name === undefined ? "none" : "named", "named"],
    ["its version id", object?.versionId === versionId ? "the object's" : "another or none", "the object's"],
    ["its ETag", /^[0-9a-f]{32}$/.test(object?.eTag ?? "") ? "bare" : "quoted, or none", "bare"],
  ];
}

export const S3_EVENT_PROBES: readonly Probe[] = [
  {
    id: "event-of-form",
    service: "S3",
    behaviour: "The event of a form upload is ObjectCreated:Post, and has the size, the bare ETag and the version id.",
    source: STRUCTURE_PAGE,
    async run(target) {
      const { url, fields } = await createPresignedPost(target.s3, {
        Bucket: target.world.buckets.media.name,
        Key: "forms/1",
      });
      const form = new FormData();
      for (const [name, value] of Object.entries(fields)) form.append(name, value);
      form.append("file", new Blob(["bytes"]), "a");
      const answer = await fetch(url, { method: "POST", body: form });
      const versionId = answer.headers.get("x-amz-version-id") ?? "none was answered";
      return judge(
        ["the form", await answerOf(answer), "accepted"],
        ...describe(await hear(target, "heardOfForms"), versionId),
      );
    },
  },
  {
    id: "event-of-parts",
    service: "S3",
    behaviour: "An upload in parts is announced once, as ObjectCreated:CompleteMultipartUpload, when it is completed.",
    source: `${USER_GUIDE}/notification-how-to-event-types-and-destinations.html`,
    async run(target) {
      const upload = { Bucket: target.world.buckets.media.name, Key: "parts/1" };
      const { UploadId } = await target.s3.send(new CreateMultipartUploadCommand(upload));
      const part = { ...upload, UploadId, PartNumber: 1 };
      const { ETag } = await target.s3.send(new UploadPartCommand({ ...part, Body: "only part" }));
      const Parts = [{ ETag, PartNumber: 1 }];
      await target.s3.send(new CompleteMultipartUploadCommand({ ...upload, UploadId, MultipartUpload: { Parts } }));
      const record = await hear(target, "heardOfParts");
      return judge(["the first event", record?.eventName ?? "no event", "ObjectCreated:CompleteMultipartUpload"]);
    },
  },
  {
    id: "event-key-encoding",
    service: "S3",
    behaviour: "Keys in events are form-encoded: + stands for a space, %2B for +, %25 for %.",
    source: STRUCTURE_PAGE,
    async run(target) {
      const Key = "names/a b+c%20d é.png";
      await target.s3.send(new PutObjectCommand({ Bucket: target.world.buckets.media.name, Key, Body: "bytes" }));
      const key = slashed((await hear(target, "heardOfNames"))?.s3?.object?.key);
      return judge(["the key", key, "names/a+b%2Bc%2520d+%C3%A9.png"]);
    },
  },
  {
    id: "event-by-prefix",
    service: "S3",
    behaviour: "A notification with a prefix announces the keys that begin with it, and no others.",
    source: `${USER_GUIDE}/notification-how-to-filtering.html`,
    async run(target) {
      const Bucket = target.world.buckets.media.name;
      for (const Key of ["prefix/out/1", "prefix/in/2"])
        await target.s3.send(new PutObjectCommand({ Bucket, Key, Body: "bytes" }));
      const key = slashed((await hear(target, "heardOfPrefix"))?.s3?.object?.key);
      return judge(["the first event's key", key, "prefix/in/2"]);
    },
  },
  {
    id: "event-of-nothing",
    service: "S3",
    behaviour: "Setting up a notification sends the queue an s3:TestEvent, which has no Records.",
    source: `${USER_GUIDE}/how-to-enable-disable-notification-intro.html`,
    async run(target) {
      const body = await new Queue(target, "heardOfNothing").take();
      if (body === "nothing") return judge(["the first message", body, "a test event"]);
      const message = JSON.parse(body) as { readonly Event?: string; readonly Records?: unknown };
      return judge(
        ["the first message's event", message.Event ?? "none", "s3:TestEvent"],
        ["its records", message.Records === undefined ? "none" : "some", "none"],
      );
    },
  },
  {
    id: "event-to-closed-queue",
    service: "S3",
    behaviour:
      "A notification to a queue whose policy lets only another bucket send (aws:SourceArn) is refused when it is set up.",
    source: `${USER_GUIDE}/grant-destinations-permissions-to-s3.html`,
    async run(target) {
      const notification = new PutBucketNotificationConfigurationCommand({
        Bucket: target.world.buckets.guarded.name,
        NotificationConfiguration: {
          QueueConfigurations: [{ QueueArn: target.world.queues.elsewhere.arn, Events: ["s3:ObjectCreated:*"] }],
        },
      });
      return judge(["the notification", await answerTo(target.s3.send(notification)), "InvalidArgument"]);
    },
  },
];
