import { parseArguments, USAGE } from "./run/arguments.ts";
import { EXIT, reviewStacks, runCommand } from "./run/review-stacks.ts";
import { keepDraft } from "./run/saved-plans.ts";

/** `npm run plan -- [environment] [stacks…]`: what a deploy would do, for a person to approve. See docs/plan-review.md. */
await runCommand(async () => {
  const options = parseArguments("plan", process.argv.slice(2));
  if (options.wantsHelp) {
    process.stdout.write(USAGE);
    return EXIT.nothing;
  }
  const { exitCode, folders } = await reviewStacks(options);
  for (const folder of folders) keepDraft(folder);
  return exitCode;
});
