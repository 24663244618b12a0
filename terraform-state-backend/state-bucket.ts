import { S3Bucket } from "@cdktf/provider-aws/lib/s3-bucket/index.js";
import { S3BucketLifecycleConfiguration } from "@cdktf/provider-aws/lib/s3-bucket-lifecycle-configuration/index.js";
import { S3BucketOwnershipControls } from "@cdktf/provider-aws/lib/s3-bucket-ownership-controls/index.js";
import { S3BucketPolicy } from "@cdktf/provider-aws/lib/s3-bucket-policy/index.js";
import { S3BucketPublicAccessBlock } from "@cdktf/provider-aws/lib/s3-bucket-public-access-block/index.js";
import { S3BucketServerSideEncryptionConfigurationA } from "@cdktf/provider-aws/lib/s3-bucket-server-side-encryption-configuration/index.js";
import { S3BucketVersioningA } from "@cdktf/provider-aws/lib/s3-bucket-versioning/index.js";
import { Construct } from "constructs";
import { policyDocument } from "./statement.ts";

export interface StateBucketProps {
  /** Unique in the world, 3–63 characters. */
  readonly bucketName: string;
  /** True: it is there already, and Terraform takes it over. */
  readonly isAdopted: boolean;
}

/** Counted from the day that a state was replaced: a stack that is deployed once a year can still go back. */
const KEEP_REPLACED_DAYS = 365;

/** Keeps every state and its past: private, encrypted, over TLS alone, and not to be destroyed. */
export class StateBucket extends Construct {
  private readonly bucket: S3Bucket;

  constructor(scope: Construct, { bucketName, isAdopted }: StateBucketProps) {
    super(scope, "state-bucket");
    this.bucket = this.createBucket(bucketName);
    if (isAdopted) this.bucket.importFrom(bucketName);
    this.createOwnership();
    this.createEncryption();
    this.createLifecycle(this.createVersioning());
    this.createPolicy(this.createPublicAccessBlock());
  }

  private createBucket(bucket: string): S3Bucket {
    const created = new S3Bucket(this, "bucket", { bucket, forceDestroy: false, lifecycle: { preventDestroy: true } });
    created.overrideLogicalId("state");
    return created;
  }

  private createVersioning(): S3BucketVersioningA {
    const versioning = new S3BucketVersioningA(this, "versioning", {
      bucket: this.bucket.bucket,
      versioningConfiguration: { status: "Enabled" },
    });
    versioning.overrideLogicalId("state");
    return versioning;
  }

  private createEncryption(): void {
    new S3BucketServerSideEncryptionConfigurationA(this, "encryption", {
      bucket: this.bucket.bucket,
      rule: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }],
    }).overrideLogicalId("state");
  }

  private createOwnership(): void {
    new S3BucketOwnershipControls(this, "ownership", {
      bucket: this.bucket.bucket,
      rule: { objectOwnership: "BucketOwnerEnforced" },
    }).overrideLogicalId("state");
  }

  private createLifecycle(versioning: S3BucketVersioningA): void {
    const everything = { status: "Enabled", filter: [{ prefix: "" }] };
    new S3BucketLifecycleConfiguration(this, "lifecycle", {
      bucket: this.bucket.bucket,
      rule: [
        {
          ...everything,
          id: "expire-noncurrent",
          noncurrentVersionExpiration: [{ noncurrentDays: KEEP_REPLACED_DAYS }],
          abortIncompleteMultipartUpload: [{ daysAfterInitiation: 1 }],
        },
        // Each lock leaves a marker behind when it is lifted.
        { ...everything, id: "expire-markers", expiration: [{ expiredObjectDeleteMarker: true }] },
      ],
      dependsOn: [versioning],
    }).overrideLogicalId("state");
  }

  private createPublicAccessBlock(): S3BucketPublicAccessBlock {
    const block = new S3BucketPublicAccessBlock(this, "public-access-block", {
      bucket: this.bucket.bucket,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    });
    block.overrideLogicalId("state");
    return block;
  }

  private createPolicy(publicAccessBlock: S3BucketPublicAccessBlock): void {
    const { bucket, arn } = this.bucket;
    const denial = { Effect: "Deny", Principal: "*", Action: "s3:*", Resource: [arn, `${arn}/*`] } as const;
    new S3BucketPolicy(this, "policy", {
      bucket,
      policy: policyDocument([
        { Sid: "TlsOnly", ...denial, Condition: { Bool: { "aws:SecureTransport": "false" } } },
        { Sid: "ModernTlsOnly", ...denial, Condition: { NumericLessThan: { "s3:TlsVersion": "1.2" } } },
      ]),
      // S3 answers 409 when both are written at the same moment.
      dependsOn: [publicAccessBlock],
    }).overrideLogicalId("state");
  }
}
