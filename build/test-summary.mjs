import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

/**
 * The end of `.ci/run`: the reasons of skipped tests, then one line of counts, from vitest's JSON report.
 *
 * @typedef {{ fullName: string, status: string }} TestResult
 * @typedef {{ name: string, status: string, assertionResults: TestResult[] }} FileResult
 */

/**
 * @param {string} report vitest's JSON report; empty when vitest never got so far
 * @param {number} exitCode of npm test
 * @returns {{ passed: number, failed: number, skipped: string[] }}
 */
export function summarize(report, exitCode) {
  /** @type {FileResult[]} */
  const files = report.trim() === "" ? [] : JSON.parse(report).testResults;
  const tests = files.flatMap((file) => file.assertionResults);
  const passed = tests.filter((test) => test.status === "passed").length;
  // A file that fails before its first test (a syntax error, a hook) has no failed test to count.
  const broken = files.filter(
    (file) => file.status === "failed" && !file.assertionResults.some((test) => test.status === "failed"),
  ).length;
  const failed = tests.filter((test) => test.status === "failed").length + broken;
  const skipped = tests
    .filter((test) => test.status !== "passed" && test.status !== "failed")
    .map((test) => test.fullName);
  // Lint, types or an error outside of any test: npm test failed, and so must the count.
  return { passed, failed: failed === 0 && exitCode !== 0 ? 1 : failed, skipped };
}

/** @param {string} path */
function readReport(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const [, , path = "", exitCode = "1"] = process.argv;
  const { passed, failed, skipped } = summarize(readReport(path), Number(exitCode));
  for (const title of skipped) console.log(`skipped: ${title}`);
  console.log(`${passed} passed, ${failed} failed, ${skipped.length} skipped`);
}
