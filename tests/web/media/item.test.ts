import { describe, expect, it } from "vitest";
import { advance, describeState, fractionOf, type Item, type ItemEvent } from "../../../web/media/item.ts";
import { grantUntil, itemIn, JOB_ID, jobThat } from "./item-fixture.ts";

const follow = (item: Item, ...events: ItemEvent[]): Item => events.reduce(advance, item);
const grant = grantUntil();
const waiting = itemIn({ name: "waiting" });
const sending = follow(waiting, { type: "began" }, { type: "granted", grant });
const arrived = follow(sending, { type: "arrived" });

describe("an item", () => {
  it("goes from waiting through sending and the queue to done", () => {
    const states = [waiting, sending, arrived].map(describeState);
    const working = follow(arrived, { type: "told", job: jobThat("PROCESSING", { progress: 40 }) });
    const done = follow(working, { type: "told", job: jobThat("COMPLETED") });

    expect(states).toEqual(["waiting", "0 %", "in the queue"]);
    expect(describeState(working)).toBe("70 %");
    expect(describeState(done)).toBe("done");
  });

  it("never shows less than it has shown, however often the file is sent and whatever the job says", () => {
    const sent = follow(sending, { type: "sent", fraction: 0.8 }, { type: "sent", fraction: 0.1 });
    const worked = follow(
      arrived,
      { type: "told", job: jobThat("PROCESSING", { progress: 60 }) },
      { type: "told", job: jobThat("PROCESSING", { progress: 10 }) },
    );

    expect(fractionOf(sent)).toBe(0.4);
    expect(fractionOf(worked)).toBe(0.8);
  });

  it("stays where it is when the job has not heard of the file yet", () => {
    const told = follow(sending, { type: "sent", fraction: 0.5 }, { type: "told", job: jobThat("PENDING") });

    expect(told.state).toMatchObject({ name: "sending", fraction: 0.5 });
  });

  it("knows that the file has arrived when the job has begun, though the answer was lost", () => {
    const told = follow(sending, { type: "told", job: jobThat("PROCESSING") });

    expect(told.state).toMatchObject({ name: "processing", grant });
  });

  it("says that it waits while the server is out of reach, and where it was when it is back", () => {
    const stalled = follow(sending, { type: "sent", fraction: 0.5 }, { type: "stalled", isStalled: true });
    const back = follow(stalled, { type: "stalled", isStalled: false });

    expect(describeState(stalled)).toBe("waiting");
    expect(describeState(back)).toBe("25 %");
  });

  it.each([
    ["CORRUPT_MEDIA", false],
    ["WORKER_CRASHED", true],
    ["UPLOAD_EXPIRED", true],
  ] as const)("that failed with %s can be tried again: %s", (code, canRetry) => {
    const error = { code, message: "What was wrong." };
    const failed = follow(arrived, { type: "told", job: jobThat("FAILED", { error }) });

    expect(failed.state).toEqual({ name: "failed", message: "What was wrong.", code, jobId: JOB_ID, canRetry });
  });

  it("begins anew with a retry, and only when it has failed", () => {
    const failed = follow(arrived, { type: "failed", message: "No.", canRetry: true });

    expect(follow(failed, { type: "retried" }).state).toEqual({ name: "waiting" });
    expect(follow(arrived, { type: "retried" })).toBe(arrived);
  });

  it("is the same object when an event changes nothing, so that nothing is drawn or written", () => {
    const done = itemIn({ name: "done", job: jobThat("COMPLETED") });

    expect(follow(done, { type: "sent", fraction: 0.5 })).toBe(done);
    expect(follow(done, { type: "told", job: jobThat("PROCESSING") })).toBe(done);
    expect(follow(done, { type: "stalled", isStalled: true })).toBe(done);
  });
});
