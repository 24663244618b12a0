import { execFile, spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { DynamoDBClient, GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { siteConfig } from "../../contracts/media/api.ts";
import { writeOutputsFiles } from "../../local/outputs-files.ts";
import type { Credentials } from "../../local/service.ts";
import { makeMp4 } from "../support/clips.ts";
import { describeWithFfmpeg } from "../support/ffmpeg.ts";
import { ALLOWED_ORIGIN, openTestLaptop, startLaptopForTest, type TestLaptop } from "../support/laptop.ts";
import {
  presign,
  processFile,
  readJob,
  requestPresign,
  sendFile,
  type TestFile,
  uploadFile,
  waitForJob,
} from "../support/uploads.ts";

/** The synthesized stack, whole, on loopback: nothing in between is a fake. */

let laptop: TestLaptop;
beforeAll(async () => {
  laptop = await openTestLaptop();
});
afterAll(() => laptop?.close());

async function photo(width = 1600, height = 1200): Promise<TestFile> {
  const noise = { type: "gaussian", mean: 128, sigma: 30 } as const;
  const body = await sharp({ create: { width, height, channels: 3, background: "#357", noise } })
    .jpeg()
    .toBuffer();
  return { fileName: "photo.jpg", contentType: "image/jpeg", body };
}

const page: TestFile = {
  fileName: "photo.jpg",
  contentType: "image/jpeg",
  body: Buffer.from("<!doctype html><script>alert(1)</script>"),
};

function credentialsOf(role: string): Credentials {
  const { runtime, accountId } = laptop.laptop;
  return runtime.credentials.issue({ type: "role", arn: `arn:aws:iam::${accountId}:role/${role}` });
}

function s3As(credentials: Credentials): S3Client {
  const { endpointUrl: endpoint, region } = laptop.laptop;
  return new S3Client({ endpoint, region, credentials, forcePathStyle: true, maxAttempts: 1 });
}

function dynamodbAs(credentials: Credentials): DynamoDBClient {
  const { endpointUrl: endpoint, region } = laptop.laptop;
  return new DynamoDBClient({ endpoint, region, credentials, maxAttempts: 1 });
}

function nameOutcome(outcome: PromiseSettledResult<unknown>): string {
  return outcome.status === "rejected" ? (outcome.reason as Error).name : "fulfilled";
}

const roleNames = (): string[] => {
  const accounts = JSON.parse(readFileSync(join(laptop.stateFolder, "credentials.json"), "utf8")).content as {
    principal: { type: string; arn: string };
  }[];
  return accounts.flatMap(({ principal }) => (principal.type === "role" ? (principal.arn.split("/").pop() ?? []) : []));
};
const roleOf = (name: string): string => roleNames().find((role) => role.includes(name)) ?? "";

describe("a photo", () => {
  it("goes from the address to upload to, through queue and worker, to renditions on the CDN", async () => {
    const file = await photo();

    const job = await processFile(laptop.apiUrl, file);

    expect(job).toMatchObject({
      status: "COMPLETED",
      progress: 100,
      source: { kind: "image", contentType: "image/jpeg", bytes: file.body.length, width: 1600, height: 1200 },
    });
    expect(job.renditions.length).toBeGreaterThan(0);
    expect(job.placeholder).toBeTruthy();
    for (const { url, bytes, contentType, width } of job.renditions) {
      expect(url.startsWith(`${laptop.cdnUrl}/v1/${job.jobId}/`)).toBe(true);
      const response = await fetch(url);
      const body = Buffer.from(await response.arrayBuffer());
      expect([response.status, response.headers.get("content-type"), body.length]).toEqual([200, contentType, bytes]);
      expect(response.headers.get("cache-control")).toContain("immutable");
      expect(response.headers.get("x-content-type-options")).toBe("nosniff");
      expect((await sharp(body).metadata()).width).toBe(width);
    }
  });

  it("A6: is served by the CDN alone: the bucket itself is closed, and so is the source", async () => {
    const job = await processFile(laptop.apiUrl, await photo(400, 300));
    const key = new URL(job.renditions[0]?.url ?? "").pathname;
    const { endpointUrl } = laptop.laptop;

    const direct = await fetch(`${endpointUrl}/${laptop.output("renditionsBucket")}${key}`);
    const source = await fetch(`${endpointUrl}/${laptop.output("uploadsBucket")}/${job.key}`);

    expect([direct.status, source.status]).toEqual([403, 403]);
  });

  it("U3: uploaded by PUT is taken once, at its declared size, and not again", async () => {
    const file = await photo(400, 300);
    const presigned = await presign(laptop.apiUrl, file, "PUT");

    const longer = await sendFile(presigned, Buffer.concat([file.body, Buffer.from("x")])).catch(() => undefined);
    const first = await sendFile(presigned, file.body);
    const again = await sendFile(presigned, file.body);

    expect(longer?.status).toBe(403);
    expect([first.status, again.status]).toEqual([200, 412]);
    expect((await waitForJob(presigned)).status).toBe("COMPLETED");
  });

  it("U1: is refused by S3 itself when it is larger than it was declared", async () => {
    const file = await photo(400, 300);
    const presigned = await presign(laptop.apiUrl, { ...file, body: file.body.subarray(0, 100) });

    const response = await sendFile(presigned, Buffer.alloc(50_000_001));

    expect(response.status).toBe(400);
    expect(await response.text()).toContain("EntityTooLarge");
    expect((await readJob(presigned.statusUrl)).status).toBe("PENDING");
  });
});

describe("a file that is not what it says", () => {
  it("U2: ends as FAILED with a message that a person understands, and leaves no rendition", async () => {
    const job = await processFile(laptop.apiUrl, page);

    expect([job.status, job.error?.code, job.renditions]).toEqual(["FAILED", "UNSUPPORTED_FORMAT", []]);
    expect(job.error?.message).toContain("web page");
  });

  it("E6: does not hold up its neighbours of the same batch", async () => {
    const good = await photo(300, 200);

    const jobs = await Promise.all([good, page, good, page, good].map((file) => processFile(laptop.apiUrl, file)));

    expect(jobs.map(({ status }) => status)).toEqual(["COMPLETED", "FAILED", "COMPLETED", "FAILED", "COMPLETED"]);
  });
});

describeWithFfmpeg("a film", () => {
  it("becomes an mp4 with a poster, playable by range from the CDN", async () => {
    const body = await makeMp4({ size: "320x180", seconds: 2 });

    const job = await processFile(laptop.apiUrl, { fileName: "film.mp4", contentType: "video/mp4", body }, 60);

    expect(job).toMatchObject({ status: "COMPLETED", source: { kind: "video", width: 320, height: 180 } });
    const film = job.renditions.find(({ contentType }) => contentType === "video/mp4");
    expect(job.renditions.some(({ contentType }) => contentType.startsWith("image/"))).toBe(true);
    const part = await fetch(film?.url ?? "", { headers: { range: "bytes=0-99" } });
    expect([part.status, part.headers.get("content-range")]).toEqual([206, `bytes 0-99/${film?.bytes}`]);
  }, 70_000);

  it("F1: that is a playlist in disguise ends as FAILED", async () => {
    const body = Buffer.from("#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/secret\n#EXT-X-ENDLIST\n");

    const job = await processFile(laptop.apiUrl, { fileName: "film.mp4", contentType: "video/mp4", body }, 60);

    expect([job.status, job.renditions]).toEqual(["FAILED", []]);
  }, 70_000);
});

describe("what roles may do (P1)", () => {
  beforeAll(async () => {
    // Every function has run once, so that every role has its key.
    await processFile(laptop.apiUrl, await photo(200, 200));
  });

  it("P1, E9: the worker for images reads its own kind of upload, and writes no upload", async () => {
    const { key } = await uploadFile(laptop.apiUrl, await photo(200, 200));
    const s3 = s3As(credentialsOf(roleOf("resize")));
    const Bucket = laptop.output("uploadsBucket");

    const outcomes = await Promise.allSettled([
      s3.send(new GetObjectCommand({ Bucket, Key: key })),
      s3.send(new PutObjectCommand({ Bucket, Key: key, Body: "x" })),
      s3.send(new GetObjectCommand({ Bucket, Key: key.replace("image/", "video/") })),
    ]);

    expect(outcomes.map(nameOutcome)).toEqual(["fulfilled", "AccessDenied", "AccessDenied"]);
  });

  it("P1: status reads jobs and writes none; presign cannot read an upload", async () => {
    const TableName = laptop.output("jobsTable");
    const dynamodb = dynamodbAs(credentialsOf(roleOf("status")));
    const item = { jobId: { S: "x" } };

    const s3 = s3As(credentialsOf(roleOf("presign")));

    const outcomes = await Promise.allSettled([
      dynamodb.send(new GetItemCommand({ TableName, Key: item })),
      dynamodb.send(new PutItemCommand({ TableName, Item: item })),
      s3.send(new GetObjectCommand({ Bucket: laptop.output("uploadsBucket"), Key: "image/x" })),
    ]);

    expect(outcomes.map(nameOutcome)).toEqual(["fulfilled", "AccessDeniedException", "AccessDenied"]);
  });

  it("P9: a key that the runtime did not make is refused, and so is a wrong secret", async () => {
    const { accessKeyId } = laptop.laptop.administrator;
    const read = (credentials: Credentials) =>
      s3As(credentials).send(new GetObjectCommand({ Bucket: laptop.output("siteBucket"), Key: "index.html" }));

    await expect(read({ accessKeyId: "AKIAEXAMPLE", secretAccessKey: "x" })).rejects.toMatchObject({
      name: "InvalidAccessKeyId",
    });
    await expect(read({ accessKeyId, secretAccessKey: "x" })).rejects.toMatchObject({ name: "SignatureDoesNotMatch" });
    await expect(read(laptop.laptop.administrator)).resolves.toBeDefined();
  });
});

describe("origins (A5)", () => {
  const foreign = ["https://allowed.example.evil.com", "null", "http://allowed.example", "https://allowed.example:444"];

  it("A5: the listed page and the runtime's own may use API, bucket and CDN; others get no allow header", async () => {
    const presigned = await presign(laptop.apiUrl, await photo(200, 200));
    const ask = async (origin: string) => {
      const preflight = { method: "OPTIONS", headers: { origin, "access-control-request-method": "POST" } };
      const answers = await Promise.all([
        fetch(`${laptop.apiUrl}/presign/upload`, preflight),
        fetch(presigned.upload.url, preflight),
        fetch(`${laptop.cdnUrl}/v1/x`, { headers: { origin } }),
      ]);
      return answers.map(({ headers }) => headers.get("access-control-allow-origin"));
    };

    for (const origin of [ALLOWED_ORIGIN, laptop.siteUrl]) expect(await ask(origin)).toEqual([origin, origin, origin]);
    for (const origin of foreign) expect(await ask(origin)).toEqual([null, null, null]);
  });
});

describe("the API", () => {
  it("A1: unknown jobs and foreign keys are one and the same 404", async () => {
    const ask = async (query: string) => {
      const response = await fetch(`${laptop.apiUrl}/status?${query}`);
      const { error } = (await response.json()) as { error: { code: string; message: string } };
      return [response.status, error.code, error.message];
    };

    const unknown = await ask("jobId=00000000-0000-4000-8000-000000000000");
    const foreign = await ask("key=etc/passwd");

    expect(unknown[0]).toBe(404);
    expect(foreign).toEqual(unknown);
  });

  it("U9: answers a malformed request in its own shape, never with a 5xx", async () => {
    const bodies = ["{", "[]", '{"__proto__":{"x":1}}', JSON.stringify({ fileName: "a", contentType: "b", size: 1.5 })];

    const answers = await Promise.all(bodies.map((body) => requestPresign(laptop.apiUrl, body)));

    for (const answer of answers) {
      expect(answer.status).toBe(400);
      expect(await answer.json()).toMatchObject({ error: { code: expect.any(String), requestId: expect.any(String) } });
    }
  });

  it("answers what is not there in its own shape too, the root and other methods included", async () => {
    const requests = [
      ["GET", "/"] as const,
      ["DELETE", "/"] as const,
      ["PUT", "/no/such"] as const,
      ["POST", "/status"] as const,
    ];

    const answers = await Promise.all(
      requests.map(async ([method, path]) => {
        const response = await fetch(`${laptop.apiUrl}${path}`, { method });
        const { error } = (await response.json()) as { error?: { code: string } };
        return [response.status, error?.code];
      }),
    );

    const notFound = [404, "ROUTE_NOT_FOUND"];
    expect(answers).toEqual([notFound, notFound, notFound, [405, "METHOD_NOT_ALLOWED"]]);
  });
});

describe("the page", () => {
  it("is served with its security headers, and told where the API is", async () => {
    const home = await fetch(`${laptop.siteUrl}/`);
    const config = await fetch(`${laptop.siteUrl}/config.json`);

    expect([home.status, home.headers.get("content-type")]).toEqual([200, expect.stringContaining("text/html")]);
    expect(home.headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(siteConfig.parse(await config.json())).toEqual({ apiUrl: laptop.apiUrl });
  });
});

const awsCli = spawnSync("aws", ["--version"]).status === 0;

describe("the AWS CLI", () => {
  const reason = awsCli ? "" : " (skipped: no aws on PATH)";

  it.skipIf(!awsCli)(
    `lists, reads and asks who it is with aws.env alone${reason}`,
    async () => {
      const { awsEnv } = writeOutputsFiles(laptop.stateFolder, laptop.laptop);
      const run = async (command: string) => {
        const script = `set -a; . "${awsEnv}"; set +a; aws --output text ${command}`;
        return (await promisify(execFile)("sh", ["-c", script])).stdout;
      };

      const [caller, buckets, home, queues, tables] = await Promise.all([
        run("sts get-caller-identity"),
        run("s3 ls"),
        run(`s3 cp s3://${laptop.output("siteBucket")}/index.html -`),
        // Version 1 of the CLI would ask AWS itself, but for the function that aws.env brings.
        run("sqs list-queues"),
        run("dynamodb list-tables"),
      ]);

      expect(caller).toContain(":user/administrator");
      expect(buckets).toContain(laptop.output("uploadsBucket"));
      expect(home).toContain("<!doctype html>");
      expect(queues).toContain("darkroom-dev-media-resize");
      expect(tables).toContain(laptop.output("jobsTable"));
    },
    60_000,
  );
});

describe("the logs", () => {
  it("A10: are JSON lines without signatures, tokens or keys", async () => {
    await processFile(laptop.apiUrl, await photo(200, 200));
    const folder = join(laptop.stateFolder, "logs");
    const secrets = Object.values(laptop.laptop.administrator);

    const lines = readdirSync(folder).flatMap((name) =>
      readFileSync(join(folder, name), "utf8").split("\n").filter(Boolean),
    );

    expect(lines.length).toBeGreaterThan(5);
    for (const line of lines) {
      expect(() => JSON.parse(line)).not.toThrow();
      expect(line).not.toMatch(/X-Amz-Signature=[0-9a-f]|Security-Token=[^*]/i);
      for (const secret of secrets) expect(line).not.toContain(secret);
    }
  });
});

describe("an upload that never comes", () => {
  it("U6: is EXPIRED by the schedule once its time is over, and one that came is not", async () => {
    const impatient = await startLaptopForTest({
      environment: { uploads: { urlSeconds: 4, abandonedAfterSeconds: 5 } },
    });
    const never = await presign(impatient.apiUrl, await photo(200, 200));
    // Its end stands in the table in whole seconds.
    const isAbandoned = new Promise((resolve) => setTimeout(resolve, 6_100));
    const came = await processFile(impatient.apiUrl, await photo(200, 200));
    await isAbandoned;

    impatient.laptop.runtime.schedule.fireNow("darkroom-dev-media-settle");

    expect((await waitForJob(never)).status).toBe("EXPIRED");
    expect((await readJob(`${impatient.apiUrl}/status?jobId=${came.jobId}`)).status).toBe("COMPLETED");
  }, 60_000);
});

describe("a restart", () => {
  it("keeps what was finished, and finishes what was under way", async () => {
    const finished = await processFile(laptop.apiUrl, await photo(300, 200));
    const presigned = await Promise.all([1, 2, 3].map(async () => uploadFile(laptop.apiUrl, await photo(1200, 900))));

    await laptop.restart();

    const status = (jobId: string) => `${laptop.apiUrl}/status?jobId=${jobId}`;
    const before = await readJob(status(finished.jobId));
    expect(before.status).toBe("COMPLETED");
    expect((await fetch(before.renditions[0]?.url ?? "")).status).toBe(200);
    for (const { jobId, ...rest } of presigned) {
      const job = await waitForJob({ jobId, ...rest, statusUrl: status(jobId) }, 60);
      expect(job.status).toBe("COMPLETED");
    }
  }, 90_000);
});
