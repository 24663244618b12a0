import * as z from "zod";
import { hasAccess, requireAccess } from "./access.ts";
import { readDocument, type StoredBody, storeBody } from "./body.ts";
import { type Bucket, createId } from "./catalog.ts";
import { checkWriteConditions } from "./conditions.ts";
import { listOf } from "./configuration-document.ts";
import type { Change, ObjectDescription, ObjectVersion } from "./model.ts";
import { announce, type EventName } from "./notifications.ts";
import { checksumHeaders, encryptionHeader, parseDescription, versionHeader } from "./object-headers.ts";
import { S3Error } from "./s3-error.ts";
import type { AuthenticatedRequest, BucketRequest, ObjectRequest, S3Core, S3Reply } from "./s3-request.ts";
import { parseXml, printXml } from "./xml.ts";

/** PutObject. */
export async function putObject(core: S3Core, request: ObjectRequest): Promise<S3Reply> {
  const { key } = request;
  const description = parseDescription(request.headers);
  requireWriteAccess(core, request, description);
  // Refused before the body where that is known; decided when it is stored.
  checkWriteConditions(core.catalog.findCurrent(core.catalog.getBucket(request.bucket), key), key, request.headers);
  const stored = await storeBody(core, request, key);
  const version = commitObject(core, request, { key, ...description, ...contentOf(stored) }, "ObjectCreated:Put");
  return { status: 200, headers: writtenHeaders(core, request.bucket, version) };
}

/** The permissions of a write, beyond s3:PutObject, that its headers call for. */
export function requireWriteAccess(core: S3Core, request: ObjectRequest, description: ObjectDescription): void {
  const { key } = request;
  if (Object.keys(description.tags).length > 0) requireAccess(core, request, { action: "s3:PutObjectTagging", key });
  // If-Match tells the ETag of what is there.
  if (request.headers.has("if-match")) requireAccess(core, request, { action: "s3:GetObject", key });
}

export function writtenHeaders(core: S3Core, bucket: string, version: ObjectVersion): Record<string, string> {
  const { settings } = core.catalog.getBucket(bucket);
  return {
    etag: `"${version.eTag}"`,
    ...versionHeader(version, settings),
    ...encryptionHeader(settings),
    ...checksumHeaders(version.checksum),
  };
}

/** Size, ETag and checksum of an object that was stored in one go. */
export function contentOf(stored: StoredBody): Pick<ObjectVersion, "bytes" | "eTag" | "segments" | "checksum"> {
  return {
    bytes: stored.bytes,
    eTag: stored.md5,
    segments: [stored.segment],
    ...(stored.checksum ? { checksum: { ...stored.checksum, type: "FULL_OBJECT" as const } } : {}),
  };
}

export type ObjectDraft = Omit<ObjectVersion, "versionId" | "deleteMarker" | "lastModified" | "sequencer">;

/**
 * Makes a stored body the newest version of its key, together with the events that it causes: one journal entry, so
 * that a kill can neither lose an event nor invent one. Conditions are decided here, at the moment of writing. Where it
 * throws, the body's files are gone.
 */
export function commitObject(
  core: S3Core,
  request: AuthenticatedRequest & { readonly bucket: string },
  draft: ObjectDraft,
  event: EventName,
  more: readonly Change[] = [],
): ObjectVersion {
  try {
    const bucket = core.catalog.getBucket(request.bucket);
    checkWriteConditions(core.catalog.findCurrent(bucket, draft.key), draft.key, request.headers);
    const version: ObjectVersion = { ...draft, deleteMarker: false, ...stamp(core, bucket) };
    const change: Change = { kind: "version", bucket: bucket.name, version };
    const events = announce(core, request, bucket, event, version);
    core.catalog.commit(change, ...more, ...events);
    core.outbox.deliver(events);
    return version;
  } catch (error) {
    // Parts belong to their upload until it is completed.
    if (more.length === 0) core.blobs.remove(draft.segments);
    throw error;
  }
}

/** DeleteObject. */
export async function deleteObject(core: S3Core, request: ObjectRequest): Promise<S3Reply> {
  const bucket = core.catalog.getBucket(request.bucket);
  checkWriteConditions(core.catalog.findCurrent(bucket, request.key), request.key, request.headers);
  const removed = removeObject(core, request, bucket, request.key, request.query.get("versionId"));
  return {
    status: 204,
    headers: {
      ...(removed.deleteMarker ? { "x-amz-delete-marker": "true" } : {}),
      ...(removed.versionId ? { "x-amz-version-id": removed.versionId } : {}),
    },
  };
}

interface Removed {
  readonly deleteMarker: boolean;
  /** The version that went, or the marker that came. */
  readonly versionId?: string;
}

/** Removes a version for good, or, without an id on a versioned bucket, puts a delete marker on top. */
function removeObject(
  core: S3Core,
  request: AuthenticatedRequest,
  bucket: Bucket,
  key: string,
  versionId: string | undefined,
): Removed {
  const versioned = bucket.settings.versioning !== undefined;
  const commit = (change: Change, event: EventName, version: ObjectVersion): void => {
    const events = announce(core, request, bucket, event, version);
    core.catalog.commit(change, ...events);
    core.outbox.deliver(events);
  };
  if (versionId !== undefined || !versioned) {
    const target = core.catalog.findVersion(bucket, key, versionId ?? "null");
    if (target) {
      const gone: Change = { kind: "version-gone", bucket: bucket.name, key, versionId: target.versionId };
      commit(gone, "ObjectRemoved:Delete", {
        ...target,
        sequencer: core.catalog.nextSequencer(core.context.clock.now()),
      });
    }
    return { deleteMarker: target?.deleteMarker ?? false, ...(versionId === undefined ? {} : { versionId }) };
  }
  const empty = { bytes: 0, eTag: "", segments: [], headers: {}, metadata: {}, tags: {} };
  const marker: ObjectVersion = { key, ...empty, deleteMarker: true, ...stamp(core, bucket) };
  commit({ kind: "version", bucket: bucket.name, version: marker }, "ObjectRemoved:DeleteMarkerCreated", marker);
  return { deleteMarker: true, versionId: marker.versionId };
}

const deleteEntry = z.strictObject({ Key: z.string().min(1), VersionId: z.string().optional() });
const deleteList = z.strictObject({
  Object: listOf(deleteEntry).refine((list) => list.length >= 1 && list.length <= 1000, "1 to 1000 keys are expected"),
  Quiet: z.enum(["true", "false"]).optional(),
});

/** DeleteObjects: each key is asked about and answered for on its own. */
export async function deleteObjects(core: S3Core, request: BucketRequest): Promise<S3Reply> {
  const bucket = core.catalog.getBucket(request.bucket);
  const { text, verified } = await readDocument(request);
  if (!verified) {
    throw new S3Error("InvalidRequest", "Missing required header for this request: Content-MD5 OR x-amz-checksum-*");
  }
  const list = parseXml(text, "Delete", deleteList);
  const Deleted = [];
  const Errors = [];
  for (const { Key, VersionId } of list.Object) {
    const action = VersionId === undefined ? "s3:DeleteObject" : "s3:DeleteObjectVersion";
    if (!hasAccess(core, request, { action, key: Key })) {
      Errors.push({ Key, VersionId, Code: "AccessDenied", Message: "Access Denied" });
      continue;
    }
    const { deleteMarker, versionId } = removeObject(core, request, bucket, Key, VersionId);
    Deleted.push({
      Key,
      VersionId,
      ...(deleteMarker ? { DeleteMarker: true, DeleteMarkerVersionId: versionId } : {}),
    });
  }
  return {
    status: 200,
    body: printXml("DeleteResult", { Deleted: list.Quiet === "true" ? [] : Deleted, Error: Errors }),
  };
}

function stamp(core: S3Core, bucket: Bucket): Pick<ObjectVersion, "versionId" | "lastModified" | "sequencer"> {
  const lastModified = core.context.clock.now();
  const versionId = bucket.settings.versioning === "Enabled" ? createId() : "null";
  return { versionId, lastModified, sequencer: core.catalog.nextSequencer(lastModified) };
}
