import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { damagedState } from "../../state/damaged-state.ts";
import { Journal } from "../../state/journal.ts";
import type { Blobs, Segment } from "./blobs.ts";
import type { Change, MultipartUpload, ObjectVersion, PendingEvent, StoredSettings, UploadedPart } from "./model.ts";
import { S3Error } from "./s3-error.ts";
import { SortedKeys } from "./sorted-keys.ts";

export interface Bucket {
  readonly name: string;
  readonly createdAt: number;
  settings: StoredSettings;
  /** Newest first. A key without versions is not in here. */
  readonly versions: Map<string, ObjectVersion[]>;
  readonly keys: SortedKeys;
  readonly uploads: Map<string, { readonly upload: MultipartUpload; readonly parts: Map<number, UploadedPart> }>;
}

/**
 * All buckets, objects and uploads, in memory and in the journal. `commit` is synchronous: what a caller checked just
 * before it still holds, which is what makes conditional writes and version order right without locks.
 */
export class Catalog {
  readonly buckets = new Map<string, Bucket>();
  readonly events = new Map<string, PendingEvent>();
  /** Kept with all they hold, and found by nobody. */
  readonly #outOfReach = new Map<string, Bucket>();
  readonly #journal: Journal<readonly Change[]>;
  #sequence = 0n;

  constructor(
    directory: string,
    private readonly blobs: Blobs,
    say: (message: string) => void,
  ) {
    const path = join(directory, "journal.jsonl");
    if (!existsSync(path) && blobs.exist())
      throw damagedState(path, "is missing, though the objects that it describes are there");
    this.#journal = new Journal({
      path,
      replay: (changes) => changes.forEach((change) => void this.apply(change)),
      snapshot: () => this.snapshot(),
      say,
    });
  }

  /** Durable and visible when it returns, all changes or none. */
  commit(...changes: readonly Change[]): void {
    this.#journal.append([changes]);
    for (const change of changes) this.blobs.remove(this.apply(change));
    this.#journal.compact();
  }

  close(): void {
    this.#journal.close();
  }

  /** Until the next start: it is as if the bucket were not there, and its name is not free. */
  putOutOfReach(name: string): void {
    this.#outOfReach.set(name, this.getBucket(name));
    this.buckets.delete(name);
  }

  isOutOfReach(name: string): boolean {
    return this.#outOfReach.has(name);
  }

  /** Throws NoSuchBucket. */
  getBucket(name: string): Bucket {
    const bucket = this.buckets.get(name);
    if (bucket) return bucket;
    throw new S3Error("NoSuchBucket", "The specified bucket does not exist", { BucketName: name });
  }

  /** The newest version, which may be a delete marker. */
  findCurrent(bucket: Bucket, key: string): ObjectVersion | undefined {
    return bucket.versions.get(key)?.[0];
  }

  findVersion(bucket: Bucket, key: string, versionId: string): ObjectVersion | undefined {
    return bucket.versions.get(key)?.find((version) => version.versionId === versionId);
  }

  /** Later is greater, over restarts and a clock that was set back; 18 hex digits, as S3's. */
  nextSequencer(now: number): string {
    const byClock = BigInt(now) << 16n;
    this.#sequence = byClock > this.#sequence ? byClock : this.#sequence + 1n;
    return formatSequence(this.#sequence);
  }

  /** Every file that something refers to, and its length in bytes. */
  usedFiles(): Map<string, number> {
    const used = new Map<string, number>();
    const use = ({ file, bytes }: Segment): unknown => used.set(file, bytes);
    for (const bucket of this.buckets.values()) {
      for (const versions of bucket.versions.values()) for (const { segments } of versions) segments.forEach(use);
      for (const { parts } of bucket.uploads.values()) for (const { segment } of parts.values()) use(segment);
    }
    return used;
  }

  /** Returns the files that nothing refers to any more. */
  private apply(change: Change): readonly Segment[] {
    switch (change.kind) {
      case "bucket": {
        const { bucket: name, createdAt, settings } = change;
        const empty = { versions: new Map(), keys: new SortedKeys(), uploads: new Map() };
        this.buckets.set(name, { name, createdAt, settings, ...empty });
        return [];
      }
      case "bucket-gone":
        this.buckets.delete(change.bucket);
        return [];
      case "settings":
        this.getBucket(change.bucket).settings = change.settings;
        return [];
      case "version":
        return this.addVersion(this.getBucket(change.bucket), change.version);
      case "version-gone":
        return this.removeVersion(this.getBucket(change.bucket), change.key, change.versionId);
      case "tags": {
        const versions = this.getBucket(change.bucket).versions.get(change.key) ?? [];
        const index = versions.findIndex(({ versionId }) => versionId === change.versionId);
        const version = versions[index];
        if (version) versions[index] = { ...version, tags: change.tags };
        return [];
      }
      case "event":
        this.events.set(change.event.id, change.event);
        return [];
      case "event-gone":
        this.events.delete(change.id);
        return [];
      case "sequence":
        this.#sequence = BigInt(`0x${change.last}`);
        return [];
      default:
        return applyToUploads(this.getBucket(change.bucket), change);
    }
  }

  private addVersion(bucket: Bucket, version: ObjectVersion): readonly Segment[] {
    const freed = version.versionId === "null" ? this.removeVersion(bucket, version.key, "null") : [];
    const older = bucket.versions.get(version.key) ?? [];
    bucket.versions.set(version.key, [version, ...older]);
    if (older.length === 0) bucket.keys.add(version.key);
    const sequence = BigInt(`0x${version.sequencer}`);
    if (sequence > this.#sequence) this.#sequence = sequence;
    return freed;
  }

  private removeVersion(bucket: Bucket, key: string, versionId: string): readonly Segment[] {
    const versions = bucket.versions.get(key) ?? [];
    const removed = versions.find((version) => version.versionId === versionId);
    if (!removed) return [];
    const left = versions.filter((version) => version !== removed);
    if (left.length > 0) bucket.versions.set(key, left);
    else {
      bucket.versions.delete(key);
      bucket.keys.delete(key);
    }
    return removed.segments;
  }

  private *snapshot(): Generator<readonly Change[]> {
    yield [{ kind: "sequence", last: formatSequence(this.#sequence) }];
    for (const { name: bucket, createdAt, settings, versions, uploads } of [
      ...this.buckets.values(),
      ...this.#outOfReach.values(),
    ]) {
      yield [{ kind: "bucket", bucket, createdAt, settings }];
      for (const history of versions.values()) {
        for (const version of history.toReversed()) yield [{ kind: "version", bucket, version }];
      }
      for (const { upload, parts } of uploads.values()) {
        yield [{ kind: "upload", bucket, upload }];
        for (const part of parts.values()) yield [{ kind: "part", bucket, uploadId: upload.uploadId, part }];
      }
    }
    for (const event of this.events.values()) yield [{ kind: "event", event }];
  }
}

type UploadChange = Extract<Change, { kind: "upload" | "part" | "upload-gone" }>;

function applyToUploads(bucket: Bucket, change: UploadChange): readonly Segment[] {
  if (change.kind === "upload") {
    bucket.uploads.set(change.upload.uploadId, { upload: change.upload, parts: new Map() });
    return [];
  }
  const parts = bucket.uploads.get(change.uploadId)?.parts ?? new Map<number, UploadedPart>();
  if (change.kind === "part") {
    const replaced = parts.get(change.part.number);
    parts.set(change.part.number, change.part);
    return replaced ? [replaced.segment] : [];
  }
  bucket.uploads.delete(change.uploadId);
  return [...parts.values()].filter(({ number }) => !change.adopted.includes(number)).map(({ segment }) => segment);
}

function formatSequence(sequence: bigint): string {
  return sequence.toString(16).toUpperCase().padStart(18, "0");
}

/** An id that cannot be guessed: of a version, an upload, an event. */
export function createId(): string {
  return randomBytes(16).toString("hex");
}
