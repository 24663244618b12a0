import { defineService } from "../../service.ts";
import type { SqsService } from "../sqs/seam.ts";
import { createDelivery } from "./deliver-to-queue.ts";
import { awsS3Bucket } from "./resources/aws-s3-bucket.ts";
import { awsS3BucketCorsConfiguration } from "./resources/aws-s3-bucket-cors-configuration.ts";
import { awsS3BucketLifecycleConfiguration } from "./resources/aws-s3-bucket-lifecycle-configuration.ts";
import { awsS3BucketNotification } from "./resources/aws-s3-bucket-notification.ts";
import { awsS3BucketOwnershipControls } from "./resources/aws-s3-bucket-ownership-controls.ts";
import { awsS3BucketPolicy } from "./resources/aws-s3-bucket-policy.ts";
import { awsS3BucketPublicAccessBlock } from "./resources/aws-s3-bucket-public-access-block.ts";
import { awsS3BucketServerSideEncryptionConfiguration } from "./resources/aws-s3-bucket-server-side-encryption-configuration.ts";
import { awsS3BucketVersioning } from "./resources/aws-s3-bucket-versioning.ts";
import { awsS3Object } from "./resources/aws-s3-object.ts";
import { createS3 } from "./s3-service.ts";

/** S3, which hands its events to SQS. */
export const s3 = defineService({
  name: "s3",
  create: (context, { sqs }: { readonly sqs: SqsService }) =>
    createS3({ ...context, deliver: createDelivery(sqs, context.accountId) }),
  stateFiles: /^journal\.jsonl$/,
  resources: [
    awsS3BucketCorsConfiguration,
    awsS3BucketLifecycleConfiguration,
    awsS3BucketNotification,
    awsS3BucketOwnershipControls,
    awsS3BucketPolicy,
    awsS3BucketPublicAccessBlock,
    awsS3BucketServerSideEncryptionConfiguration,
    awsS3BucketVersioning,
    awsS3Bucket,
    awsS3Object,
  ],
});
