import type { S3BucketLifecycleConfigurationRule } from "@cdktf/provider-aws/lib/s3-bucket-lifecycle-configuration/index.js";

export interface BucketLifecycle {
  /** Days until an object is deleted. @default never */
  readonly expireAfterDays?: number;
  /** Days until a replaced or deleted version is gone. @default never */
  readonly expireNoncurrentAfterDays?: number;
}

/** S3 keeps the parts of an unfinished upload, and bills them, until told otherwise. */
const ABORT_UNFINISHED_AFTER_DAYS = 1;
/** What a bucket forgets, and when. Unfinished uploads always. */
export function listLifecycleRules(lifecycle: BucketLifecycle): S3BucketLifecycleConfigurationRule[] {
  const everything = { status: "Enabled", filter: [{ prefix: "" }] };
  const rules: S3BucketLifecycleConfigurationRule[] = [
    {
      ...everything,
      id: "abort-unfinished-uploads",
      abortIncompleteMultipartUpload: [{ daysAfterInitiation: ABORT_UNFINISHED_AFTER_DAYS }],
    },
  ];
  if (lifecycle.expireAfterDays !== undefined) {
    rules.push({ ...everything, id: "expire", expiration: [{ days: lifecycle.expireAfterDays }] });
  }
  if (lifecycle.expireNoncurrentAfterDays !== undefined) {
    rules.push({
      ...everything,
      id: "expire-noncurrent",
      noncurrentVersionExpiration: [{ noncurrentDays: lifecycle.expireNoncurrentAfterDays }],
    });
    // What is left of a deleted object when its last version is gone; may not stand in a rule with `days`.
    rules.push({ ...everything, id: "expire-markers", expiration: [{ expiredObjectDeleteMarker: true }] });
  }
  return rules;
}
