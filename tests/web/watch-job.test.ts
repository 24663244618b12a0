import { beforeEach, expect, it, vi } from "vitest";
import type { StatusResponse } from "../../contracts/api.ts";
import { type ApiClient, ApiError, type StatusAnswer } from "../../web/api-client.ts";
import { watchJob } from "../../web/watch-job.ts";

beforeEach(() => {
  vi.useFakeTimers();
  return () => vi.useRealTimers();
});

const answer = (status: StatusResponse["status"], retryAfterSeconds?: number): StatusAnswer => ({
  job: {
    jobId: "3f2c1a9e-0000-4000-8000-000000000000",
    key: "image/3f2c1a9e-0000-4000-8000-000000000000",
    fileName: "beach.jpg",
    createdAt: "2026-11-01T12:00:00.000Z",
    status,
    progress: 0,
    source: { kind: "image", contentType: "image/jpeg", bytes: 1 },
    renditions: [],
  },
  retryAfterSeconds,
});

/** Gives the answers one by one; an Error is thrown. */
function answering(...answers: (StatusAnswer | Error)[]): ApiClient & { readonly calls: () => number } {
  const getStatus = vi.fn(async () => {
    const next = answers.shift() ?? new Error("asked too often");
    if (next instanceof Error) throw next;
    return next;
  });
  return {
    createUpload: () => Promise.reject(new Error("unused")),
    getStatus,
    calls: () => getStatus.mock.calls.length,
  };
}

const unreachable = () => new ApiError("unreachable", { retryable: true });

it("reports every answer and stops asking once the job has ended", async () => {
  const api = answering(answer("PENDING", 1), answer("PROCESSING", 1), answer("COMPLETED"));
  const seen: string[] = [];

  const watched = watchJob(api, "/status", (job) => seen.push(job.status));
  await vi.runAllTimersAsync();

  await expect(watched).resolves.toMatchObject({ status: "COMPLETED" });
  expect(seen).toEqual(["PENDING", "PROCESSING", "COMPLETED"]);
  expect(api.calls()).toBe(3);
});

it("never waits longer than the server's Retry-After", async () => {
  const api = answering(...Array.from({ length: 20 }, () => answer("PROCESSING", 1)), answer("FAILED"));

  const watched = watchJob(api, "/status", () => {});
  await vi.advanceTimersByTimeAsync(20_000);

  await expect(watched).resolves.toMatchObject({ status: "FAILED" });
});

it("outlasts a connection that is lost for a moment", async () => {
  const api = answering(answer("PENDING", 1), unreachable(), unreachable(), answer("COMPLETED"));

  const watched = watchJob(api, "/status", () => {});
  await vi.runAllTimersAsync();

  await expect(watched).resolves.toMatchObject({ status: "COMPLETED" });
});

it("gives up when the server stays out of reach", async () => {
  const api = answering(...Array.from({ length: 10 }, unreachable));

  const watched = watchJob(api, "/status", () => {}).catch((error: unknown) => error);
  await vi.runAllTimersAsync();

  expect(await watched).toMatchObject({ message: "unreachable" });
  expect(api.calls()).toBe(5);
});
