import type { SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import { ERRORS } from "../../../contracts/media/errors.ts";
import { findSourceKey } from "../../../contracts/media/keys.ts";
import { parseUploadsArrived } from "../../../contracts/media/messages.ts";
import type { Clock } from "../../support/clock.ts";
import type { Log } from "../../support/log.ts";
import type { JobError, JobTable } from "../jobs/job-table.ts";
import type { JobMetrics } from "../jobs/metrics.ts";

export interface GiveUpDependencies {
  readonly jobs: Pick<JobTable, "giveUp">;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Pick<JobMetrics, "ended">;
}

const CRASHED: JobError = { code: "WORKER_CRASHED", message: ERRORS.WORKER_CRASHED.message };

/**
 * Ends the jobs of dead letters (threats.md E7): uploads whose messages came back too often. A job that is unknown or
 * has ended is left alone. A message is acknowledged once each of its jobs has ended.
 */
export async function giveUpDeadLetters(
  dependencies: GiveUpDependencies,
  { Records }: SQSEvent,
): Promise<SQSBatchResponse> {
  const outcomes = await Promise.allSettled(Records.map((record) => giveUpMessage(dependencies, record)));
  const failed = Records.filter((_record, index) => outcomes[index]?.status === "rejected");
  return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
}

async function giveUpMessage(dependencies: GiveUpDependencies, record: SQSRecord): Promise<void> {
  const { log } = dependencies;
  const { messageId } = record;
  const jobIds = parseUploadsArrived(record.body).flatMap(({ key }) => findSourceKey(key)?.jobId ?? []);
  if (jobIds.length === 0) log.warn("A dead letter that names no job was dropped.", { messageId });
  for (const jobId of jobIds) {
    try {
      await giveUpJob(dependencies, jobId, messageId);
    } catch (error) {
      log.error("The job could not be given up; its dead letter stays.", { jobId, messageId, error });
      throw error;
    }
  }
}

async function giveUpJob({ jobs, clock, log, metrics }: GiveUpDependencies, jobId: string, messageId: string) {
  const ended = await jobs.giveUp(jobId, CRASHED, clock.now());
  if (!ended) return log.info("The dead letter's job had ended already.", { jobId, messageId });
  metrics.ended({ jobId, outcome: "FAILED", code: CRASHED.code });
  const end = { outcome: "FAILED", code: CRASHED.code };
  log.error("The job was given up: its message came back too often.", { jobId, messageId, ...end });
}
