import { parseArguments } from "./run/arguments.ts";
import { reviewStacks, runCommand } from "./run/review-stacks.ts";
import { keepDraft } from "./run/saved-plans.ts";

/** `npm run plan -- [environment] [stacks…]`: what a deploy would do, for a person to approve. See docs/plan-review.md. */
await runCommand(async () => {
  const options = parseArguments("plan", process.argv.slice(2));
  const { exitCode, folders } = await reviewStacks(options);
  for (const folder of folders) keepDraft(folder);
  return exitCode;
});
