import { ENVIRONMENT } from "../../../contracts/media/environment.ts";
import { createDynamoDbClient } from "../../aws/clients.ts";
import { createS3Client } from "../../aws/s3-client.ts";
import { createSqsClient } from "../../aws/sqs-client.ts";
import { SqsMessageVisibility } from "../../aws/sqs-message-visibility.ts";
import { systemClock } from "../../support/clock.ts";
import { readEnvironment, readPositiveInteger, readSwitch } from "../../support/environment.ts";
import { createLog } from "../../support/log.ts";
import { DynamoDbJobTable } from "../jobs/aws/dynamodb-job-table.ts";
import { S3RenditionStore } from "../jobs/aws/s3-rendition-store.ts";
import { S3SourceStore } from "../jobs/aws/s3-source-store.ts";
import { createMetrics } from "../jobs/metrics.ts";
import type { BatchDependencies } from "../jobs/process-batch.ts";
import type { ResizeDependencies } from "./resize-image.ts";
import { readWidths } from "./settings.ts";

/** Environment → adapters, once per cold start. The memory is Lambda's own variable. */
export function createDependencies(): { readonly resize: ResizeDependencies; readonly batch: BatchDependencies } {
  const environment = readEnvironment("resize", ENVIRONMENT.resize);
  const client = createS3Client();
  const memoryMb = process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE ?? "";
  return {
    resize: {
      source: new S3SourceStore(client, environment.UPLOADS_BUCKET),
      renditions: new S3RenditionStore(client, environment.RENDITIONS_BUCKET),
      limits: {
        maxBytes: readPositiveInteger("MAX_IMAGE_BYTES", environment.MAX_IMAGE_BYTES),
        memoryMb: readPositiveInteger("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", memoryMb),
      },
      widths: readWidths(environment.IMAGE_WIDTHS),
      avif: readSwitch("IMAGE_AVIF", environment.IMAGE_AVIF),
      heic: readSwitch("IMAGE_HEIC", environment.IMAGE_HEIC),
    },
    batch: {
      jobs: new DynamoDbJobTable(createDynamoDbClient(), environment.JOBS_TABLE),
      messages: new SqsMessageVisibility(createSqsClient(), environment.QUEUE_URL),
      clock: systemClock,
      log: createLog("resize"),
      metrics: createMetrics("resize", environment.METRICS_NAMESPACE),
    },
  };
}
