import { randomUUID } from "node:crypto";
import { ENVIRONMENT, type EnvironmentOf } from "../../../contracts/media/environment.ts";
import { createDynamoDbClient } from "../../aws/clients.ts";
import { S3UploadSigner } from "../../aws/s3-upload-signer.ts";
import { systemClock } from "../../support/clock.ts";
import { readEnvironment, readPositiveInteger, readSwitch } from "../../support/environment.ts";
import { createLog, type Log } from "../../support/log.ts";
import { DynamoDbJobTable } from "../jobs/aws/dynamodb-job-table.ts";
import type { CreateUploadDependencies, UploadRules } from "./create-upload.ts";

export interface PresignDependencies extends CreateUploadDependencies {
  readonly log: Log;
}

/** Environment → adapters, once per cold start. The region is the SDK's own variable, which Lambda sets. */
export async function createDependencies(): Promise<PresignDependencies> {
  const environment = readEnvironment("presign", ENVIRONMENT.presign);
  const client = createDynamoDbClient();
  return {
    jobs: new DynamoDbJobTable(client, environment.JOBS_TABLE),
    signer: new S3UploadSigner({
      bucket: environment.UPLOADS_BUCKET,
      region: await client.config.region(),
      credentials: client.config.credentials,
      endpoint: process.env.AWS_ENDPOINT_URL_S3 ?? process.env.AWS_ENDPOINT_URL,
    }),
    clock: systemClock,
    newJobId: randomUUID,
    rules: readRules(environment),
    log: createLog("presign"),
  };
}

function readRules(environment: EnvironmentOf<"presign">): UploadRules {
  const read = (name: keyof typeof environment) => readPositiveInteger(name, environment[name]);
  const urlSeconds = read("UPLOAD_URL_SECONDS");
  const abandonedAfterSeconds = read("ABANDONED_AFTER_SECONDS");
  if (abandonedAfterSeconds <= urlSeconds) {
    throw new Error("ABANDONED_AFTER_SECONDS must be more than UPLOAD_URL_SECONDS, or uploads would expire under way.");
  }
  return {
    maxBytes: { image: read("MAX_IMAGE_BYTES"), video: read("MAX_VIDEO_BYTES"), audio: read("MAX_AUDIO_BYTES") },
    maxDurationSeconds: { video: read("MAX_DURATION_SECONDS"), audio: read("MAX_AUDIO_DURATION_SECONDS") },
    urlSeconds,
    abandonedAfterSeconds,
    retentionDays: read("JOB_RETENTION_DAYS"),
    heic: readSwitch("IMAGE_HEIC", environment.IMAGE_HEIC),
  };
}
