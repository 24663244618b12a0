import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { GetQueueAttributesCommand, GetQueueUrlCommand, SQSClient } from "@aws-sdk/client-sqs";
import sharp from "sharp";
import { describe, expect, it, vi } from "vitest";
import { startLaptopForTest, type TestLaptop } from "../support/laptop.ts";
import { type TestFile, uploadFile, waitForJob } from "../support/uploads.ts";

/** How long a user waits for a hiccup: the synthesized stack, whole, on loopback. */

type Line = Readonly<Record<string, unknown>>;

/** The first line of the worker for images that fits, once it is written. */
async function waitForLine({ stateFolder }: TestLaptop, fits: (line: Line) => boolean): Promise<Line> {
  const folder = join(stateFolder, "logs");
  const find = () => {
    const files = readdirSync(folder).filter((name) => name.startsWith("aws-lambda-darkroom-dev-media-resize"));
    return (
      files
        .flatMap((name) => readFileSync(join(folder, name), "utf8").split("\n"))
        // The last one may not be whole yet.
        .filter((line) => line.endsWith("}"))
        .map((line) => JSON.parse(line) as Line)
        .find(fits)
    );
  };
  return vi.waitFor(() => find() ?? Promise.reject(new Error("There is no such line yet.")), {
    timeout: 20_000,
    interval: 10,
  });
}

const says = (message: string) => (line: Line) => line.message === message;
const secondsOf = (line: Line): number => Date.parse(String(line.time)) / 1000;

async function picture(width: number, height: number): Promise<TestFile> {
  const noise = { type: "gaussian", mean: 128, sigma: 60 } as const;
  const image = sharp({ create: { width, height, channels: 3, background: "#357", noise } });
  return { fileName: "photo.jpg", contentType: "image/jpeg", body: await image.jpeg({ quality: 60 }).toBuffer() };
}

/** What the queue for images hides its messages for, where nobody says otherwise. */
async function readQueueSeconds({ laptop }: TestLaptop): Promise<number> {
  const { endpointUrl: endpoint, region, administrator: credentials } = laptop;
  const sqs = new SQSClient({ endpoint, region, credentials });
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: "darkroom-dev-media-resize" }));
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["VisibilityTimeout"] }),
  );
  sqs.destroy();
  return Number(Attributes?.VisibilityTimeout);
}

/** Lets S3 refuse the worker's renditions, until the returned function is called. */
function breakStorage({ laptop }: TestLaptop): () => void {
  const { iam, accountId, stateFolder } = laptop.runtime;
  const arn = `arn:aws:iam::${accountId}:role/${findWorkerRole(stateFolder)}`;
  const refuse = (Resource: string) => {
    const Statement = [{ Effect: "Deny", Action: "s3:PutObject", Resource }] as const;
    iam.putPolicy(arn, "hiccup", { Version: "2012-10-17", Statement });
  };
  refuse("*");
  return () => refuse("arn:aws:s3:::nothing");
}

function findWorkerRole(stateFolder: string): string {
  const accounts = JSON.parse(readFileSync(join(stateFolder, "credentials.json"), "utf8")).content as {
    principal: { arn: string };
  }[];
  const name = accounts
    .map(({ principal }) => principal.arn.split("/").pop() ?? "")
    .find((it) => it.includes("resize"));
  if (!name) throw new Error("The worker for images has no role yet.");
  return name;
}

/** kill -9 of every process of the worker for images. */
function killWorkers({ stateFolder }: TestLaptop): number {
  const table = execFileSync("ps", ["-eo", "pid=,args="], { encoding: "utf8" }).split("\n");
  const ofResize = `--max-old-space-size=${Math.floor(1769 * 0.9)}`;
  const pids = table.filter((line) => line.includes(ofResize) && line.includes(stateFolder)).map(Number.parseInt);
  for (const pid of pids) process.kill(pid, "SIGKILL");
  return pids.length;
}

describe("a hiccup", () => {
  it("E6: of S3 costs a job about ten seconds, not six times the function's timeout", async () => {
    const laptop = await startLaptopForTest();
    const repair = breakStorage(laptop);
    const upload = await uploadFile(laptop.apiUrl, await picture(300, 200));

    const fault = await waitForLine(laptop, says("The upload goes back to the queue."));
    repair();
    const job = await waitForJob(upload, 40);

    const again = await waitForLine(laptop, (line) => says("The job is begun.")(line) && line.attempt === 2);
    expect(job.status).toBe("COMPLETED");
    expect(fault.retrySeconds).toBeGreaterThanOrEqual(8);
    expect(fault.retrySeconds).toBeLessThanOrEqual(13);
    const waited = secondsOf(again) - secondsOf(fault);
    expect(waited).toBeGreaterThanOrEqual(Number(fault.retrySeconds) - 0.5);
    expect(waited).toBeLessThan(30);
    expect(await readQueueSeconds(laptop)).toBe(360);
  });

  it("E8: of a worker, killed in mid-work, costs a job the function's timeout, not six times of it", async () => {
    const laptop = await startLaptopForTest({
      environment: { functions: { resize: { timeoutSeconds: 12, maximumConcurrency: 2 } } },
    });
    const upload = await uploadFile(laptop.apiUrl, await picture(5000, 4000));
    const begun = await waitForLine(laptop, says("The job is begun."));

    const killed = killWorkers(laptop);
    const job = await waitForJob(upload, 50);

    const again = await waitForLine(laptop, (line) => says("The job is begun.")(line) && line.attempt === 2);
    expect(killed).toBeGreaterThan(0);
    expect(job.status).toBe("COMPLETED");
    const waited = secondsOf(again) - secondsOf(begun);
    expect(waited).toBeGreaterThan(12);
    expect(waited).toBeLessThan(40);
    expect(await readQueueSeconds(laptop)).toBe(72);
  });
});
