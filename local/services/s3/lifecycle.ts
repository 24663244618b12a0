import type { Bucket } from "./catalog.ts";
import { createId } from "./catalog.ts";
import type { Change, ObjectVersion } from "./model.ts";
import type { S3Core } from "./s3-request.ts";
import type { LifecycleRule } from "./seam.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

/** Applies every bucket's lifecycle rules, as they stand at this moment. */
export function expireObjects(core: S3Core): void {
  for (const bucket of core.catalog.buckets.values()) {
    for (const rule of bucket.settings.lifecycle ?? []) {
      const changes = planExpiry(core, bucket, rule);
      if (changes.length === 0) continue;
      core.catalog.commit(...changes);
      const { id } = rule;
      core.context.log({
        level: "info",
        source: "s3",
        message: "lifecycle rule applied",
        bucket: bucket.name,
        rule: id,
        changes: changes.length,
      });
    }
  }
}

/** S3 rounds the end of an object's life up to the next midnight, UTC. */
function isOver(since: number, days: number, now: number): boolean {
  return now >= Math.ceil((since + days * DAY_MS) / DAY_MS) * DAY_MS;
}

function planExpiry(core: S3Core, bucket: Bucket, rule: LifecycleRule): Change[] {
  const now = core.context.clock.now();
  const changes: Change[] = [];
  for (const key of bucket.keys.from(rule.prefix)) {
    if (!key.startsWith(rule.prefix)) break;
    const versions = bucket.versions.get(key) ?? [];
    changes.push(...planCurrent(core, bucket, rule, versions, now), ...planNoncurrent(bucket, rule, versions, now));
  }
  const uploadDays = rule.abortIncompleteMultipartUploadDays;
  for (const { upload } of uploadDays === undefined ? [] : bucket.uploads.values()) {
    if (upload.key.startsWith(rule.prefix) && isOver(upload.initiated, uploadDays ?? 0, now)) {
      changes.push({ kind: "upload-gone", bucket: bucket.name, uploadId: upload.uploadId, adopted: [] });
    }
  }
  return changes;
}

/** The newest version goes where nothing keeps older ones, and gets a delete marker where versioning does. */
function planCurrent(
  core: S3Core,
  bucket: Bucket,
  rule: LifecycleRule,
  versions: readonly ObjectVersion[],
  now: number,
): Change[] {
  const [current] = versions;
  if (!current) return [];
  const { key, versionId } = current;
  if (current.deleteMarker) {
    const lonely = versions.length === 1 && rule.expiredObjectDeleteMarker === true;
    return lonely ? [{ kind: "version-gone", bucket: bucket.name, key, versionId }] : [];
  }
  if (rule.expirationDays === undefined || !isOver(current.lastModified, rule.expirationDays, now)) return [];
  if (bucket.settings.versioning === undefined) return [{ kind: "version-gone", bucket: bucket.name, key, versionId }];
  const marker: ObjectVersion = {
    key,
    versionId: bucket.settings.versioning === "Enabled" ? createId() : "null",
    deleteMarker: true,
    lastModified: now,
    bytes: 0,
    eTag: "",
    segments: [],
    headers: {},
    metadata: {},
    tags: {},
    sequencer: core.catalog.nextSequencer(now),
  };
  return [{ kind: "version", bucket: bucket.name, version: marker }];
}

/** A version's days as noncurrent begin when its successor came. */
function planNoncurrent(
  bucket: Bucket,
  rule: LifecycleRule,
  versions: readonly ObjectVersion[],
  now: number,
): Change[] {
  const days = rule.noncurrentVersionExpirationDays;
  if (days === undefined) return [];
  return versions.flatMap((version, index): Change[] => {
    const successor = versions[index - 1];
    if (!successor || !isOver(successor.lastModified, days, now)) return [];
    return [{ kind: "version-gone", bucket: bucket.name, key: version.key, versionId: version.versionId }];
  });
}
