import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { putReviewComment } from "./github/comment.ts";
import { reportDrift } from "./github/drift.ts";
import { createGithubApi } from "./github/github-api.ts";
import { PlanError } from "./plan-error.ts";
import { EXIT, runCommand } from "./run/review-stacks.ts";

/** `npm run plan:publish -- …`: what the workflows do with a review that `npm run plan -- … --out` wrote. */
const USAGE = `npm run plan:publish -- --review <file> --pull-request <number>
npm run plan:publish -- --review <file> --drift <environment> --plan-exit-code <0, 2 or 3>

  --pull-request    puts the review into the pull request's one comment
  --drift           opens, updates or, where the plan ended with 0, closes the environment's issue

GITHUB_TOKEN and GITHUB_REPOSITORY say as whom and where.
`;

await runCommand(async () => {
  const { review, "pull-request": pullRequest, drift, "plan-exit-code": planExitCode } = readArguments();
  if (!review || (pullRequest === undefined) === (drift === undefined)) throw new PlanError(USAGE);
  const api = createGithubApi(process.env);
  if (pullRequest !== undefined) {
    const outcome = await putReviewComment(api, parseNumber(pullRequest), readReview(review));
    process.stdout.write(`The comment was ${outcome}.\n`);
  } else if (drift !== undefined) {
    const outcome = await reportDrift(api, drift, hasDrift(planExitCode) ? readReview(review) : undefined);
    process.stdout.write(`Issue about drift in ${drift}: ${outcome}.\n`);
  }
  return EXIT.nothing;
});

function readArguments() {
  const option = { type: "string" } as const;
  const options = { review: option, "pull-request": option, drift: option, "plan-exit-code": option };
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
