import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { findShard, formatOpenStatus } from "../../../../contracts/media/abandoned-shards.ts";
import { isTerminal } from "../../../../contracts/media/job-status.ts";
import type { JOBS_TABLE } from "../../../../contracts/media/tables.ts";
import type {
  AbandonedJob,
  AbandonedQuery,
  Claim,
  Delivery,
  Job,
  JobError,
  JobResult,
  JobTable,
  NewJob,
} from "../job-table.ts";
import { type Row, toAbandonedJob, toEpochSeconds, toJob, toNewRow, toRow } from "./job-row.ts";

/** The sparse index of PENDING jobs. */
export const ABANDONED_INDEX = "abandoned" satisfies keyof typeof JOBS_TABLE.indexes;

/** The claim of `:attempt` holds: nobody ended the job, took it over or gave it back. */
const HELD = "#status = :processing AND #attempt = :attempt AND attribute_exists(#leaseExpiresAt)";

/** A claim that another may take: given back, run out, or that of an earlier delivery of the same message. */
const FREE =
  "attribute_not_exists(#leaseExpiresAt) OR #leaseExpiresAt <= :now OR (#messageId = :messageId AND #receiveCount < :receiveCount)";

interface Update {
  /** `SET #status = :failed REMOVE #leaseExpiresAt`; every `#name` is the attribute of that name. */
  readonly expression: string;
  readonly condition: string;
  readonly values?: Readonly<Record<string, unknown>>;
}

/**
 * Jobs in DynamoDB: hash key `jobId`, TTL attribute `forgetAt`. Every write is one conditional call on one item.
 *
 * | method | IAM action, on |
 * |---|---|
 * | create | dynamodb:PutItem, table |
 * | find | dynamodb:GetItem, table |
 * | claim, reportProgress | dynamodb:UpdateItem and dynamodb:GetItem, table |
 * | complete, fail, release, giveUp, expire, postpone | dynamodb:UpdateItem, table |
 * | listAbandoned | dynamodb:Query, index `abandoned` |
 *
 * So presign needs PutItem; status GetItem; resize and convert GetItem and UpdateItem; settle UpdateItem, and Query
 * on the index.
 */
export class DynamoDbJobTable implements JobTable {
  constructor(
    private readonly client: DynamoDBClient,
    private readonly tableName: string,
  ) {}

  async create(job: NewJob): Promise<void> {
    const put = new PutItemCommand({
      TableName: this.tableName,
      Item: toNewRow(job),
      ConditionExpression: "attribute_not_exists(jobId)",
    });
    await this.client.send(put);
  }

  async find(jobId: string): Promise<Job | undefined> {
    const { Item } = await this.client.send(
      new GetItemCommand({ TableName: this.tableName, Key: toRow({ jobId }), ConsistentRead: true }),
    );
    return Item && toJob(Item);
  }

  async claim(jobId: string, now: Date, leaseSeconds: number, delivery: Delivery): Promise<Claim> {
    const row = await this.update(jobId, {
      expression:
        "SET #status = :processing, #attempt = #attempt + :one, #leaseExpiresAt = :leaseExpiresAt, #messageId = :messageId, #receiveCount = :receiveCount REMOVE #openStatus",
      condition: `#forgetAt > :nowSeconds AND (#status = :pending OR (#status = :processing AND (${FREE})))`,
      values: {
        ":processing": "PROCESSING",
        ":pending": "PENDING",
        ":one": 1,
        ":now": now.getTime(),
        ":nowSeconds": now.getTime() / 1000,
        ":leaseExpiresAt": now.getTime() + leaseSeconds * 1000,
        ":messageId": delivery.messageId,
        ":receiveCount": delivery.receiveCount,
      },
    });
    if (row) return { outcome: "claimed", job: toJob(row) };
    const job = await this.find(jobId);
    if (!job || job.forgetAt <= now) return { outcome: "unknown" };
    return isTerminal(job.status) ? { outcome: "finished" } : { outcome: "busy", leaseExpiresAt: job.leaseExpiresAt };
  }

  async reportProgress(jobId: string, attempt: number, progress: number): Promise<boolean> {
    const row = await this.update(jobId, {
      expression: "SET #progress = :progress",
      condition: `${HELD} AND #progress < :progress`,
      values: { ":processing": "PROCESSING", ":attempt": attempt, ":progress": progress },
    });
    return row !== undefined || (await this.isHeld(jobId, attempt));
  }

  async complete(jobId: string, attempt: number, result: JobResult, now: Date): Promise<boolean> {
    const placeholder = result.placeholder === undefined ? "" : ", #placeholder = :placeholder";
    return this.updateHeld(jobId, attempt, {
      expression: `SET #status = :completed, #progress = :all, #source = :source, #renditions = :renditions, #finishedAt = :now${placeholder} REMOVE #leaseExpiresAt`,
      values: {
        ":completed": "COMPLETED",
        ":all": 100,
        ":source": result.source,
        ":renditions": result.renditions,
        ":placeholder": result.placeholder,
        ":now": now.getTime(),
      },
    });
  }

  async fail(jobId: string, attempt: number, error: JobError, now: Date): Promise<boolean> {
    return this.updateHeld(jobId, attempt, {
      expression: "SET #status = :failed, #error = :error, #finishedAt = :now REMOVE #leaseExpiresAt",
      values: { ":failed": "FAILED", ":error": error, ":now": now.getTime() },
    });
  }

  async release(jobId: string, attempt: number): Promise<boolean> {
    return this.updateHeld(jobId, attempt, { expression: "REMOVE #leaseExpiresAt" });
  }

  async giveUp(jobId: string, error: JobError, now: Date): Promise<boolean> {
    const row = await this.update(jobId, {
      expression: "SET #status = :failed, #error = :error, #finishedAt = :now REMOVE #leaseExpiresAt, #openStatus",
      condition: "#status IN (:pending, :processing)",
      values: {
        ":failed": "FAILED",
        ":pending": "PENDING",
        ":processing": "PROCESSING",
        ":error": error,
        ":now": now.getTime(),
      },
    });
    return row !== undefined;
  }

  async expire(jobId: string, now: Date): Promise<boolean> {
    const row = await this.update(jobId, {
      expression: "SET #status = :expired, #finishedAt = :now REMOVE #openStatus",
      condition: "#status = :pending",
      values: { ":expired": "EXPIRED", ":pending": "PENDING", ":now": now.getTime() },
    });
    return row !== undefined;
  }

  async postpone(jobId: string, abandonedAt: Date): Promise<boolean> {
    const row = await this.update(jobId, {
      expression: "SET #abandonedAt = :abandonedAt",
      condition: "#status = :pending",
      values: { ":pending": "PENDING", ":abandonedAt": toEpochSeconds(abandonedAt) },
    });
    return row !== undefined;
  }

  async listAbandoned({ shard, now, limit, after }: AbandonedQuery): Promise<AbandonedJob[]> {
    const jobs: AbandonedJob[] = [];
    let start = after && toIndexKey(after);
    do {
      const page = await this.queryAbandoned({ shard, now, limit: limit - jobs.length }, start);
      jobs.push(...page.jobs);
      start = page.next;
    } while (start && jobs.length < limit);
    return jobs;
  }

  private async queryAbandoned({ shard, now, limit }: AbandonedQuery, start: Row | undefined) {
    const { Items = [], LastEvaluatedKey } = await this.client.send(
      new QueryCommand({
        TableName: this.tableName,
        IndexName: ABANDONED_INDEX,
        KeyConditionExpression: "openStatus = :open AND abandonedAt <= :now",
        ExpressionAttributeValues: toRow({ ":open": formatOpenStatus(shard), ":now": now.getTime() / 1000 }),
        ExclusiveStartKey: start,
        Limit: limit,
      }),
    );
    return { jobs: Items.map(toAbandonedJob), next: LastEvaluatedKey };
  }

  private async isHeld(jobId: string, attempt: number): Promise<boolean> {
    const job = await this.find(jobId);
    return job?.status === "PROCESSING" && job.attempt === attempt && job.leaseExpiresAt !== undefined;
  }

  private async updateHeld(jobId: string, attempt: number, update: Omit<Update, "condition">): Promise<boolean> {
    const values = { ...update.values, ":processing": "PROCESSING", ":attempt": attempt };
    return (await this.update(jobId, { ...update, condition: HELD, values })) !== undefined;
  }

  /** The row after the write; undefined where the condition does not hold, and so where there is no such row. */
  private async update(jobId: string, { expression, condition, values }: Update): Promise<Row | undefined> {
    const names = `${expression} ${condition}`.match(/#\w+/g) ?? [];
    const command = new UpdateItemCommand({
      TableName: this.tableName,
      Key: toRow({ jobId }),
      UpdateExpression: expression,
      ConditionExpression: condition,
      ExpressionAttributeNames: Object.fromEntries(names.map((name) => [name, name.slice(1)])),
      ExpressionAttributeValues: values && toRow(values),
      ReturnValues: "ALL_NEW",
    });
    try {
      return (await this.client.send(command)).Attributes ?? {};
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return undefined;
      throw error;
    }
  }
}

function toIndexKey({ jobId, abandonedAt }: AbandonedJob): Row {
  const openStatus = formatOpenStatus(findShard(jobId));
  return toRow({ jobId, openStatus, abandonedAt: toEpochSeconds(abandonedAt) });
}
