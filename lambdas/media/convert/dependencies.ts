import { ENVIRONMENT } from "../../../contracts/media/environment.ts";
import { createDynamoDbClient } from "../../aws/clients.ts";
import { createS3Client } from "../../aws/s3-client.ts";
import { createSqsClient } from "../../aws/sqs-client.ts";
import { SqsMessageVisibility } from "../../aws/sqs-message-visibility.ts";
import { systemClock } from "../../support/clock.ts";
import { readEnvironment, readPositiveInteger } from "../../support/environment.ts";
import { createLog } from "../../support/log.ts";
import { countThreads, DEFAULT_AV_LIMITS } from "../formats/av-limits.ts";
import { DynamoDbJobTable } from "../jobs/aws/dynamodb-job-table.ts";
import { S3RenditionStore } from "../jobs/aws/s3-rendition-store.ts";
import { S3SourceStore } from "../jobs/aws/s3-source-store.ts";
import { createMetrics } from "../jobs/metrics.ts";
import type { BatchDependencies } from "../jobs/process-batch.ts";
import type { ConvertDependencies } from "./convert-media.ts";
import { createFfmpegEncoder, searchPath } from "./ffmpeg-encoder.ts";
import { createScratch } from "./scratch.ts";

/** Environment → adapters, once per cold start. PATH and TMPDIR are the machine's own; in Lambda, /opt/bin and /tmp. */
export function createDependencies(): { readonly convert: ConvertDependencies; readonly batch: BatchDependencies } {
  const environment = readEnvironment("convert", ENVIRONMENT.convert);
  const client = createS3Client();
  const log = createLog("convert");
  const memoryMb = process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE ?? "";
  return {
    convert: {
      source: new S3SourceStore(client, environment.UPLOADS_BUCKET),
      renditions: new S3RenditionStore(client, environment.RENDITIONS_BUCKET),
      ffmpeg: createFfmpegEncoder(searchPath(process.env.PATH ?? "")),
      limits: {
        ...DEFAULT_AV_LIMITS,
        maxVideoBytes: readPositiveInteger("MAX_VIDEO_BYTES", environment.MAX_VIDEO_BYTES),
        maxAudioBytes: readPositiveInteger("MAX_AUDIO_BYTES", environment.MAX_AUDIO_BYTES),
        threads: countThreads(readPositiveInteger("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", memoryMb)),
        maxDurationSeconds: readPositiveInteger("MAX_DURATION_SECONDS", environment.MAX_DURATION_SECONDS),
        maxAudioDurationSeconds: readPositiveInteger(
          "MAX_AUDIO_DURATION_SECONDS",
          environment.MAX_AUDIO_DURATION_SECONDS,
        ),
      },
      scratch: createScratch(),
      log,
    },
    batch: {
      jobs: new DynamoDbJobTable(createDynamoDbClient(), environment.JOBS_TABLE),
      messages: new SqsMessageVisibility(createSqsClient(), environment.QUEUE_URL),
      clock: systemClock,
      log,
      metrics: createMetrics("convert", environment.METRICS_NAMESPACE),
    },
  };
}
