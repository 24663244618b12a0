import { DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";
import { photo } from "../images/pictures.ts";
import { type GoalResult, interleave, judgeAtLeast, median, wallMs } from "../measure.ts";
import { presignJpeg, readStatus, sendForm, waitUntilCompleted } from "./api-client.ts";
import { type BenchLaptop, withLaptop } from "./bench-laptop.ts";

const GOAL = 10;
/** Calls in each round, one after another. */
const CALLS = 40;
const MOST_ABOVE_TABLE_MS = 5;

const PARALLEL = 8;
const REQUESTS = 600;
const ROUNDS = 7;

/** Goal 10: what HTTP API and function add to a read of the table, and how many of them go through in a second. */
export function measureStatus(): Promise<readonly GoalResult[]> {
  return withLaptop(async (laptop) => {
    const statusUrl = await completeJob(laptop);
    return [await measureLatency(laptop, statusUrl), await measureThroughput(statusUrl)];
  });
}

/** The address of the status of a job with renditions, as a page asks for it in the end. */
async function completeJob(laptop: BenchLaptop): Promise<string> {
  const body = await photo(640, 480).jpeg().toBuffer();
  const presigned = await presignJpeg(laptop.output("apiUrl"), body.length);
  await sendForm(presigned, body);
  await waitUntilCompleted(presigned);
  return presigned.statusUrl;
}

async function measureLatency(laptop: BenchLaptop, statusUrl: string): Promise<GoalResult> {
  const { endpointUrl: endpoint, region, administrator: credentials } = laptop;
  const client = new DynamoDBClient({ endpoint, region, credentials });
  const jobId = new URL(statusUrl).searchParams.get("jobId") ?? "";
  const read = { TableName: laptop.output("jobsTable"), Key: { jobId: { S: jobId } }, ConsistentRead: true };
  const { status, table } = await interleave({
    status: () => medianMs(() => readStatus(statusUrl)),
    table: () => medianMs(() => client.send(new GetItemCommand(read))),
  });
  client.destroy();
  const above = status - table;
  return {
    goal: GOAL,
    what: "laptop: GET /status against a read of the table by the SDK",
    unit: "ms",
    ours: status,
    floor: table,
    ratio: above,
    expected: `≤ ${MOST_ABOVE_TABLE_MS} ms above the table`,
    met: above <= MOST_ABOVE_TABLE_MS,
  };
}

async function medianMs(call: () => Promise<unknown>): Promise<number> {
  const figures: number[] = [];
  for (let made = 0; made < CALLS; made++) figures.push(await wallMs(call));
  return median(figures);
}

async function measureThroughput(statusUrl: string): Promise<GoalResult> {
  const { ours } = await interleave({ ours: () => countPerSecond(statusUrl) }, ROUNDS);
  const what = `laptop: GET /status, ${PARALLEL} in parallel`;
  return judgeAtLeast({ goal: GOAL, what, unit: "requests/s", ours }, 300);
}

async function countPerSecond(statusUrl: string): Promise<number> {
  let left = REQUESTS;
  const ask = async () => {
    while (left-- > 0) await readStatus(statusUrl);
  };
  const ms = await wallMs(() => Promise.all(Array.from({ length: PARALLEL }, ask)));
  return (REQUESTS / ms) * 1000;
}
