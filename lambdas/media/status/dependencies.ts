import { ENVIRONMENT } from "../../../contracts/media/environment.ts";
import { createDynamoDbClient } from "../../aws/clients.ts";
import { systemClock } from "../../support/clock.ts";
import { readEnvironment } from "../../support/environment.ts";
import { createLog, type Log } from "../../support/log.ts";
import { DynamoDbJobTable } from "../jobs/aws/dynamodb-job-table.ts";
import type { FindJobDependencies } from "./find-job.ts";

export interface StatusDependencies extends FindJobDependencies {
  readonly log: Log;
}

/** Environment → adapters, once per cold start. */
export function createDependencies(): StatusDependencies {
  const environment = readEnvironment("status", ENVIRONMENT.status);
  if (!URL.canParse(environment.CDN_URL)) {
    throw new Error(`CDN_URL is "${environment.CDN_URL}"; expected an address such as https://cdn.example.com.`);
  }
  return {
    jobs: new DynamoDbJobTable(createDynamoDbClient(), environment.JOBS_TABLE),
    clock: systemClock,
    cdnUrl: environment.CDN_URL.replace(/\/+$/, ""),
    log: createLog("status"),
  };
}
