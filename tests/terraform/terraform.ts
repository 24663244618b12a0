import { spawnSync } from "node:child_process";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cleanEnvironment, isOnPath, PLUGIN_FOLDER, WITHOUT_PROVIDER } from "../terraform-state-backend/terraform.ts";

/** Why the tests that need Terraform cannot run here; undefined where they can. */
export const WITHOUT_TERRAFORM = isOnPath("terraform") ? WITHOUT_PROVIDER : "terraform is not on PATH";

export interface TerraformResult {
  readonly status: number | null;
  /** Both streams, with wrapped lines joined, so that a sentence can be found in it. */
  readonly text: string;
  readonly stdout: string;
}

/** Runs the real binary without network and without an account. */
export function terraform(folder: string, ...args: readonly string[]): TerraformResult {
  const env = { ...cleanEnvironment(), AWS_ACCESS_KEY_ID: "mock", AWS_SECRET_ACCESS_KEY: "mock" };
  const { status, stdout, stderr } = spawnSync("terraform", args, {
    cwd: folder,
    env,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  const text = `${stdout}\n${stderr}`.replaceAll(/[╷│╵]/g, "").replaceAll(/\s+/g, " ");
  return { status, text, stdout };
}

/** `from`: a folder that was initialized with the same provider and backend, to copy from in place of 2 s of work. */
export function init(folder: string, from?: string): void {
  if (from) {
    for (const name of [".terraform", ".terraform.lock.hcl"]) {
      cpSync(join(from, name), join(folder, name), { recursive: true, verbatimSymlinks: true });
    }
    return;
  }
  const { status, text } = terraform(folder, "init", "-input=false", "-no-color", `-plugin-dir=${PLUGIN_FOLDER}`);
  if (status !== 0) throw new Error(text);
}

/** Plans as for an account that is still empty. */
export function plan(folder: string): TerraformResult {
  return terraform(folder, "plan", "-refresh=false", "-input=false", "-no-color", "-lock=false", "-out=plan.bin");
}

/**
 * Lays settings over the stack's provider that keep it from calling AWS, and one backend for all. `anyAccount` also lifts the stack's own check
 * that the credentials belong to its account, which mock ones cannot pass.
 */
export function mockProvider(folder: string, { anyAccount = true } = {}): void {
  const settings = {
    skip_credentials_validation: true,
    skip_metadata_api_check: "true",
    skip_requesting_account_id: true,
    ...(anyAccount && { allowed_account_ids: [] }),
  };
  const { provider } = JSON.parse(readFileSync(join(folder, "cdk.tf.json"), "utf8")) as {
    provider: { aws: readonly { readonly alias?: string }[] };
  };
  // An override is laid over the block of the same alias.
  const aws = provider.aws.map(({ alias }) => ({ ...(alias !== undefined && { alias }), ...settings }));
  const terraform = { backend: { local: { path: "empty.tfstate" } } };
  writeFileSync(join(folder, "mock_override.tf.json"), JSON.stringify({ terraform, provider: { aws } }));
}
