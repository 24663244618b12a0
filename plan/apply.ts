import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { listRefused } from "./guard.ts";
import { listChanges } from "./model/change.ts";
import { parsePlan } from "./model/terraform-plan.ts";
import { PlanError } from "./plan-error.ts";
import { parseArguments } from "./run/arguments.ts";
import { requireRoles } from "./run/beyond-roles.ts";
import { EXIT, runCommand } from "./run/review-stacks.ts";
import { PLAN_FILE } from "./run/saved-plans.ts";
import { findStackFolders } from "./run/synthesize.ts";
import { applyPlan, initialize, showPlan } from "./run/terraform.ts";

/**
 * `npm run plan:apply -- [environment] --synthesized cdktf.out`: applies the plans that `npm run plan` has saved there,
 * and nothing else: what a reviewer has approved. Terraform refuses a plan whose state has moved on. Who destroys what holds
 * data names it here once more.
 */
await runCommand(async () => {
  const options = parseArguments("plan:apply", process.argv.slice(2));
  if (!options.synthesizedFolder) throw new PlanError("Name the folder of the saved plans: --synthesized cdktf.out");
  const folders = (await findStackFolders(options)).filter((folder) => existsSync(join(folder, PLAN_FILE)));
  if (folders.length === 0)
    throw new PlanError(`${options.synthesizedFolder} holds no saved plan; npm run plan saves one.`);
  if (process.env.CI) {
    for (const folder of folders) requireKeptState(folder);
    requireRoles(folders);
  }
  for (const folder of folders) await initialize(folder);
  const refused = await listRefusals(folders, options.allowedDestroys);
  if (refused.length > 0) return refuse(refused);
  for (const folder of folders) await applyPlan(folder, PLAN_FILE);
  return EXIT.nothing;
});

/** What `--allow-destroy` would have to name: who applies says it, not only who planned. */
async function listRefusals(folders: readonly string[], allowed: readonly string[]): Promise<string[]> {
  const refused: string[] = [];
  for (const folder of folders) {
    const stack = basename(folder);
    const changes = listChanges(parsePlan(await showPlan(folder, PLAN_FILE)), new Map());
    refused.push(...listRefused(stack, changes, allowed).map(({ address }) => `${stack}:${address}`));
  }
  return refused;
}

function refuse(addresses: readonly string[]): number {
  const options = addresses.map((address) => `  --allow-destroy ${address}\n`).join("");
  process.stderr.write(
    `Nothing was applied: what holds data would be destroyed or left without protection. If that is meant, say so by name:\n${options}`,
  );
  return EXIT.refused;
}

/** A workflow's machine is thrown away, and a state in a file with it: what was made would then belong to nobody. */
function requireKeptState(folder: string): void {
  const { terraform } = JSON.parse(readFileSync(join(folder, "cdk.tf.json"), "utf8"));
  if (terraform?.backend?.local === undefined) return;
  throw new PlanError(
    `The state of ${basename(folder)} would stand in a file of this machine, and be lost with it; nothing was applied. Run \`npm run bootstrap\` and commit state-backends.json (docs/bootstrap.md).`,
  );
}
