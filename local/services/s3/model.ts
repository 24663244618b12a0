import type { Segment } from "./blobs.ts";
import type { ObjectChecksum } from "./checksums.ts";
import type { BucketSettings } from "./seam.ts";

/** What this server knows of a bucket, an object and an upload: plain data, as it stands in the journal. */

export interface StoredSettings extends BucketSettings {
  readonly tags?: Readonly<Record<string, string>>;
}

/** What a client says about an object beside its bytes. */
export interface ObjectDescription {
  /** content-type, cache-control …, by lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  /** x-amz-meta-…, without the prefix. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
}

export interface ObjectVersion extends ObjectDescription {
  readonly key: string;
  /** "null" for what was written without versioning. */
  readonly versionId: string;
  readonly deleteMarker: boolean;
  /** Milliseconds since 1970. */
  readonly lastModified: number;
  readonly bytes: number;
  /** Without quotes. */
  readonly eTag: string;
  readonly segments: readonly Segment[];
  readonly checksum?: ObjectChecksum;
  /** Grows with every write to the bucket; hex. */
  readonly sequencer: string;
}

export interface UploadedPart {
  readonly number: number;
  readonly segment: Segment;
  readonly eTag: string;
  readonly lastModified: number;
  readonly checksum?: ObjectChecksum;
}

export interface MultipartUpload extends ObjectDescription {
  readonly uploadId: string;
  readonly key: string;
  readonly initiated: number;
  readonly checksum?: Pick<ObjectChecksum, "algorithm" | "type">;
}

/** An event that waits for its queue. */
export interface PendingEvent {
  readonly id: string;
  readonly queueArn: string;
  readonly sourceArn: string;
  readonly body: string;
}

/** One thing that became true. A journal entry is a list of these, all or none. */
export type Change =
  | { readonly kind: "bucket"; readonly bucket: string; readonly createdAt: number; readonly settings: StoredSettings }
  | { readonly kind: "bucket-gone"; readonly bucket: string }
  | { readonly kind: "settings"; readonly bucket: string; readonly settings: StoredSettings }
  | { readonly kind: "version"; readonly bucket: string; readonly version: ObjectVersion }
  | { readonly kind: "version-gone"; readonly bucket: string; readonly key: string; readonly versionId: string }
  | {
      readonly kind: "tags";
      readonly bucket: string;
      readonly key: string;
      readonly versionId: string;
      readonly tags: Readonly<Record<string, string>>;
    }
  | { readonly kind: "upload"; readonly bucket: string; readonly upload: MultipartUpload }
  | { readonly kind: "part"; readonly bucket: string; readonly uploadId: string; readonly part: UploadedPart }
  | {
      readonly kind: "upload-gone";
      readonly bucket: string;
      readonly uploadId: string;
      /** The parts that an object took over; the files of the others are freed. */
      readonly adopted: readonly number[];
    }
  | { readonly kind: "event"; readonly event: PendingEvent }
  | { readonly kind: "event-gone"; readonly id: string }
  | { readonly kind: "sequence"; readonly last: string };

export type EventChange = Extract<Change, { kind: "event" }>;
