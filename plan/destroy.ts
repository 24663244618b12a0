import { basename } from "node:path";
import { UsageError } from "../command-line/command-line.mjs";
import { PlanError } from "./plan-error.ts";
import { parseArguments } from "./run/arguments.ts";
import { ask } from "./run/ask.ts";
import { EXIT, reviewStacks, runCommand } from "./run/review-stacks.ts";
import { DRAFT_FILE } from "./run/saved-plans.ts";
import { applyPlan } from "./run/terraform.ts";

const PROTECTED = `Nothing was destroyed. Where Terraform speaks of prevent_destroy, the environment is protected: set isProtected to false
in environments.ts, deploy that, and try again.`;

/**
 * `npm run destroy -- <environment> [stacks…]`: shows what would be lost, asks for each stack's name, and destroys exactly what
 * was shown. Terraform itself refuses where an environment is protected.
 */
await runCommand(async () => {
  const options = parseArguments("destroy", process.argv.slice(2));
  if (options.environment === undefined && options.stacks.length === 0) {
    throw new UsageError("destroy", "Name what to destroy: npm run destroy -- dev. Nothing was destroyed.");
  }
  const { exitCode, folders } = await reviewStacks(options, "destroy");
  if (exitCode === EXIT.failed) throw new PlanError(PROTECTED);
  for (const folder of folders) await confirm(basename(folder), options.confirmedStacks);
  // What was made last may use what was made first.
  for (const folder of folders.toReversed()) await applyPlan(folder, DRAFT_FILE);
  return EXIT.nothing;
});

/** A name cannot be typed by accident, as a yes can. */
async function confirm(stack: string, confirmedStacks: readonly string[]): Promise<void> {
  if (confirmedStacks.includes(stack)) return;
  const answer = await ask(
    `Destroy all of this? Type the stack's name, ${stack}: `,
    `nothing was destroyed. To do it without a question: --confirm ${stack}`,
  );
  if (answer !== stack) throw new PlanError("Nothing was destroyed.");
}
