import { describe, expect, it } from "vitest";
import { summarize } from "../../build/test-summary.mjs";

describe("the last line of .ci/run", () => {
  const file = (status: string, tests: Record<string, string>) => ({
    name: "a.test.ts",
    status,
    assertionResults: Object.entries(tests).map(([fullName, state]) => ({ fullName, status: state })),
  });
  const report = (...files: object[]) => JSON.stringify({ testResults: files });

  it("counts what passed, failed and was skipped, and keeps the titles of the skipped with their reasons", () => {
    const text = report(
      file("passed", { a: "passed", "b (skipped: no terraform on PATH)": "pending", c: "todo" }),
      file("failed", { d: "failed", e: "passed" }),
    );

    expect(summarize(text, 1)).toEqual({ passed: 2, failed: 1, skipped: ["b (skipped: no terraform on PATH)", "c"] });
  });

  it("counts a file that could not even be loaded as a failure", () => {
    expect(summarize(report(file("failed", {}), file("passed", { a: "passed" })), 1)).toMatchObject({ failed: 1 });
  });

  it("never says that nothing failed when npm test did", () => {
    expect(summarize(report(file("passed", { a: "passed" })), 1)).toMatchObject({ passed: 1, failed: 1 });
    expect(summarize("", 1)).toEqual({ passed: 0, failed: 1, skipped: [] });
  });
});
