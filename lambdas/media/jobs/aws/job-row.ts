import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import { findShard, formatOpenStatus } from "../../../../contracts/media/abandoned-shards.ts";
import type { AbandonedJob, Job, NewJob } from "../job-table.ts";

export type Row = Record<string, AttributeValue>;

/** Times are epoch milliseconds, but epoch seconds where DynamoDB's TTL and the index `abandoned` read them. */
type JobRow = Omit<
  Job,
  "createdAt" | "uploadExpiresAt" | "leaseExpiresAt" | "finishedAt" | "abandonedAt" | "forgetAt"
> & {
  readonly createdAt: number;
  readonly uploadExpiresAt: number;
  readonly leaseExpiresAt?: number;
  readonly finishedAt?: number;
  readonly abandonedAt: number;
  readonly forgetAt: number;
  /** The hash key of the sparse index `abandoned`: there while the job is PENDING. */
  readonly openStatus?: `PENDING#${number}`;
  /** The delivery that the last claim was made for. */
  readonly messageId?: string;
  readonly receiveCount?: number;
};

export function toEpochSeconds(date: Date): number {
  return Math.ceil(date.getTime() / 1000);
}

export function toNewRow(job: NewJob): Row {
  const row: JobRow = {
    ...job,
    status: "PENDING",
    openStatus: formatOpenStatus(findShard(job.jobId)),
    progress: 0,
    attempt: 0,
    renditions: [],
    createdAt: job.createdAt.getTime(),
    uploadExpiresAt: job.uploadExpiresAt.getTime(),
    abandonedAt: toEpochSeconds(job.abandonedAt),
    forgetAt: toEpochSeconds(job.forgetAt),
  };
  return toRow(row);
}

/** Absent fields are left out, as in the Job itself. */
export function toRow(value: Readonly<Record<string, unknown>>): Row {
  return marshall(value, { removeUndefinedValues: true });
}

export function toJob(row: Row): Job {
  // Nobody but this adapter writes the table, so its rows are believed.
  const { openStatus: _, messageId: __, receiveCount: ___, ...rest } = unmarshall(row) as JobRow;
  return {
    ...rest,
    createdAt: new Date(rest.createdAt),
    uploadExpiresAt: new Date(rest.uploadExpiresAt),
    abandonedAt: new Date(rest.abandonedAt * 1000),
    forgetAt: new Date(rest.forgetAt * 1000),
    leaseExpiresAt: rest.leaseExpiresAt === undefined ? undefined : new Date(rest.leaseExpiresAt),
    finishedAt: rest.finishedAt === undefined ? undefined : new Date(rest.finishedAt),
  };
}

/** What the index holds of a row. */
export function toAbandonedJob(row: Row): AbandonedJob {
  const { jobId, key, abandonedAt } = unmarshall(row) as Pick<JobRow, "jobId" | "key" | "abandonedAt">;
  return { jobId, key, abandonedAt: new Date(abandonedAt * 1000) };
}
