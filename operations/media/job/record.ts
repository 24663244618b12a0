import { type DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import * as z from "zod";
import { JOB_STATUSES } from "../../../contracts/media/job-status.ts";
import { MEDIA_KINDS } from "../../../contracts/media/media.ts";
import { OperationError } from "../../support/operation-error.ts";

const fromMilliseconds = z.number().transform((value) => new Date(value));
const fromSeconds = z.number().transform((value) => new Date(value * 1000));

/** A row of the jobs table, as far as it is told: the file's name stays where it is (threats.md A10). */
const jobRow = z.object({
  jobId: z.string(),
  key: z.string(),
  kind: z.enum(MEDIA_KINDS),
  status: z.enum(JOB_STATUSES),
  progress: z.number(),
  attempt: z.number(),
  source: z.object({
    contentType: z.string(),
    bytes: z.number(),
    width: z.number().optional(),
    height: z.number().optional(),
    durationSeconds: z.number().optional(),
  }),
  convertTo: z.string().optional(),
  renditions: z.array(z.object({ name: z.string(), key: z.string(), contentType: z.string(), bytes: z.number() })),
  error: z.object({ code: z.string(), message: z.string() }).optional(),
  createdAt: fromMilliseconds,
  uploadExpiresAt: fromMilliseconds,
  leaseExpiresAt: fromMilliseconds.optional(),
  finishedAt: fromMilliseconds.optional(),
  abandonedAt: fromSeconds,
  forgetAt: fromSeconds,
});

export type JobRecord = z.output<typeof jobRow>;

/** Throws OperationError for an id that the table does not hold. */
export async function readRecord(client: DynamoDBClient, table: string, jobId: string): Promise<JobRecord> {
  const key = { jobId: { S: jobId } };
  const { Item } = await client.send(new GetItemCommand({ TableName: table, Key: key, ConsistentRead: true }));
  if (Item) return jobRow.parse(unmarshall(Item));
  throw new OperationError(
    [
      `There is no job ${jobId} in ${table}.`,
      "Either the id is wrong, or the job belongs to another environment (name it with --environment), or its record",
      "was forgotten: it is kept for retention.jobDays of environments.ts. Its lines in the logs may be gone or not.",
    ].join("\n"),
  );
}

export function describeRecord(record: JobRecord, now: Date): string[] {
  const { status, progress, attempt, kind, source, convertTo, error, forgetAt } = record;
  const size = source.width === undefined ? "" : `, ${source.width} × ${source.height}`;
  const length = source.durationSeconds === undefined ? "" : `, ${source.durationSeconds} s`;
  const facts: (readonly [string, string])[] = [
    ["status", `${status}, ${progress} %, ${attempt === 1 ? "1 try" : `${attempt} tries`}`],
    ["upload", `${kind}, ${source.contentType}, ${source.bytes} bytes${size}${length}`],
    ...(convertTo === undefined ? [] : [["convert to", convertTo] as const]),
    ...(error === undefined ? [] : [["error", `${error.code}: ${error.message}`] as const]),
    ["record", forgetAt <= now ? "forgotten by the API, not yet deleted" : `kept until ${forgetAt.toISOString()}`],
  ];
  return facts.map(([name, text]) => `${name.padEnd(10)}  ${text}`);
}
