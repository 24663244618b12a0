import { describe, expect, it } from "vitest";
import { addUp, countIdleMonth, countImageUpload, describeBill } from "../../bench/cost/bill.ts";

describe("the bill of an upload", () => {
  it("asks for the worker's time by memory, at the pace of Lambda's arm64", () => {
    const idle = countImageUpload({ cpuMs: 0, renditions: 4 });
    const busy = countImageUpload({ cpuMs: 400, renditions: 4 });

    // 0.4 s × 2.5 on 1769 MB.
    expect(busy.lambdaArmGbSecond - idle.lambdaArmGbSecond).toBeCloseTo(1769 / 1024, 6);
    expect({ ...busy, lambdaArmGbSecond: 0 }).toEqual({ ...idle, lambdaArmGbSecond: 0 });
  });

  it("asks for a PUT of the upload and of each rendition, and for a longer row of more renditions", () => {
    const four = countImageUpload({ cpuMs: 0, renditions: 4 });
    const twelve = countImageUpload({ cpuMs: 0, renditions: 12 });

    expect([four.s3Put, twelve.s3Put]).toEqual([5, 13]);
    expect(twelve.tableWriteUnit).toBeGreaterThan(four.tableWriteUnit);
  });

  it("names the services, the dearest first, and adds up to its sum", () => {
    const usage = countImageUpload({ cpuMs: 100, renditions: 4 });
    const named = describeBill(usage, 10_000);
    const sum = [...named.matchAll(/\d+\.\d+/g)].reduce((total, [text]) => total + Number(text), 0);

    expect(named).toMatch(/^S3 \d/);
    expect(sum).toBeCloseTo(10_000 * addUp(usage), 2);
  });
});

describe("the bill of an idle month", () => {
  it("asks for Lambda's polls of every queue that it consumes", () => {
    const two = countIdleMonth({ consumedQueues: 2, everyMinutes: 5 });
    const four = countIdleMonth({ consumedQueues: 4, everyMinutes: 5 });

    expect(four.queueRequest).toBe(2 * two.queueRequest);
    expect({ ...four, queueRequest: 0 }).toEqual({ ...two, queueRequest: 0 });
  });
});
