import { existsSync, readFileSync } from "node:fs";
import { readCommandLine, UsageError } from "../command-line/command-line.mjs";
import { describeRun, NOT_PLANNED, putReviewComment } from "./github/comment.ts";
import { reportDrift } from "./github/drift.ts";
import { createGithubApi } from "./github/github-api.ts";
import { PlanError } from "./plan-error.ts";
import { EXIT, runCommand } from "./run/review-stacks.ts";

/** `npm run plan:publish -- …`: what the workflows do with a review that `npm run plan -- … --out` wrote. */
await runCommand(async () => {
  const {
    review,
    "pull-request": pullRequest,
    drift,
    commit,
    ...plan
  } = readCommandLine("plan:publish", process.argv.slice(2)).values;
  if (!review || (pullRequest === undefined) === (drift === undefined))
    throw misused("name --review, and either --pull-request or --drift.");
  const api = createGithubApi(process.env);
  if (pullRequest !== undefined) {
    const isMissing = (plan["plan-result"] ?? "success") !== "success" && !existsSync(review);
    const page = (isMissing ? NOT_PLANNED : readReview(review)) + (commit === undefined ? "" : describeCommit(commit));
    const outcome = await putReviewComment(api, parseNumber(pullRequest), page);
    process.stdout.write(`The comment was ${outcome}.\n`);
  } else if (drift !== undefined) {
    const outcome = await reportDrift(api, drift, hasDrift(plan["plan-exit-code"]) ? readReview(review) : undefined);
    process.stdout.write(`Issue about drift in ${drift}: ${outcome}.\n`);
  }
  return EXIT.nothing;
});

function misused(problem: string): UsageError {
  return new UsageError("plan:publish", problem);
}

/** A plan that failed says nothing about drift: neither opens an issue nor closes one. */
function hasDrift(planExitCode: string | undefined): boolean {
  if (planExitCode === String(EXIT.nothing)) return false;
  if (planExitCode === String(EXIT.changes) || planExitCode === String(EXIT.refused)) return true;
  throw misused(`--plan-exit-code is ${planExitCode ?? "missing"}; only 0, 2 and 3 tell of drift.`);
}

function describeCommit(commit: string): string {
  if (!/^[0-9a-f]{40}$/.test(commit))
    throw new PlanError(`--commit is "${commit}"; 40 hexadecimal digits are expected.`);
  const { GITHUB_SERVER_URL = "https://github.com", GITHUB_REPOSITORY, GITHUB_RUN_ID } = process.env;
  return describeRun({ commit, url: `${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}/actions/runs/${GITHUB_RUN_ID}` });
}

function parseNumber(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new PlanError(`--pull-request is "${text}"; its number is expected.`);
  return Number(text);
}

function readReview(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new PlanError(`${path} cannot be read; \`npm run plan -- … --out ${path}\` writes it.`, { cause });
  }
}
