import { ENVIRONMENT } from "../../../contracts/media/environment.ts";
import { createDynamoDbClient } from "../../aws/clients.ts";
import { createS3Client } from "../../aws/s3-client.ts";
import { systemClock } from "../../support/clock.ts";
import { readEnvironment } from "../../support/environment.ts";
import { createLog } from "../../support/log.ts";
import { DynamoDbJobTable } from "../jobs/aws/dynamodb-job-table.ts";
import { S3SourceStore } from "../jobs/aws/s3-source-store.ts";
import { createMetrics } from "../jobs/metrics.ts";
import type { ExpireDependencies } from "./expire-abandoned.ts";
import type { GiveUpDependencies } from "./give-up.ts";

export type SettleDependencies = ExpireDependencies & GiveUpDependencies;

/** Environment → adapters, once per cold start. */
export function createDependencies(): SettleDependencies {
  const environment = readEnvironment("settle", ENVIRONMENT.settle);
  return {
    jobs: new DynamoDbJobTable(createDynamoDbClient(), environment.JOBS_TABLE),
    sources: new S3SourceStore(createS3Client(), environment.UPLOADS_BUCKET),
    clock: systemClock,
    log: createLog("settle"),
    metrics: createMetrics("settle", environment.METRICS_NAMESPACE),
  };
}
