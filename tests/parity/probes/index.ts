import type { Probe } from "../probe.ts";
import { DYNAMODB_PROBES } from "./dynamodb.ts";
import { IAM_PROBES } from "./iam.ts";
import { LAMBDA_PROBES } from "./lambda.ts";
import { S3_CORS_PROBES } from "./s3-cors.ts";
import { S3_EVENT_PROBES } from "./s3-events.ts";
import { S3_FORM_PROBES } from "./s3-forms.ts";
import { S3_OBJECT_PROBES } from "./s3-objects.ts";
import { S3_PROTECTION_PROBES } from "./s3-protection.ts";
import { S3_SIGNED_URL_PROBES } from "./s3-signed-urls.ts";
import { SQS_PROBES } from "./sqs.ts";

/** Every behaviour that is asked about, in the order of the tables. */
export const PROBES: readonly Probe[] = [
  ...S3_FORM_PROBES,
  ...S3_SIGNED_URL_PROBES,
  ...S3_CORS_PROBES,
  ...S3_OBJECT_PROBES,
  ...S3_EVENT_PROBES,
  ...S3_PROTECTION_PROBES,
  ...SQS_PROBES,
  ...DYNAMODB_PROBES,
  ...IAM_PROBES,
  ...LAMBDA_PROBES,
];
