import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createReadStream, createWriteStream } from "node:fs";
import { open } from "node:fs/promises";
import { type IncomingMessage, request } from "node:http";
import { join } from "node:path";
import { Readable, type Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { type GoalResult, interleave, judgeAtLeast, wallMs } from "../measure.ts";
import { withScratchFolder } from "../scratch.ts";
import { type BenchLaptop, withLaptop } from "./bench-laptop.ts";

const GOAL = 12;
const MEGABYTE = 1_000_000;
const TOTAL_BYTES = 2000 * MEGABYTE;
/** Fewer than elsewhere: each moves 8 GB. */
const ROUNDS = 3;
const LEAST_MB_PER_SECOND = 100;
const MOST_EXTRA_MB = 64;

/** Goal 12: one object of 2 GB into the laptop's S3 and out again, in one request each. The floor is a plain file. */
export function measureTransfer(): Promise<readonly GoalResult[]> {
  return withLaptop((laptop) =>
    withScratchFolder(async (folder) => {
      const urls = await signUrls(laptop);
      const file = join(folder, "plain-file");
      laptop.watchMemory();
      const figures = await interleave(
        {
          up: () => megabytesPerSecond(() => upload(urls.put)),
          write: () => megabytesPerSecond(() => writeDurably(file)),
          down: () => megabytesPerSecond(() => download(urls.get)),
          read: () => megabytesPerSecond(() => drain(createReadStream(file))),
        },
        ROUNDS,
        0,
      );
      return describe(figures, await laptop.readExtraMemory());
    }),
  );
}

function describe(
  figures: Readonly<Record<"up" | "down" | "write" | "read", number>>,
  extraMb: number,
): readonly GoalResult[] {
  const speed = { goal: GOAL, unit: "MB/s" };
  const up = { ...speed, what: "laptop's S3: 2 GB up, against a file", ours: figures.up, floor: figures.write };
  const down = { ...speed, what: "laptop's S3: 2 GB down, against a file", ours: figures.down, floor: figures.read };
  return [
    judgeAtLeast({ ...up, note: `medians of ${ROUNDS}, fewer than elsewhere: each moves 8 GB` }, LEAST_MB_PER_SECOND),
    judgeAtLeast(down, LEAST_MB_PER_SECOND),
    {
      goal: GOAL,
      what: `laptop's S3: memory for that, beyond the idle runtime's`,
      unit: "MB",
      ours: extraMb,
      ratio: extraMb,
      expected: `< ${MOST_EXTRA_MB} MB`,
      met: extraMb < MOST_EXTRA_MB,
    },
  ];
}

/** Signed addresses, so that nothing but bytes is left to move: the SDK's own work would be measured otherwise. */
async function signUrls(laptop: BenchLaptop): Promise<{ put: string; get: string }> {
  const { endpointUrl: endpoint, region, administrator: credentials } = laptop;
  const client = new S3Client({
    ...{ endpoint, region, credentials, forcePathStyle: true },
    requestChecksumCalculation: "WHEN_REQUIRED",
  });
  // Without versions, so that each upload frees the place of the one before.
  const object = { Bucket: laptop.output("renditionsBucket"), Key: "bench/2-gigabytes" };
  const expires = { expiresIn: 3600 };
  return {
    put: await getSignedUrl(client, new PutObjectCommand(object), expires),
    get: await getSignedUrl(client, new GetObjectCommand(object), expires),
  };
}

/** Noise: nobody on the way can make less of it. */
const BLOCK = randomBytes(MEGABYTE);

function* generate(): Generator<Buffer> {
  for (let sent = 0; sent < TOTAL_BYTES; sent += BLOCK.length) yield BLOCK;
}

async function upload(url: string): Promise<void> {
  const put = request(url, { method: "PUT", headers: { "content-length": TOTAL_BYTES } });
  const answered = once(put, "response") as Promise<[IncomingMessage]>;
  await pipeline(Readable.from(generate(), { highWaterMark: 2 }), put);
  const [response] = await answered;
  if (response.statusCode !== 200) throw new Error(`the upload was answered ${response.statusCode}`);
  response.resume();
  await once(response, "close");
}

async function download(url: string): Promise<void> {
  const get = request(url);
  get.end();
  const [response] = (await once(get, "response")) as [IncomingMessage];
  if (response.statusCode !== 200) throw new Error(`the download was answered ${response.statusCode}`);
  await drain(response);
}

async function drain(stream: Readable): Promise<void> {
  let received = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) received += chunk.length;
  if (received !== TOTAL_BYTES) throw new Error(`${received} bytes came, not ${TOTAL_BYTES}`);
}

/** As S3 must: what is acknowledged is on the disk. */
async function writeDurably(path: string): Promise<void> {
  const target: Writable = createWriteStream(path);
  await pipeline(Readable.from(generate(), { highWaterMark: 2 }), target);
  const file = await open(path, "r+");
  await file.sync();
  await file.close();
}

async function megabytesPerSecond(move: () => Promise<void>): Promise<number> {
  const ms = await wallMs(move);
  return TOTAL_BYTES / MEGABYTE / (ms / 1000);
}
