import { describe } from "./access.ts";
import { type Bucket, createId } from "./catalog.ts";
import type { EventChange, ObjectVersion } from "./model.ts";
import { notImplemented, S3Error } from "./s3-error.ts";
import type { AuthenticatedRequest, S3Core } from "./s3-request.ts";
import type { QueueNotification } from "./seam.ts";

const EVENT_NAMES = [
  "ObjectCreated:Put",
  "ObjectCreated:Post",
  "ObjectCreated:Copy",
  "ObjectCreated:CompleteMultipartUpload",
  "ObjectRemoved:Delete",
  "ObjectRemoved:DeleteMarkerCreated",
] as const;
export type EventName = (typeof EVENT_NAMES)[number];

const SUBSCRIBABLE = ["ObjectCreated:*", "ObjectRemoved:*", ...EVENT_NAMES].map((name) => `s3:${name}`);

/** The events that a change causes, one for each notification that asks for it. */
export function announce(
  core: S3Core,
  request: AuthenticatedRequest,
  bucket: Bucket,
  event: EventName,
  version: ObjectVersion,
): EventChange[] {
  const wanted = (bucket.settings.notifications ?? []).filter((rule) => wants(rule, event, version.key));
  return wanted.map((rule) => ({
    kind: "event",
    event: {
      id: createId(),
      queueArn: rule.queueArn,
      sourceArn: bucketArn(bucket.name),
      body: JSON.stringify({ Records: [eventRecord(core, request, bucket, event, version, rule.id)] }),
    },
  }));
}

/** The message that S3 sends when a notification is set up, to see whether the queue takes it. */
export function testEvent(core: S3Core, bucket: string): string {
  return JSON.stringify({
    Service: "Amazon S3",
    Event: "s3:TestEvent",
    Time: new Date(core.context.clock.now()).toISOString(),
    Bucket: bucket,
    RequestId: createId().slice(0, 16).toUpperCase(),
    HostId: createId(),
  });
}

export function bucketArn(bucket: string): string {
  return `arn:aws:s3:::${bucket}`;
}

/** Form encoding, but for the slash: `a b+c/d` → `a+b%2Bc/d` (threats.md E1). */
function encodeEventKey(key: string): string {
  return encodeURIComponent(key)
    .replace(/[!'()~]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll("%20", "+")
    .replaceAll("%2F", "/");
}

/** Throws S3Error for what S3 would refuse, or what would never be sent here. */
export function checkNotifications(rules: readonly QueueNotification[]): void {
  for (const rule of rules) {
    const unknown = rule.events.find((event) => !SUBSCRIBABLE.includes(event));
    if (unknown) throw notImplemented(`event ${unknown}; these work: ${SUBSCRIBABLE.join(", ")}`);
  }
  for (const [index, rule] of rules.entries()) {
    if (!rules.slice(index + 1).some((other) => overlap(rule, other))) continue;
    throw new S3Error(
      "InvalidArgument",
      "Configuration is ambiguously defined. Cannot have overlapping suffixes in two rules if the prefixes are overlapping for the same event type.",
    );
  }
}

function wants(rule: QueueNotification, event: EventName, key: string): boolean {
  const named = rule.events.some((one) => covers(one, `s3:${event}`));
  return named && key.startsWith(rule.prefix ?? "") && key.endsWith(rule.suffix ?? "");
}

function covers(pattern: string, event: string): boolean {
  return pattern === event || (pattern.endsWith("*") && event.startsWith(pattern.slice(0, -1)));
}

function overlap(a: QueueNotification, b: QueueNotification): boolean {
  const [prefixA, prefixB, suffixA, suffixB] = [a.prefix ?? "", b.prefix ?? "", a.suffix ?? "", b.suffix ?? ""];
  return (
    a.events.some((x) => b.events.some((y) => covers(x, y) || covers(y, x))) &&
    (prefixA.startsWith(prefixB) || prefixB.startsWith(prefixA)) &&
    (suffixA.endsWith(suffixB) || suffixB.endsWith(suffixA))
  );
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html */
function eventRecord(
  core: S3Core,
  request: AuthenticatedRequest,
  bucket: Bucket,
  eventName: EventName,
  version: ObjectVersion,
  configurationId: string,
) {
  const created = eventName.startsWith("ObjectCreated:") ? { size: version.bytes, eTag: version.eTag } : {};
  const marked = eventName === "ObjectRemoved:DeleteMarkerCreated" ? { eTag: version.eTag } : {};
  const versioned = bucket.settings.versioning ? { versionId: version.versionId } : {};
  return {
    eventVersion: "2.1",
    eventSource: "aws:s3",
    awsRegion: core.context.region,
    eventTime: new Date(core.context.clock.now()).toISOString(),
    eventName,
    userIdentity: { principalId: `AWS:${describe(request.principal)}` },
    requestParameters: { sourceIPAddress: request.raw.socket.remoteAddress ?? "127.0.0.1" },
    responseElements: { "x-amz-request-id": request.requestId, "x-amz-id-2": request.requestId },
    s3: {
      s3SchemaVersion: "1.0",
      configurationId,
      bucket: {
        name: bucket.name,
        ownerIdentity: { principalId: core.context.accountId },
        arn: bucketArn(bucket.name),
      },
      object: { key: encodeEventKey(version.key), ...created, ...marked, ...versioned, sequencer: version.sequencer },
    },
  };
}
