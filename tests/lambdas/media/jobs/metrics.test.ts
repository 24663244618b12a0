import { describe, expect, it, vi } from "vitest";
import { createMetrics, type JobMetrics } from "../../../../lambdas/media/jobs/metrics.ts";

/** What a use of the metrics writes to the standard output, line by line, parsed. */
function capture(use: (metrics: JobMetrics) => void): Record<string, unknown>[] {
  let written = "";
  vi.spyOn(process.stdout, "write").mockImplementation((chunk) => {
    written += String(chunk);
    return true;
  });
  try {
    use(createMetrics("resize", "Darkroom/dev/media"));
  } finally {
    vi.restoreAllMocks();
  }
  return written
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
}

/** The metrics that CloudWatch would read from a line: name and unit by namespace and dimensions. */
function directives(line: Record<string, unknown> | undefined): unknown {
  const metadata = line?._aws as { readonly CloudWatchMetrics?: unknown } | undefined;
  return metadata?.CloudWatchMetrics;
}

const finished = { seconds: 1.25, bytesIn: 4000, bytesOut: 900 };

describe("a function's metrics", () => {
  it("are one line of CloudWatch's embedded format for each job that ended, by function and outcome", () => {
    const [line, ...others] = capture((metrics) => metrics.ended({ jobId: "j1", outcome: "COMPLETED", finished }));

    expect(others).toEqual([]);
    expect(line).toMatchObject({ Jobs: 1, SecondsToFinish: 1.25, BytesIn: 4000, BytesOut: 900 });
    expect(line).toMatchObject({ service: "resize", outcome: "COMPLETED" });
    expect(directives(line)).toEqual([
      {
        Namespace: "Darkroom/dev/media",
        Dimensions: [["service", "outcome"]],
        Metrics: [
          { Name: "Jobs", Unit: "Count" },
          { Name: "SecondsToFinish", Unit: "Seconds" },
          { Name: "BytesIn", Unit: "Bytes" },
          { Name: "BytesOut", Unit: "Bytes" },
        ],
      },
    ]);
  });

  it("name the job and its code beside the figures, and never as a dimension, which would be paid for each", () => {
    const [line] = capture((metrics) => metrics.ended({ jobId: "j1", outcome: "FAILED", code: "CORRUPT_MEDIA" }));

    expect(line).toMatchObject({ Jobs: 1, jobId: "j1", code: "CORRUPT_MEDIA", outcome: "FAILED" });
    expect(directives(line)).toMatchObject([
      { Dimensions: [["service", "outcome"]], Metrics: [{ Name: "Jobs", Unit: "Count" }] },
    ]);
  });

  it("carry nothing from one job into the next", () => {
    const [, second] = capture((metrics) => {
      metrics.ended({ jobId: "j1", outcome: "COMPLETED", finished });
      metrics.ended({ jobId: "j2", outcome: "EXPIRED" });
    });

    expect(second).toMatchObject({ Jobs: 1, jobId: "j2", outcome: "EXPIRED" });
    expect(second).not.toHaveProperty("BytesIn");
  });

  it("say that nothing is stuck, too, because silence is an alarm", () => {
    const [line] = capture((metrics) => metrics.stuck(0));

    expect(line).toMatchObject({ JobsStuck: 0, service: "resize" });
    expect(directives(line)).toMatchObject([{ Namespace: "Darkroom/dev/media", Dimensions: [["service"]] }]);
  });
});
