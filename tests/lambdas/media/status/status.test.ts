import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { errorResponse, statusResponse } from "../../../../contracts/media/api.ts";
import type { JobResult, NewJob } from "../../../../lambdas/media/jobs/job-table.ts";
import { MemoryJobTable } from "../../../../lambdas/media/jobs/memory/job-table.ts";
import { createStatusHandler } from "../../../../lambdas/media/status/route.ts";
import { recordLog, someDelivery, startClock } from "../../support/fakes.ts";
import { makeHttpEvent } from "../../support/http-events.ts";
import { makeNewJob } from "../jobs/job-table.contract.ts";

const RESULT: JobResult = {
  source: { contentType: "image/jpeg", bytes: 1000, width: 4000, height: 3000 },
  renditions: [
    { name: "w640", key: "v1/j/w640.webp", contentType: "image/webp", bytes: 99, width: 640, height: 480 },
    { name: "audio", key: "v1/j/audio.m4a", contentType: "audio/mp4", bytes: 5 },
  ],
  placeholder: "3OcRJYB4d3h",
};

async function makeStatus(change: Partial<NewJob> = {}) {
  const jobs = new MemoryJobTable();
  const clock = startClock();
  const handle = createStatusHandler({ jobs, clock, cdnUrl: "https://cdn.example.com", log: recordLog() });
  const job = makeNewJob(change);
  await jobs.create(job);
  const get = async (query: Record<string, string>, requestId?: string, headers: Record<string, string> = {}) => {
    const result = await handle(makeHttpEvent({ path: "/status", query, requestId, headers }));
    return { status: result.statusCode, headers: result.headers ?? {}, text: result.body ?? "" };
  };
  const read = async () => {
    const { status, headers, text } = await get({ jobId: job.jobId });
    expect(status).toBe(200);
    return { headers, body: statusResponse.parse(JSON.parse(text)) };
  };
  return { jobs, clock, job, get, read };
}

describe("GET /status", () => {
  it("tells of a job that waits for its upload, and when to ask again", async () => {
    const { job, read } = await makeStatus();

    const { headers, body } = await read();

    expect(body).toEqual({
      jobId: job.jobId,
      key: job.key,
      fileName: job.fileName,
      createdAt: job.createdAt.toISOString(),
      status: "PENDING",
      progress: 0,
      source: { kind: "image", contentType: "image/jpeg", bytes: 12_345 },
      renditions: [],
    });
    expect(headers).toMatchObject({ "retry-after": "1", "cache-control": "no-store" });
  });

  it("answers 304 while nothing has happened, and still says when to ask again", async () => {
    const { jobs, clock, job, get } = await makeStatus();
    const ask = (tag: string) => get({ jobId: job.jobId }, undefined, { "if-none-match": tag });
    const pending = String((await get({ jobId: job.jobId })).headers.etag);

    expect(await ask(pending)).toMatchObject({ status: 304, text: "", headers: { etag: pending, "retry-after": "1" } });
    await jobs.claim(job.jobId, clock.now(), 60, someDelivery());
    const processing = String((await ask(pending)).headers.etag);
    await jobs.reportProgress(job.jobId, 1, 42);
    const moved = await ask(processing);
    await jobs.complete(job.jobId, 1, RESULT, clock.now());
    const finished = await ask(String(moved.headers.etag));

    expect([processing === pending, moved.status, finished.status]).toEqual([false, 200, 200]);
    expect(await ask(String(finished.headers.etag))).toMatchObject({ status: 304, text: "" });
  });

  it("finds the same job by its key", async () => {
    const { job, get } = await makeStatus();

    expect((await get({ key: job.key })).text).toBe((await get({ jobId: job.jobId })).text);
  });

  it("shows the progress of work under way, and asks for more patience with a video", async () => {
    const jobId = randomUUID();
    const { jobs, clock, read } = await makeStatus({ jobId, kind: "video", key: `video/${jobId}` });
    await jobs.claim(jobId, clock.now(), 60, someDelivery());
    await jobs.reportProgress(jobId, 1, 42);

    const { headers, body } = await read();

    expect(body).toMatchObject({ status: "PROCESSING", progress: 42 });
    expect(headers["retry-after"]).toBe("2");
  });

  it("gives the renditions of a finished job on the CDN, and no Retry-After", async () => {
    const { jobs, clock, job, read } = await makeStatus();
    await jobs.claim(job.jobId, clock.now(), 60, someDelivery());
    await jobs.complete(job.jobId, 1, RESULT, clock.now());

    const { headers, body } = await read();

    expect(body).toMatchObject({
      status: "COMPLETED",
      progress: 100,
      source: { kind: "image", ...RESULT.source },
      placeholder: "3OcRJYB4d3h",
    });
    expect(body.renditions).toEqual([
      {
        name: "w640",
        contentType: "image/webp",
        bytes: 99,
        width: 640,
        height: 480,
        url: "https://cdn.example.com/v1/j/w640.webp",
      },
      { name: "audio", contentType: "audio/mp4", bytes: 5, url: "https://cdn.example.com/v1/j/audio.m4a" },
    ]);
    expect(headers).not.toHaveProperty("retry-after");
  });

  it("gives the error of a failed job, and nothing of the worker's own", async () => {
    const { jobs, clock, job, read } = await makeStatus();
    await jobs.claim(job.jobId, clock.now(), 60, someDelivery());
    await jobs.fail(job.jobId, 1, { code: "CORRUPT_MEDIA", message: "It ends in the middle." }, clock.now());

    const { body } = await read();

    expect(body).toMatchObject({
      status: "FAILED",
      error: { code: "CORRUPT_MEDIA", message: "It ends in the middle." },
    });
    expect(Object.keys(body).sort()).toEqual(
      ["createdAt", "error", "fileName", "jobId", "key", "progress", "renditions", "source", "status"].sort(),
    );
  });

  it("U6: tells of an expired upload with a reason", async () => {
    const { jobs, clock, job, read } = await makeStatus();
    await jobs.expire(job.jobId, clock.now());

    expect((await read()).body).toMatchObject({ status: "EXPIRED", error: { code: "UPLOAD_EXPIRED" } });
  });

  it("U6: reads PENDING until the sweep has looked for the file, because it may stand in the queue", async () => {
    const { clock, read } = await makeStatus();
    clock.pass(3700);

    expect((await read()).body.status).toBe("PENDING");
  });

  it("U6: does not know a job whose TTL has passed, though DynamoDB has not deleted it", async () => {
    const { clock, job, get } = await makeStatus();
    clock.pass(86_399);
    expect((await get({ jobId: job.jobId })).status).toBe(200);

    clock.pass(2);

    expect((await get({ jobId: job.jobId })).status).toBe(404);
  });

  it("A1: answers unknown, foreign, malformed and forgotten jobs with the same bytes, but for the request's id", async () => {
    const { clock, job, get } = await makeStatus();
    const known = job.jobId;
    const queries: Record<string, string>[] = [
      { jobId: randomUUID() },
      { jobId: "not-a-uuid" },
      { jobId: known.toUpperCase() },
      { jobId: `${known},${known}` },
      { key: `image/${randomUUID()}` },
      { key: `video/${known}` },
      { key: `/image/${known}` },
      { key: `image/${known}/` },
      { key: "../../etc/passwd" },
      { key: "v1/x/w640.webp" },
    ];

    const answers = [];
    for (const query of queries) answers.push(await get(query, "request-1"));
    clock.pass(100_000);
    answers.push(await get({ jobId: known }, "request-1"));

    expect(answers).toHaveLength(11);
    expect(new Set(answers.map((answer) => JSON.stringify(answer)))).toHaveProperty("size", 1);
    expect(answers[0]).toMatchObject({ status: 404 });
    expect(errorResponse.parse(JSON.parse(answers[0]?.text ?? "")).error.requestId).toBe("request-1");
  });

  it("U9: refuses neither, both, empty and unknown parameters", async () => {
    const { job, get } = await makeStatus();
    const { jobId, key } = job;

    for (const query of [
      {},
      { jobId, key },
      { jobId: "" },
      { jobId: "", key: "" },
      { jobId, page: "2" },
      { __proto__x: "1" },
    ]) {
      const { status, text } = await get(query as Record<string, string>);

      expect(status).toBe(400);
      expect(errorResponse.parse(JSON.parse(text)).error.code).toBe("INVALID_REQUEST");
    }
  });
});
