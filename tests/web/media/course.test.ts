import { beforeEach, describe, expect, it, vi } from "vitest";
import { type ApiClient, ApiError, type StatusAnswer } from "../../../web/media/api-client.ts";
import { type Course, planWatchSeconds, runCourse } from "../../../web/media/course.ts";
import { advance, type Item } from "../../../web/media/item.ts";
import { UploadRefused } from "../../../web/media/send-file.ts";
import { createLanes } from "../../../web/shell/lanes.ts";
import { grantUntil, itemIn, jobThat } from "./item-fixture.ts";

beforeEach(() => {
  vi.useFakeTimers();
  return () => vi.useRealTimers();
});

const unreachable = () => new ApiError("The server could not be reached.", { retryable: true });
const answer = (...job: Parameters<typeof jobThat>): StatusAnswer => ({ job: jobThat(...job), retryAfterSeconds: 1 });
const FILE = new File(["x"], "holiday.jpg");

/** What the server does, call by call; the last entry is what it goes on doing. */
interface Script {
  readonly presign?: readonly (Error | "ok")[];
  readonly send?: readonly (Error | "ok")[];
  readonly status?: readonly (Error | StatusAnswer)[];
  readonly file?: File | undefined;
}

function startCourse(item: Item, script: Script) {
  const calls = { presign: 0, send: 0, status: 0 };
  const play = <T>(name: keyof typeof calls, steps: readonly (Error | T)[] = []): T => {
    const step = steps[Math.min(calls[name], steps.length - 1)] ?? new Error(`nobody expected ${name}`);
    calls[name] += 1;
    if (step instanceof Error) throw step;
    return step;
  };
  const api: ApiClient = {
    createUpload: async () => play("presign", script.presign) && grantUntil(),
    getStatus: async () => play("status", script.status),
    getLimits: () => Promise.reject(new Error("unused")),
    findJob: () => Promise.reject(new Error("unused")),
  };
  const stop = new AbortController();
  let current = item;
  const seen: string[] = [];
  const course: Course = {
    getServer: async () => ({ api, limits: undefined }),
    sendFile: async () => void play("send", script.send),
    lanes: createLanes(1),
    countWatched: () => 1,
    findFile: async () => ("file" in script ? script.file : FILE),
    read: () => current,
    apply(event) {
      current = advance(current, event);
      if (seen.at(-1) !== current.state.name) seen.push(current.state.name);
    },
    signal: stop.signal,
  };
  return { calls, seen, stop, read: () => current, ended: runCourse(course) };
}

const waiting = itemIn({ name: "waiting" });

describe("a file's course", () => {
  it("leads from waiting to done", async () => {
    const course = startCourse(waiting, {
      presign: ["ok"],
      send: ["ok"],
      status: [answer("PENDING"), answer("PROCESSING"), answer("COMPLETED")],
    });

    await vi.runAllTimersAsync();

    expect(course.seen).toEqual(["sending", "processing", "done"]);
    expect(course.calls).toEqual({ presign: 1, send: 1, status: 3 });
  });

  it("outlasts a server that is away for ten minutes while it watches, and sends nothing anew", async () => {
    const away = Array.from({ length: 40 }, unreachable);
    const course = startCourse(waiting, {
      presign: ["ok"],
      send: ["ok"],
      status: [answer("PROCESSING"), ...away, answer("COMPLETED")],
    });

    await vi.advanceTimersByTimeAsync(30_000);
    const meanwhile = course.read().state;
    await vi.advanceTimersByTimeAsync(600_000);

    expect(meanwhile).toMatchObject({ name: "processing", isStalled: true });
    expect(course.read().state.name).toBe("done");
    expect(course.calls).toMatchObject({ presign: 1, send: 1 });
  });

  it("waits for a server that cannot be reached before it sends", async () => {
    const course = startCourse(waiting, {
      presign: [unreachable(), unreachable(), "ok"],
      send: ["ok"],
      status: [answer("COMPLETED")],
    });

    await vi.runAllTimersAsync();

    expect(course.read().state.name).toBe("done");
    expect(course.calls).toMatchObject({ presign: 3, send: 1 });
  });

  it("asks the job when the answer to an upload is lost, and does not send a file that has arrived", async () => {
    const course = startCourse(waiting, {
      presign: ["ok"],
      send: [unreachable()],
      status: [unreachable(), answer("PROCESSING"), answer("COMPLETED")],
    });

    await vi.runAllTimersAsync();

    expect(course.read().state.name).toBe("done");
    expect(course.calls).toMatchObject({ presign: 1, send: 1 });
  });

  it("sends a file that was lost on the way once more, to the same address", async () => {
    const course = startCourse(waiting, {
      presign: ["ok"],
      send: [unreachable(), "ok"],
      status: [answer("PENDING"), answer("COMPLETED")],
    });

    await vi.runAllTimersAsync();

    expect(course.read().state.name).toBe("done");
    expect(course.calls).toMatchObject({ presign: 1, send: 2 });
  });

  it("asks for a new address when S3 no longer takes the old one, three times at most", async () => {
    const refused = new UploadRefused("The upload was refused.", { retryable: true, code: "AccessDenied" });
    const mended = startCourse(waiting, { presign: ["ok"], send: [refused, "ok"], status: [answer("COMPLETED")] });
    const given = startCourse(waiting, { presign: ["ok"], send: [refused], status: [answer("PENDING")] });

    await vi.runAllTimersAsync();

    expect([mended.read().state.name, mended.calls.presign]).toEqual(["done", 2]);
    expect(given.read().state).toMatchObject({ name: "failed", code: "AccessDenied", canRetry: true });
    expect(given.calls).toMatchObject({ presign: 3, send: 3 });
  });

  it("goes on after a reload: a file that arrived is not sent, one that did not is", async () => {
    const sending = itemIn({ name: "sending", fraction: 0.4, grant: grantUntil() });
    const arrived = startCourse(sending, { status: [answer("PROCESSING"), answer("COMPLETED")] });
    const lost = startCourse(sending, { send: ["ok"], status: [answer("PENDING"), answer("COMPLETED")] });

    await vi.runAllTimersAsync();

    expect([arrived.read().state.name, arrived.calls.send]).toEqual(["done", 0]);
    expect([lost.read().state.name, lost.calls.send]).toEqual(["done", 1]);
  });

  it("says after a reload that a file must be added again when neither server nor browser has it", async () => {
    const sending = itemIn({ name: "sending", fraction: 0.4, grant: grantUntil() });
    const course = startCourse(sending, { status: [answer("PENDING")], file: undefined });

    await vi.runAllTimersAsync();

    expect(course.read().state).toMatchObject({ name: "failed", code: "INTERRUPTED", canRetry: true });
  });

  it("takes a new address for the old one when that has run out", async () => {
    const sending = itemIn({ name: "sending", fraction: 0.4, grant: grantUntil(new Date(Date.now() + 5_000)) });
    const course = startCourse(sending, {
      presign: ["ok"],
      send: ["ok"],
      status: [answer("PENDING"), answer("COMPLETED")],
    });

    await vi.runAllTimersAsync();

    expect([course.read().state.name, course.calls.presign]).toEqual(["done", 1]);
  });

  it("ends at once when the server refuses, in the server's words", async () => {
    const refusal = new ApiError("This is not accepted.", { retryable: false, code: "INVALID_REQUEST" });
    const course = startCourse(waiting, { presign: [refusal] });

    await vi.runAllTimersAsync();

    expect(course.read().state).toMatchObject({ name: "failed", message: "This is not accepted.", canRetry: false });
  });

  it("says so when the server no longer knows the job", async () => {
    const gone = new ApiError("There is no such job.", { retryable: false, code: "JOB_NOT_FOUND" });
    const course = startCourse(itemIn({ name: "processing", fraction: 0, grant: grantUntil() }), { status: [gone] });

    await vi.runAllTimersAsync();

    expect(course.read().state).toMatchObject({ name: "failed", code: "JOB_NOT_FOUND" });
  });

  it("changes nothing more once it is stopped", async () => {
    const course = startCourse(waiting, { presign: ["ok"], send: ["ok"], status: [answer("PROCESSING")] });
    await vi.advanceTimersByTimeAsync(1_000);

    course.stop.abort();
    const calls = { ...course.calls };
    await vi.runAllTimersAsync();
    await course.ended;

    expect(course.read().state.name).toBe("processing");
    expect(course.calls).toEqual(calls);
  });

  it("is not refused any more once it is stopped", async () => {
    const course = startCourse(itemIn({ name: "waiting" }, { bytes: 0 }), {});

    course.stop.abort();
    await course.ended;

    expect(course.read().state.name).toBe("waiting");
  });
});

it("asks after one file soon and then ever less often, as the server says, and after a hundred no oftener than after ten", () => {
  const pauses = [0, 1, 2, 3, 10].map((asked) => planWatchSeconds(asked, 1, { retryAfterSeconds: 2 }));
  const crowded = planWatchSeconds(0, 100, { retryAfterSeconds: 1 });

  expect(pauses.map((pause) => Number(pause.toFixed(2)))).toEqual([0.25, 0.4, 0.64, 1.02, 2]);
  expect(crowded).toBe(5);
});
