import type { PolicyDocument } from "../../iam/policy.ts";
import type { AwsService } from "../../service.ts";

/** What a bucket's Terraform resources say of it, in the words of the S3 API. */
export interface BucketSettings {
  readonly versioning?: "Enabled" | "Suspended";
  readonly cors?: readonly CorsRule[];
  readonly lifecycle?: readonly LifecycleRule[];
  readonly publicAccessBlock?: Readonly<
    Record<"blockPublicAcls" | "ignorePublicAcls" | "blockPublicPolicy" | "restrictPublicBuckets", boolean>
  >;
  readonly objectOwnership?: "BucketOwnerEnforced" | "BucketOwnerPreferred" | "ObjectWriter";
  readonly encryption?: { readonly algorithm: "AES256" | "aws:kms"; readonly bucketKeyEnabled?: boolean };
  readonly policy?: PolicyDocument;
  readonly notifications?: readonly QueueNotification[];
}

export interface CorsRule {
  readonly id?: string;
  readonly allowedOrigins: readonly string[];
  readonly allowedMethods: readonly string[];
  readonly allowedHeaders?: readonly string[];
  readonly exposeHeaders?: readonly string[];
  readonly maxAgeSeconds?: number;
}

/** Days count from the object's creation; the sweep runs hourly and when `expireObjects` is called. */
export interface LifecycleRule {
  readonly id: string;
  readonly prefix: string;
  readonly expirationDays?: number;
  readonly expiredObjectDeleteMarker?: boolean;
  readonly noncurrentVersionExpirationDays?: number;
  readonly abortIncompleteMultipartUploadDays?: number;
}

export interface QueueNotification {
  readonly id: string;
  readonly queueArn: string;
  /** `s3:ObjectCreated:*` */
  readonly events: readonly string[];
  readonly prefix?: string;
  readonly suffix?: string;
}

export interface S3Service extends AwsService {
  /** Creates the bucket where it is missing; objects of an existing one stay. */
  putBucket(bucket: string): Promise<void>;
  /** Lays these settings over the bucket's own; a setting set to undefined is removed. Sends `s3:TestEvent` as S3 does. */
  configureBucket(bucket: string, settings: BucketSettings): Promise<void>;
  /** Writes an object as Terraform's `aws_s3_object` would: from a file, without an event where it is unchanged. */
  seedObject(
    bucket: string,
    key: string,
    object: {
      readonly body: Buffer | { readonly path: string };
      readonly contentType?: string;
      readonly cacheControl?: string;
    },
  ): Promise<{ readonly eTag: string; readonly versionId?: string }>;
  /** Applies lifecycle rules now, by the clock. */
  expireObjects(): Promise<void>;
}

/** Hands an S3 event to its queue; false when the queue's policy or absence forbids it. Given to S3 when it is made. */
export type DeliverToQueue = (queueArn: string, sourceArn: string, body: string) => Promise<boolean>;
