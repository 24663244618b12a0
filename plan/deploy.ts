import { createInterface } from "node:readline/promises";
import { PlanError } from "./plan-error.ts";
import { parseArguments, USAGE } from "./run/arguments.ts";
import { EXIT, reviewStacks, runCommand } from "./run/review-stacks.ts";
import { applyPlan, removePlan } from "./run/terraform.ts";

/** `npm run deploy -- [environment] [stacks…]`: plans, shows the review, asks, and applies exactly what was shown. */
await runCommand(async () => {
  const options = parseArguments("deploy", process.argv.slice(2));
  if (options.wantsHelp) {
    process.stdout.write(USAGE);
    return EXIT.nothing;
  }
  const { exitCode, folders } = await reviewStacks(options);
  if (exitCode !== EXIT.changes) return exitCode;
  if (!options.isApproved) await ask();
  for (const folder of folders) {
    await applyPlan(folder);
    removePlan(folder);
  }
  return EXIT.nothing;
});

async function ask(): Promise<void> {
  if (!process.stdin.isTTY) {
    throw new PlanError("Nobody can be asked here; nothing was applied. Add --yes to apply without a question.");
  }
  const reader = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await reader.question("Apply this? Only yes will do: ");
  reader.close();
  if (answer.trim() !== "yes") throw new PlanError("Nothing was applied.");
}
