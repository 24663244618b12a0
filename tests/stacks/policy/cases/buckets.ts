import type { BUCKET_RULES } from "../../../../stacks/policy/rules/buckets.ts";
import { type Case, declare, out, putIn, ref, remove, set } from "./case.ts";

const FFMPEG = "aws_s3_object.ffmpeg";
const UPLOADS = "aws_s3_bucket.uploads";
const SITE = "aws_s3_bucket.site";
const OF_UPLOADS = { bucket: ref("aws_s3_bucket.uploads.bucket") };

export const BUCKET_CASES = {
  "bucket-public-access": [
    out(SITE, remove("aws_s3_bucket_public_access_block.site")),
    ...["block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"].map((flag) =>
      out(UPLOADS, set("aws_s3_bucket_public_access_block.uploads", flag, false)),
    ),
  ],
  "bucket-no-acl": [
    out(UPLOADS, set("aws_s3_bucket_ownership_controls.uploads", "rule.object_ownership", "ObjectWriter")),
    out(SITE, set(SITE, "acl", "public-read")),
    out("aws_s3_bucket_acl.site", declare("aws_s3_bucket_acl.site", { acl: "public-read" })),
  ],
  "bucket-encrypted": [out(UPLOADS, remove("aws_s3_bucket_server_side_encryption_configuration.uploads"))],
  "bucket-customer-key": [
    putIn(
      UPLOADS,
      set(
        "aws_s3_bucket_server_side_encryption_configuration.uploads",
        "rule.apply_server_side_encryption_by_default.sse_algorithm",
        "aws:kms",
      ),
    ),
  ],
  "object-customer-key": [putIn(FFMPEG, set(FFMPEG, "kms_key_id", ref("aws_kms_key.ours.arn")))],
  "bucket-versioned": [
    out(UPLOADS, set("aws_s3_bucket_versioning.uploads", "versioning_configuration.status", "Suspended")),
    out(UPLOADS, remove("aws_s3_bucket_versioning.uploads")),
  ],
  "bucket-mfa-delete": [
    putIn(
      "aws_s3_bucket_versioning.uploads",
      set("aws_s3_bucket_versioning.uploads", "versioning_configuration.mfa_delete", "Enabled"),
    ),
  ],
  "bucket-lifecycle": [
    out(SITE, remove("aws_s3_bucket_lifecycle_configuration.site")),
    out(SITE, set("aws_s3_bucket_lifecycle_configuration.site", "rule.status", "Disabled")),
    out(
      SITE,
      set(
        "aws_s3_bucket_lifecycle_configuration.site",
        "rule.abort_incomplete_multipart_upload.days_after_initiation",
        90,
      ),
    ),
  ],
  "bucket-forgets-versions": [
    out(UPLOADS, set("aws_s3_bucket_lifecycle_configuration.uploads", "rule", [{ id: "none", status: "Enabled" }])),
  ],
  "bucket-access-log": [putIn(UPLOADS, declare("aws_s3_bucket_logging.uploads", OF_UPLOADS))],
  "bucket-replicated": [putIn(UPLOADS, declare("aws_s3_bucket_replication_configuration.uploads", OF_UPLOADS))],
  "bucket-events": [out(UPLOADS, remove("aws_s3_bucket_notification.uploads"))],
  "bucket-object-lock": [
    out(UPLOADS, set(UPLOADS, "object_lock_configuration", [{ object_lock_enabled: "Disabled" }])),
  ],
  "bucket-name": [out(UPLOADS, set(UPLOADS, "bucket", "uploads.example.com"))],
  "bucket-kept": [
    out(UPLOADS, set(UPLOADS, "lifecycle.prevent_destroy", false)),
    out("aws_s3_bucket.renditions", set("aws_s3_bucket.renditions", "force_destroy", true)),
  ],
  "bucket-cors-methods": [
    out(
      "aws_s3_bucket_cors_configuration.uploads",
      set("aws_s3_bucket_cors_configuration.uploads", "cors_rule.allowed_methods", ["PUT", "DELETE"]),
    ),
    out(
      "aws_s3_bucket_cors_configuration.uploads",
      set("aws_s3_bucket_cors_configuration.uploads", "cors_rule.allowed_headers", ["*"]),
    ),
  ],
} satisfies Record<keyof typeof BUCKET_RULES, readonly Case[]>;
