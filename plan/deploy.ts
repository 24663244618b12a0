import { PlanError } from "./plan-error.ts";
import { parseArguments } from "./run/arguments.ts";
import { ask } from "./run/ask.ts";
import { requireRoles } from "./run/beyond-roles.ts";
import { EXIT, reviewStacks, runCommand } from "./run/review-stacks.ts";
import { DRAFT_FILE } from "./run/saved-plans.ts";
import { applyPlan } from "./run/terraform.ts";

/** `npm run deploy -- [environment] [stacks…]`: plans, shows the review, asks, and applies exactly what was shown. */
await runCommand(async () => {
  const options = parseArguments("deploy", process.argv.slice(2));
  const { exitCode, folders } = await reviewStacks(options);
  if (exitCode !== EXIT.changes) return exitCode;
  if (process.env.CI) requireRoles(folders);
  if (!options.isApproved) await requireYes();
  for (const folder of folders) await applyPlan(folder, DRAFT_FILE);
  return EXIT.nothing;
});

async function requireYes(): Promise<void> {
  const answer = await ask(
    "Apply this? Only yes will do: ",
    "nothing was applied. Add --yes to apply without a question.",
  );
  if (answer !== "yes") throw new PlanError("Nothing was applied.");
}
