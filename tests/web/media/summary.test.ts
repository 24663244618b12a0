import { expect, it } from "vitest";
import { estimateSecondsLeft, markOf, summarize } from "../../../web/media/summary.ts";
import { grantUntil, itemIn, jobThat } from "./item-fixture.ts";

const done = itemIn({ name: "done", job: jobThat("COMPLETED") });
const waiting = itemIn({ name: "waiting" });
const failed = itemIn({ name: "failed", message: "No.", canRetry: true });
const refused = itemIn({ name: "failed", message: "Never.", canRetry: false });
const stalled = itemIn({ name: "processing", fraction: 0, grant: grantUntil(), isStalled: true });
const nothing = { secondsLeft: undefined, isPaused: false };

it.each([
  [
    "3 of 5 done · 5.0 MB · about 20 s left",
    [done, done, done, waiting, waiting],
    { secondsLeft: 18, isPaused: false },
  ],
  ["1 of 2 done · 2.0 MB · paused", [done, waiting], { secondsLeft: 18, isPaused: true }],
  ["1 of 3 done · 3.0 MB · 1 failed · waiting for the server", [done, failed, stalled], { ...nothing, secondsLeft: 9 }],
  ["2 files done · 2.0 MB", [done, done], nothing],
  ["1 file done · 1.0 MB", [done], nothing],
])("says: %s", (text, items, facts) => {
  expect(summarize(items, facts).text).toBe(text);
});

it("counts what ended, what failed and what the same file once more can mend", () => {
  expect(summarize([done, waiting, failed, refused], nothing)).toMatchObject({
    endedCount: 3,
    failedCount: 2,
    retryCount: 1,
    isUnderWay: true,
  });
});

it("tells how long the rest will take by what was done so far, and nothing before there is enough to tell from", () => {
  const start = markOf([waiting, waiting, waiting, waiting], 0);
  const later = markOf([done, waiting, waiting, waiting], 5_000);

  expect(estimateSecondsLeft(start, later)).toBeCloseTo(15);
  expect(estimateSecondsLeft(start, { ...later, at: 1_000 })).toBeUndefined();
  expect(estimateSecondsLeft(start, { ...start, at: 5_000 })).toBeUndefined();
});
