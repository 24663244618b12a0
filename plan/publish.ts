import { existsSync, readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { describeRun, NOT_PLANNED, putReviewComment } from "./github/comment.ts";
import { reportDrift } from "./github/drift.ts";
import { createGithubApi } from "./github/github-api.ts";
import { PlanError } from "./plan-error.ts";
import { EXIT, runCommand } from "./run/review-stacks.ts";

/** `npm run plan:publish -- …`: what the workflows do with a review that `npm run plan -- … --out` wrote. */
const USAGE = `npm run plan:publish -- --review <file> --pull-request <number> [--commit <sha>] [--plan-result <result>]
npm run plan:publish -- --review <file> --drift <environment> --plan-exit-code <0, 2 or 3>

  --pull-request    puts the review into the pull request's one comment
  --commit          says which commit it is of
  --plan-result     other than success: where there is no review, the comment says that nothing could be planned
  --drift           opens, updates or, where the plan ended with 0, closes the environment's issue

GITHUB_TOKEN and GITHUB_REPOSITORY say as whom and where.
`;

await runCommand(async () => {
  const { review, "pull-request": pullRequest, drift, commit, ...plan } = readArguments();
  if (!review || (pullRequest === undefined) === (drift === undefined)) throw new PlanError(USAGE);
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

function readArguments() {
  const option = { type: "string" } as const;
  const ofPullRequest = { "pull-request": option, commit: option, "plan-result": option };
  const options = { review: option, ...ofPullRequest, drift: option, "plan-exit-code": option };
  try {
    return parseArgs({ options }).values;
  } catch (cause) {
    throw new PlanError(`${cause instanceof Error ? cause.message : String(cause)}\n\n${USAGE}`, { cause });
  }
}

/** A plan that failed says nothing about drift: neither opens an issue nor closes one. */
function hasDrift(planExitCode: string | undefined): boolean {
  if (planExitCode === String(EXIT.nothing)) return false;
  if (planExitCode === String(EXIT.changes) || planExitCode === String(EXIT.refused)) return true;
  throw new PlanError(`--plan-exit-code is ${planExitCode ?? "missing"}; only 0, 2 and 3 tell of drift.\n\n${USAGE}`);
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
