import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { UsageError } from "../../command-line/command-line.mjs";
import { readSources } from "../model/source.ts";
import { parsePlan } from "../model/terraform-plan.ts";
import { PlanError } from "../plan-error.ts";
import { isFailed, type ReviewedStack, renderReview } from "../render/review.ts";
import { createReview } from "../review.ts";
import type { PlanArguments } from "./arguments.ts";
import { describeBootstrap, listTypesBeyondRoles } from "./beyond-roles.ts";
import { removeDraft } from "./saved-plans.ts";
import { heedSignals, Stopped } from "./stop.ts";
import { findStackFolders } from "./synthesize.ts";
import { makePlan, type PlanMode } from "./terraform.ts";

/** What a script can tell from the exit code alone. */
export const EXIT = { nothing: 0, failed: 1, changes: 2, refused: 3 } as const;

export interface Outcome {
  readonly exitCode: (typeof EXIT)[keyof typeof EXIT];
  /** Of stacks in which something changes: there lies a draft that may be applied. None where one failed or is refused. */
  readonly folders: readonly string[];
}

/** Plans every stack that was asked for and publishes one review of all. */
export async function reviewStacks(options: PlanArguments, mode: PlanMode = "change"): Promise<Outcome> {
  const folders = await findStackFolders(options);
  const reviewed: ReviewedStack[] = [];
  // One after the other: providers take hundreds of megabytes each.
  for (const folder of folders) reviewed.push(await reviewStack(folder, options, mode));
  publish(reviewed, options, dirname(dirname(folders[0] ?? ".")));
  const exitCode = findExitCode(reviewed);
  const isGuarded = exitCode === EXIT.refused && options.isGuarded;
  if (isGuarded) refuse(folders);
  const changed = folders.filter((_, index) => hasChanges(reviewed[index]));
  return { exitCode, folders: exitCode === EXIT.failed || isGuarded ? [] : changed };
}

async function reviewStack(folder: string, { allowedDestroys }: PlanArguments, mode: PlanMode): Promise<ReviewedStack> {
  const stack = basename(folder);
  process.stderr.write(`Planning ${stack} …\n`);
  const { json, failure } = await makePlan(folder, mode);
  // Terraform's words may hold what a comment must not: they go to the log, which keeps to those who may read it.
  if (failure) process.stderr.write(`${failure.trim()}\n`);
  if (json === undefined) return { stack, failure: "Terraform's log says why." };
  const sources = readSources(readFileSync(join(folder, "cdk.tf.json"), "utf8"));
  const allowed = mode === "destroy" ? "all" : allowedDestroys;
  const beyondRoles = mode === "destroy" ? [] : listTypesBeyondRoles(folder);
  const bootstrap = beyondRoles.length > 0 ? describeBootstrap(stack, beyondRoles) : undefined;
  const review = { ...createReview(parsePlan(json), { stack, sources, allowedDestroys: allowed }), bootstrap };
  return failure ? { ...review, isIncomplete: true } : review;
}

function hasChanges(review: ReviewedStack | undefined): boolean {
  return review !== undefined && !isFailed(review) && review.hasChanges;
}

/** The worst of all stacks counts: failed, then refused, then changed. */
export function findExitCode(stacks: readonly ReviewedStack[]): Outcome["exitCode"] {
  if (stacks.some((it) => isFailed(it) || it.isIncomplete)) return EXIT.failed;
  if (stacks.some((it) => !isFailed(it) && it.refused.length > 0)) return EXIT.refused;
  return stacks.some(hasChanges) ? EXIT.changes : EXIT.nothing;
}

function publish(stacks: readonly ReviewedStack[], { outFile }: PlanArguments, outputFolder: string): void {
  const { comment, whole } = renderReview(stacks);
  process.stdout.write(comment);
  if (outFile) {
    mkdirSync(dirname(outFile), { recursive: true });
    writeFileSync(outFile, comment);
  }
  const summary = process.env.GITHUB_STEP_SUMMARY;
  if (summary) appendFileSync(summary, whole);
  else if (existsSync(outputFolder)) writeFileSync(join(outputFolder, "plan-review.md"), whole);
}

function refuse(folders: readonly string[]): void {
  for (const folder of folders) removeDraft(folder);
  process.stderr.write("The guard refuses these plans and removed them: data would be lost. The review names what.\n");
}

/** Runs a command of this folder and leaves its exit code. */
export async function runCommand(command: () => Promise<number>): Promise<void> {
  heedSignals();
  try {
    process.exitCode = await command();
  } catch (error) {
    const isForPerson = error instanceof PlanError || error instanceof UsageError || error instanceof Stopped;
    process.stderr.write(`${isForPerson ? error.message : error instanceof Error ? error.stack : error}\n`);
    process.exitCode = error instanceof Stopped ? error.exitCode : EXIT.failed;
  }
}
