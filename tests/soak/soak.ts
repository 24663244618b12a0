import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GetQueueAttributesCommand, GetQueueUrlCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import type { StatusResponse } from "../../contracts/media/api.ts";
import { synthesizeTestStack } from "../support/laptop.ts";
import { findFreeBasePort, type RunningSystem, RuntimeProcess } from "./runtime-process.ts";
import { findHoles, inParallel, readJob, type StormUpload, uploadOne, waitUntilEnded } from "./storm.ts";

export interface SoakOptions {
  readonly uploads: number;
  readonly parallel: number;
  /** `kill -9` of a worker, spread over the run. */
  readonly workerKills: number;
  /** `kill -9` of the whole runtime in mid-run, each followed by a start on the same state. */
  readonly restarts: number;
  /** How often the message of each finished image is delivered again. */
  readonly redeliveries: number;
  readonly artifactsFolder: string;
  readonly report: (line: string) => void;
}

export interface SoakResult {
  readonly uploads: number;
  readonly asExpected: number;
  /** Good files given up after their worker was killed five times. */
  readonly gaveUp: number;
  /** Each names a job and what is wrong with it; empty is the goal. */
  readonly violations: readonly string[];
  readonly workerKills: number;
  readonly restarts: number;
  readonly seconds: number;
}

/** Short enough that the message of a killed worker soon comes again, long enough for a batch after the five-second margin. */
const WORKER_SECONDS = 12;
const END_TIMEOUT_SECONDS = 600;
const AUDIT_LANES = 20;

/** Uploads a mix of files while workers and the runtime die, then checks every promise of threats.md, "Under load". */
export async function soak(options: SoakOptions): Promise<SoakResult> {
  const folder = mkdtempSync(join(tmpdir(), "darkroom-soak-"));
  const runtime = await createRuntime(folder, options.artifactsFolder);
  try {
    const started = Date.now();
    await runtime.start();
    const disturbance = new Disturbance(runtime, options);
    const uploads = await inParallel(options.uploads, options.parallel, async (index) => {
      const upload = await uploadOne(String(runtime.system.outputs.apiUrl), index);
      await disturbance.afterUpload(index);
      return upload;
    });
    options.report(`${uploads.length} uploaded, ${disturbance.kills} workers killed so far`);
    const finishing = inParallel(uploads.length, options.parallel, (index) =>
      waitUntilEnded(at(uploads, index), END_TIMEOUT_SECONDS),
    );
    await disturbance.until(finishing);
    const jobs = await finishing;
    options.report(`${jobs.length} ended`);
    const redelivered = await findRedeliveryChanges(runtime.system, uploads, jobs, options.redeliveries);
    const violations = [
      ...(await findViolations(uploads, jobs, options.parallel)),
      ...redelivered,
      ...(await findDeadLetters(runtime.system)),
      ...findLeaks(join(folder, "state", "logs")),
    ];
    return {
      uploads: uploads.length,
      asExpected: jobs.filter((job, index) => job.status === at(uploads, index).expected).length,
      gaveUp: jobs.filter((job, index) => isGivenUp(job) && at(uploads, index).expected === "COMPLETED").length,
      violations,
      workerKills: disturbance.kills,
      restarts: disturbance.restarts,
      seconds: Math.round((Date.now() - started) / 1000),
    };
  } finally {
    await runtime.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function createRuntime(folder: string, artifactsFolder: string): Promise<RuntimeProcess> {
  const functions = {
    resize: { timeoutSeconds: WORKER_SECONDS, maximumConcurrency: 2 },
    convert: { timeoutSeconds: WORKER_SECONDS, maximumConcurrency: 2 },
  };
  return new RuntimeProcess({
    stackFolders: [synthesizeTestStack(join(folder, "cdktf.out"), artifactsFolder, { functions })],
    artifactsFolder,
    stateFolder: join(folder, "state"),
    basePort: await findFreeBasePort(),
    terminalLevel: "silent",
  });
}

/** Kills workers now and then, and the runtime at even distances. */
class Disturbance {
  kills = 0;
  restarts = 0;
  readonly #every: number;

  constructor(
    private readonly runtime: RuntimeProcess,
    private readonly options: SoakOptions,
  ) {
    this.#every = Math.ceil(options.uploads / (options.restarts + 1));
  }

  async afterUpload(index: number): Promise<void> {
    const { workerKills, uploads, restarts } = this.options;
    // Half of the kills while files come, half while the queue empties.
    if (this.kills < (workerKills / 2) * (index / uploads)) this.#kill();
    if (index > 0 && index % this.#every === 0 && this.restarts < restarts) {
      this.restarts += 1;
      await this.runtime.stop("SIGKILL");
      await this.runtime.start();
    }
  }

  /** Goes on killing until all kills are spent or the work is done. */
  async until(work: Promise<unknown>): Promise<void> {
    let isDone = false;
    const done = work.finally(() => {
      isDone = true;
    });
    while (!isDone && this.kills < this.options.workerKills) {
      this.#kill();
      await Promise.race([done, new Promise((resolve) => setTimeout(resolve, 700))]);
    }
    await done;
  }

  #kill(): void {
    if (this.runtime.killAnyWorker()) this.kills += 1;
  }
}

async function findViolations(
  uploads: readonly StormUpload[],
  jobs: readonly StatusResponse[],
  parallel: number,
): Promise<string[]> {
  const found = await inParallel(jobs.length, parallel, async (index) => {
    const job = at(jobs, index);
    const { expected } = at(uploads, index);
    const isExcused = isGivenUp(job);
    if (job.status !== expected && !isExcused)
      return [`${job.key} is ${job.status}, not ${expected}: ${job.error?.code}`];
    return job.status === "COMPLETED" ? findHoles(job) : [];
  });
  return found.flat();
}

function isGivenUp({ error }: StatusResponse): boolean {
  return error?.code === "WORKER_CRASHED";
}

/** Delivers each finished image's event again: nothing about the job or its renditions may change (threats.md E3). */
async function findRedeliveryChanges(
  system: RunningSystem,
  uploads: readonly StormUpload[],
  jobs: readonly StatusResponse[],
  times: number,
): Promise<string[]> {
  if (times === 0) return [];
  const sqs = createSqsClient(system);
  const QueueUrl = await findQueueUrl(sqs, "darkroom-dev-media-resize");
  const images = uploads.filter(({ key }) => key.startsWith("image/"));
  const before = await fingerprintAll(images);
  await inParallel(images.length * times, AUDIT_LANES, async (index) => {
    const upload = at(images, index % images.length);
    const job = jobs[uploads.indexOf(upload)];
    const MessageBody = s3Event(String(system.outputs.uploadsBucket), upload.key, job?.source.bytes ?? 1);
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
  });
  await waitUntilEmpty(sqs, QueueUrl);
  const after = await fingerprintAll(images);
  return after.flatMap((now, index) =>
    now === before[index] ? [] : [`${at(images, index).key} changed by a redelivery`],
  );
}

function fingerprintAll(uploads: readonly StormUpload[]): Promise<string[]> {
  return inParallel(uploads.length, AUDIT_LANES, (index) => fingerprint(at(uploads, index)));
}

/** The whole answer of the API with each rendition's ETag. */
async function fingerprint(upload: StormUpload): Promise<string> {
  const job = await readJob(upload.statusUrl);
  const heads = await Promise.all(job.renditions.map(({ url }) => fetch(url, { method: "HEAD" })));
  return JSON.stringify([job, heads.map(({ headers }) => [headers.get("etag"), headers.get("last-modified")])]);
}

function s3Event(bucket: string, key: string, size: number): string {
  const object = { key, size, eTag: "d41d8cd98f00b204e9800998ecf8427e", sequencer: "0" };
  const record = { eventSource: "aws:s3", eventName: "ObjectCreated:Post", s3: { bucket: { name: bucket }, object } };
  return JSON.stringify({ Records: [record] });
}

async function findDeadLetters(system: RunningSystem): Promise<string[]> {
  const sqs = createSqsClient(system);
  const names = ["darkroom-dev-media-resize-dead-letters", "darkroom-dev-media-convert-dead-letters"];
  const left = await Promise.all(
    names.map(async (name) => ({ name, count: await countMessages(sqs, await findQueueUrl(sqs, name)) })),
  );
  return left.flatMap(({ name, count }) => (count > 0 ? [`${name} still holds ${count} messages`] : []));
}

function createSqsClient({ endpointUrl, region, administrator }: RunningSystem): SQSClient {
  return new SQSClient({ endpoint: endpointUrl, region, credentials: administrator });
}

async function findQueueUrl(sqs: SQSClient, QueueName: string): Promise<string> {
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName }));
  if (!QueueUrl) throw new Error(`There is no queue ${QueueName}.`);
  return QueueUrl;
}

async function waitUntilEmpty(sqs: SQSClient, queueUrl: string): Promise<void> {
  const deadline = Date.now() + END_TIMEOUT_SECONDS * 1000;
  while ((await countMessages(sqs, queueUrl)) > 0) {
    if (Date.now() > deadline) throw new Error(`${queueUrl} is not empty after ${END_TIMEOUT_SECONDS} s`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

async function countMessages(sqs: SQSClient, QueueUrl: string): Promise<number> {
  const AttributeNames = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"] as const;
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...AttributeNames] }),
  );
  return AttributeNames.reduce((sum, name) => sum + Number(Attributes[name] ?? 0), 0);
}

/** No signature, token or user's file name in any log line (threats.md A10). */
function findLeaks(logFolder: string): string[] {
  const forbidden = /X-Amz-Signature|x-amz-security-token|"policy":"ey|storm\.(jpeg|png|webp)/i;
  return readdirSync(logFolder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".jsonl") || name.endsWith(".log"))
    .flatMap((name) => {
      const line = readFileSync(join(logFolder, name), "utf8")
        .split("\n")
        .find((text) => forbidden.test(text));
      return line ? [`${name} leaks: ${line.slice(0, 200)}`] : [];
    });
}

function at<T>(list: readonly T[], index: number): T {
  const item = list[index];
  if (item === undefined) throw new Error(`there is no item ${index}`);
  return item;
}
