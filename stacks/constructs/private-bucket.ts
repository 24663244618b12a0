import { S3Bucket } from "@cdktf/provider-aws/lib/s3-bucket/index.js";
import { S3BucketCorsConfiguration } from "@cdktf/provider-aws/lib/s3-bucket-cors-configuration/index.js";
import { S3BucketLifecycleConfiguration } from "@cdktf/provider-aws/lib/s3-bucket-lifecycle-configuration/index.js";
import { S3BucketNotification } from "@cdktf/provider-aws/lib/s3-bucket-notification/index.js";
import { S3BucketOwnershipControls } from "@cdktf/provider-aws/lib/s3-bucket-ownership-controls/index.js";
import { S3BucketPolicy } from "@cdktf/provider-aws/lib/s3-bucket-policy/index.js";
import { S3BucketPublicAccessBlock } from "@cdktf/provider-aws/lib/s3-bucket-public-access-block/index.js";
import { S3BucketServerSideEncryptionConfigurationA } from "@cdktf/provider-aws/lib/s3-bucket-server-side-encryption-configuration/index.js";
import { S3BucketVersioningA } from "@cdktf/provider-aws/lib/s3-bucket-versioning/index.js";
import { Lazy } from "cdktf";
import { Construct } from "constructs";
import { withLogicalId } from "../support/logical-id.ts";
import {
  ACTIONS,
  denyPlainHttp,
  type Grantee,
  policyDocument,
  type ResourceStatement,
} from "../support/permissions.ts";
import { isWholeBetween, type Rule, validateProps } from "../support/validate.ts";
import { listLifecycleRules } from "./bucket-lifecycle.ts";
import type { WorkQueue } from "./work-queue.ts";

export interface PrivateBucketProps {
  /** Unique in the world, 3–63 characters. */
  readonly bucketName: string;
  readonly accountId: string;
  /** True: neither Terraform nor a person can destroy it while it holds anything. */
  readonly isProtected: boolean;
  /** Keeps what is replaced or deleted. @default false */
  readonly isVersioned?: boolean;
  /** Days until an object is deleted, 1–3650. @default never */
  readonly expireAfterDays?: number;
  /** Days until a replaced or deleted version is gone, 1–3650. Needs isVersioned. @default never */
  readonly expireNoncurrentAfterDays?: number;
  /** Pages that may send files to it straight from a browser. @default none */
  readonly uploadOrigins?: readonly string[];
}

/** How long a browser may remember the answer to a preflight. */
const CORS_MAX_AGE_SECONDS = 3600;

const RULES: readonly Rule<PrivateBucketProps>[] = [
  {
    holds: ({ bucketName }) => /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/.test(bucketName),
    problem: ({ bucketName }) =>
      `bucketName "${bucketName}" must be 3 to 63 lower-case letters, digits and hyphens, a letter or digit at each end`,
  },
  {
    holds: ({ expireAfterDays: days }) => days === undefined || isWholeBetween(days, 1, 3650),
    problem: ({ expireAfterDays }) => `expireAfterDays is ${expireAfterDays}; it must be a whole number from 1 to 3650`,
  },
  {
    holds: ({ expireNoncurrentAfterDays: days }) => days === undefined || isWholeBetween(days, 1, 3650),
    problem: ({ expireNoncurrentAfterDays }) =>
      `expireNoncurrentAfterDays is ${expireNoncurrentAfterDays}; it must be a whole number from 1 to 3650`,
  },
  {
    holds: ({ isVersioned, expireNoncurrentAfterDays }) =>
      (isVersioned ?? false) === (expireNoncurrentAfterDays !== undefined),
    problem: () =>
      "isVersioned and expireNoncurrentAfterDays go together: versions that never expire are paid for for ever, and without versions there is nothing to expire",
  },
  {
    holds: ({ uploadOrigins = [] }) => uploadOrigins.every((origin) => !origin.includes("*")),
    problem: ({ uploadOrigins }) => `uploadOrigins holds a wildcard (${uploadOrigins?.join(", ")}); name each origin`,
  },
];

/**
 * A bucket that nobody reaches but those it was granted to: no public access, no ACLs, TLS only, encrypted, and
 * nothing kept longer than said.
 */
export class PrivateBucket extends Construct {
  readonly name: string;
  readonly arn: string;
  readonly regionalDomainName: string;
  private readonly logicalId: string;
  private readonly accountId: string;
  private readonly statements: ResourceStatement[] = [];

  constructor(scope: Construct, id: string, props: PrivateBucketProps) {
    super(scope, `${id}-bucket`);
    validateProps(this, props, RULES);
    this.logicalId = id;
    this.accountId = props.accountId;
    const bucket = this.createBucket(props);
    this.name = bucket.bucket;
    this.arn = bucket.arn;
    this.regionalDomainName = bucket.bucketRegionalDomainName;
    this.createOwnership();
    this.createEncryption();
    const versioning = this.createVersioning(props);
    this.createLifecycle(props, versioning);
    this.createPolicy(this.createPublicAccessBlock());
    if (props.uploadOrigins) this.createCors(props.uploadOrigins);
  }

  /** Reads objects, and learns which are missing. `prefix` ends in `/`. */
  grantRead(grantee: Grantee, ...prefixes: readonly string[]): void {
    grantee.addStatement({
      Sid: this.sid("Read"),
      Effect: "Allow",
      Action: ACTIONS.readObjects,
      Resource: this.objects(prefixes),
    });
    this.grantLearnMissing(grantee);
  }

  /** Learns whether an object is there. */
  grantStat(grantee: Grantee, ...prefixes: readonly string[]): void {
    grantee.addStatement({
      Sid: this.sid("Stat"),
      Effect: "Allow",
      Action: ACTIONS.statObjects,
      Resource: this.objects(prefixes),
    });
    this.grantLearnMissing(grantee);
  }

  grantWrite(grantee: Grantee, ...prefixes: readonly string[]): void {
    grantee.addStatement({
      Sid: this.sid("Write"),
      Effect: "Allow",
      Action: ACTIONS.writeObjects,
      Resource: this.objects(prefixes),
    });
  }

  /** Lets one distribution read every object, and no other (threats.md P2). */
  grantReadToDistribution(distributionArn: string): void {
    this.statements.push({
      Sid: "ReadThroughCdn",
      Effect: "Allow",
      Principal: { Service: "cloudfront.amazonaws.com" },
      Action: ACTIONS.statObjects,
      Resource: `${this.arn}/*`,
      // The ARN holds the account; unlike S3, CloudFront is not documented to send aws:SourceAccount.
      Condition: { StringEquals: { "aws:SourceArn": distributionArn } },
    });
  }

  /** Announces each new object to a queue, by the first folder of its key. A bucket has one such table: call it once. */
  notifyQueues(routes: readonly { readonly id: string; readonly prefix: string; readonly queue: WorkQueue }[]): void {
    const queues = [...new Set(routes.map(({ queue }) => queue))];
    const policies = queues.map((queue) => queue.allowBucket(this.arn, this.accountId));
    withLogicalId(
      new S3BucketNotification(this, "notification", {
        bucket: this.name,
        queue: routes.map(({ id, prefix, queue }) => ({
          id,
          queueArn: queue.arn,
          events: ["s3:ObjectCreated:*"],
          filterPrefix: prefix,
        })),
        // S3 tries the queue when the notification is made, and refuses it without the queue's leave.
        dependsOn: policies,
      }),
      this.logicalId,
    );
  }

  private createBucket(props: PrivateBucketProps): S3Bucket {
    return withLogicalId(
      new S3Bucket(this, "bucket", {
        bucket: props.bucketName,
        forceDestroy: !props.isProtected,
        lifecycle: { preventDestroy: props.isProtected },
      }),
      this.logicalId,
    );
  }

  private createPublicAccessBlock(): S3BucketPublicAccessBlock {
    return withLogicalId(
      new S3BucketPublicAccessBlock(this, "public-access-block", {
        bucket: this.name,
        blockPublicAcls: true,
        blockPublicPolicy: true,
        ignorePublicAcls: true,
        restrictPublicBuckets: true,
      }),
      this.logicalId,
    );
  }

  private createOwnership(): void {
    withLogicalId(
      new S3BucketOwnershipControls(this, "ownership", {
        bucket: this.name,
        rule: { objectOwnership: "BucketOwnerEnforced" },
      }),
      this.logicalId,
    );
  }

  private createEncryption(): void {
    withLogicalId(
      new S3BucketServerSideEncryptionConfigurationA(this, "encryption", {
        bucket: this.name,
        rule: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }],
      }),
      this.logicalId,
    );
  }

  private createVersioning(props: PrivateBucketProps): S3BucketVersioningA | undefined {
    if (!props.isVersioned) return undefined;
    return withLogicalId(
      new S3BucketVersioningA(this, "versioning", {
        bucket: this.name,
        versioningConfiguration: { status: "Enabled" },
      }),
      this.logicalId,
    );
  }

  private createLifecycle(props: PrivateBucketProps, versioning: S3BucketVersioningA | undefined): void {
    withLogicalId(
      new S3BucketLifecycleConfiguration(this, "lifecycle", {
        bucket: this.name,
        rule: listLifecycleRules(props),
        dependsOn: versioning ? [versioning] : undefined,
      }),
      this.logicalId,
    );
  }

  private createPolicy(publicAccessBlock: S3BucketPublicAccessBlock): void {
    this.statements.push(denyPlainHttp("s3:*", [this.arn, `${this.arn}/*`]));
    withLogicalId(
      new S3BucketPolicy(this, "policy", {
        bucket: this.name,
        policy: Lazy.stringValue({ produce: () => policyDocument(this.statements) }),
        // S3 answers 409 when both are written at the same moment.
        dependsOn: [publicAccessBlock],
      }),
      this.logicalId,
    );
  }

  private createCors(origins: readonly string[]): void {
    withLogicalId(
      new S3BucketCorsConfiguration(this, "cors", {
        bucket: this.name,
        corsRule: [
          {
            id: "upload",
            allowedOrigins: [...origins],
            allowedMethods: ["POST", "PUT"],
            // What a signed PUT carries beyond what browsers may always send (threats.md U2, U3).
            allowedHeaders: ["content-type", "if-none-match"],
            exposeHeaders: ["ETag"],
            maxAgeSeconds: CORS_MAX_AGE_SECONDS,
          },
        ],
      }),
      this.logicalId,
    );
  }

  private grantLearnMissing(grantee: Grantee): void {
    grantee.addStatement({
      Sid: this.sid("LearnMissing"),
      Effect: "Allow",
      Action: ACTIONS.listBucket,
      Resource: this.arn,
    });
  }

  private objects(prefixes: readonly string[]): string[] {
    return prefixes.map((prefix) => `${this.arn}/${prefix}*`);
  }

  private sid(verb: string): string {
    return `${verb}${this.logicalId.charAt(0).toUpperCase()}${this.logicalId.slice(1)}`;
  }
}
