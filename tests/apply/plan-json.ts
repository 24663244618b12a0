import { startTerraform } from "../terraform-state-backend/terraform.ts";
import { ApplyError } from "./apply-error.ts";

export interface PlannedChange {
  /** `aws_s3_bucket.uploads`, or `output.apiUrl`. */
  readonly address: string;
  readonly type: string;
  /** `update`, `delete, create` */
  readonly actions: string;
  /** Those that differ. */
  readonly attributes: readonly string[];
}

interface Change {
  readonly actions: readonly string[];
  readonly before: unknown;
  readonly after: unknown;
}

interface PlanJson {
  readonly resource_changes?: readonly { readonly address: string; readonly type: string; readonly change: Change }[];
  readonly output_changes?: Readonly<Record<string, Change>>;
}

/** Returns what Terraform prints. Throws ApplyError where it fails. */
export async function runTerraform(
  folder: string,
  variables: NodeJS.ProcessEnv,
  ...args: readonly string[]
): Promise<string> {
  const { status, stdout, log } = await startTerraform(folder, variables, ...args).outcome;
  if (status !== 0) throw new ApplyError(`terraform ${args.join(" ")} ended with ${status}:\n${log}`);
  return stdout;
}

/** What the saved plan changes, from its JSON; empty is Terraform's "No changes". */
export async function listPlannedChanges(folder: string, variables: NodeJS.ProcessEnv): Promise<PlannedChange[]> {
  const plan: PlanJson = JSON.parse(await runTerraform(folder, variables, "show", "-json", "plan.bin"));
  const resources = (plan.resource_changes ?? []).map(({ address, type, change }) => ({ address, type, change }));
  const outputs = Object.entries(plan.output_changes ?? {}).map(([name, change]) => ({
    address: `output.${name}`,
    type: "output",
    change,
  }));
  return [...resources, ...outputs]
    .filter(({ change }) => change.actions.some((action) => action !== "no-op"))
    .map(({ address, type, change }) => ({
      address,
      type,
      actions: change.actions.join(", "),
      attributes: listDiffering(change),
    }));
}

function listDiffering({ before, after }: Change): string[] {
  const [old, young] = [toRecord(before), toRecord(after)];
  const names = [...new Set([...Object.keys(old), ...Object.keys(young)])];
  return names.filter((name) => JSON.stringify(old[name]) !== JSON.stringify(young[name]));
}

function toRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

/** Of the binary and the provider that did it. */
export async function readVersions(
  folder: string,
  variables: NodeJS.ProcessEnv,
): Promise<{ readonly terraform: string; readonly provider: string }> {
  const { terraform_version: terraform, provider_selections: providers } = JSON.parse(
    await runTerraform(folder, variables, "version", "-json"),
  );
  return { terraform, provider: Object.values<string>(providers)[0] ?? "" };
}
