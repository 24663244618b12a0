import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import { readCommandLine, UsageError } from "../command-line/command-line.mjs";
import { isJobId } from "../contracts/media/keys.ts";
import { readJobLines } from "./media/job/logs.ts";
import { compareRenditions, listRenditions, listVersions } from "./media/job/objects.ts";
import { describeRecord, type JobRecord, readRecord } from "./media/job/record.ts";
import { formatTimeline, type TimelineEvent, tellRecord, tellVersions } from "./media/job/timeline.ts";
import { explainState } from "./media/job/verdict.ts";
import type { Command } from "./support/command-line.ts";
import { type Deployment, getDeployment } from "./support/deployment.ts";
import { OperationError } from "./support/operation-error.ts";

/** The clocks of AWS's services and of a laptop differ by less. */
const CLOCK_MARGIN_MS = 60_000;

/**
 * What happened to one job: its record, the versions of its upload, its renditions, and what the functions logged of it,
 * as one timeline. Shows no file name and no signed address.
 */
export const job: Command = async (args, write, nameDeployment) => {
  const { values, names } = readCommandLine("job", args);
  const [jobId] = names;
  if (jobId === undefined) throw new UsageError("job", "name one job.");
  if (!isJobId(jobId))
    throw new OperationError(
      `"${jobId}" is not a job's id. Expected one as presign answers it, like 3f2c8a54-0d1b-4c6e-9f7a-2b1d5e8c4a90: lower case, a UUID of version 4.`,
    );
  const deployment = await getDeployment(values, write, nameDeployment);
  const clients = connect(deployment.region);
  try {
    const record = await readRecord(clients.dynamodb, deployment.jobsTable, jobId);
    for (const line of await tellJob(deployment, record, clients, new Date())) write(line);
  } finally {
    for (const client of Object.values(clients)) client.destroy();
  }
};

type Clients = ReturnType<typeof connect>;

function connect(region: string) {
  // As everywhere: an endpoint that is an IP address takes bucket names in the path.
  const forcePathStyle = process.env.AWS_ENDPOINT_URL !== undefined || process.env.AWS_ENDPOINT_URL_S3 !== undefined;
  return {
    dynamodb: new DynamoDBClient({ region }),
    s3: new S3Client({ region, forcePathStyle }),
    logs: new CloudWatchLogsClient({ region }),
  };
}

async function tellJob(deployment: Deployment, record: JobRecord, clients: Clients, now: Date): Promise<string[]> {
  const from = new Date(record.createdAt.getTime() - CLOCK_MARGIN_MS);
  const [versions, renditions, logged] = await Promise.all([
    listVersions(clients.s3, deployment.uploadsBucket, record.key),
    listRenditions(clients.s3, deployment.renditionsBucket, record.jobId),
    readJobLines(clients.logs, { prefix: deployment.prefix, record, from, to: now }),
  ]);
  const events: TimelineEvent[] = [...tellRecord(record, now), ...tellVersions(versions), ...logged.events];
  return [
    `${record.jobId}  ${deployment.stackName}, ${deployment.region}`,
    "",
    ...describeRecord(record, now),
    "",
    ...formatTimeline(events, record.createdAt),
    "",
    ...compareRenditions(record, renditions),
    ...logged.notes.map((note) => `Note: ${note}`),
    "",
    explainState(record, versions, now),
  ];
}
