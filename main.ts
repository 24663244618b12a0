import { join } from "node:path";
import { synthesize, writeHcl } from "./stacks/app.ts";
import { ENVIRONMENT_NAMES, type EnvironmentName } from "./stacks/support/environment.ts";
import { ConfigurationError } from "./stacks/support/errors.ts";
import { readStateBackends } from "./stacks/support/state-backends.ts";
import { type HouseEnvironment, SYSTEMS } from "./systems.ts";

type Environments = Readonly<Record<EnvironmentName, HouseEnvironment>>;

/**
 * Settings in, stacks out: `npm run synth`, and `npx cdktf synth` by cdktf.json. The only reader of the process's
 * environment among what synthesizes.
 *
 *   DARKROOM_ENVIRONMENT   dev, staging or prod; unset: all of them
 *   CDKTF_OUTDIR           set by the cdktf CLI; unset: cdktf.out
 *   --hcl                  readable HCL into hcl.out instead, apart from the JSON: Terraform refuses a folder with both
 */
async function main(): Promise<void> {
  // It is checked as it is read: only in here is what it throws shown to a person.
  const { environments } = await import("./environments.ts");
  const options = {
    systems: SYSTEMS,
    environments: selectEnvironments(environments, process.env.DARKROOM_ENVIRONMENT),
    artifactsFolder: join(import.meta.dirname, "dist"),
    stateBackends: readStateBackends(join(import.meta.dirname, "state-backends.json")),
  };
  const { folders, warnings } = process.argv.includes("--hcl")
    ? writeHcl({ ...options, outputFolder: "hcl.out" })
    : synthesize({ ...options, outputFolder: process.env.CDKTF_OUTDIR ?? "cdktf.out" });
  for (const warning of new Set(warnings)) console.warn(`Warning: ${warning}`);
  for (const folder of folders) console.log(folder);
}

function selectEnvironments(environments: Environments, wanted: string | undefined): HouseEnvironment[] {
  const selected = ENVIRONMENT_NAMES.filter((name) => !wanted || name === wanted);
  if (selected.length > 0) return selected.map((name) => environments[name]);
  throw new ConfigurationError("There is no such environment:", [
    {
      path: "DARKROOM_ENVIRONMENT",
      message: `is "${wanted}"; expected ${ENVIRONMENT_NAMES.join(", ")}, or nothing for all`,
    },
  ]);
}

try {
  await main();
} catch (error) {
  if (!(error instanceof ConfigurationError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
