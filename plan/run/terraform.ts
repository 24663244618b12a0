import { spawn } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { PlanError } from "../plan-error.ts";

/** The saved plan, in the stack's folder: what is applied is what was reviewed. It holds secrets in clear. */
export const PLAN_FILE = "plan.bin";

interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  /** Both streams, as they came. */
  readonly log: string;
}

/** The binary that cdktf would call: terraform, or OpenTofu as `tofu`. */
function findBinary(): string {
  return process.env.TERRAFORM_BINARY_NAME || "terraform";
}

/** `destroy`: everything that the state knows. */
export type PlanMode = "change" | "destroy";

export interface MadePlan {
  /** What `terraform show -json` says; undefined where there is no plan at all. */
  readonly json?: string;
  /** Terraform's words, for the log and not for the review, where it failed. */
  readonly failure?: string;
}

/**
 * Initializes, plans into PLAN_FILE and shows the plan. Arguments of one's own go into Terraform's variables
 * TF_CLI_ARGS_init and TF_CLI_ARGS_plan: `-plugin-dir=…`, `-lock=false`, `-refresh=false`.
 */
export async function makePlan(folder: string, mode: PlanMode = "change"): Promise<MadePlan> {
  rmSync(join(folder, PLAN_FILE), { force: true });
  const initialized = await run(folder, ["init", "-input=false", "-no-color"]);
  if (initialized.code !== 0) return { failure: initialized.log };
  const planned = await run(folder, [
    "plan",
    ...(mode === "destroy" ? ["-destroy"] : []),
    "-input=false",
    "-no-color",
    `-out=${PLAN_FILE}`,
  ]);
  const failure = planned.code === 0 ? undefined : planned.log;
  if (!existsSync(join(folder, PLAN_FILE))) return { failure: failure ?? "No plan was written." };
  const shown = await run(folder, ["show", "-json", "-no-color", PLAN_FILE]);
  return shown.code === 0 ? { json: shown.stdout, failure } : { failure: failure ?? shown.log };
}

/** Gets the provider and the state's bucket ready in a folder that came from another machine. */
export async function initialize(folder: string): Promise<void> {
  const { code, log } = await run(folder, ["init", "-input=false", "-no-color"]);
  if (code !== 0) throw new PlanError(`${findBinary()} init ended with ${code}:\n${log.trim()}`);
}

/** Applies the saved plan, and nothing else, and then removes it; Terraform refuses it where the state has moved on. */
export async function applyPlan(folder: string): Promise<void> {
  const { code } = await run(folder, ["apply", "-input=false", PLAN_FILE], "inherit");
  if (code !== 0) throw new PlanError(`${findBinary()} apply ended with ${code}; its words are above.`);
  removePlan(folder);
}

export function removePlan(folder: string): void {
  rmSync(join(folder, PLAN_FILE), { force: true });
}

function run(folder: string, args: readonly string[], output: "pipe" | "inherit" = "pipe"): Promise<Finished> {
  const env = { ...process.env, TF_IN_AUTOMATION: "1" };
  const child = spawn(findBinary(), args, { cwd: folder, env, stdio: ["ignore", output, output] });
  const stdout: Buffer[] = [];
  const log: Buffer[] = [];
  child.stdout?.on("data", (chunk: Buffer) => {
    stdout.push(chunk);
    log.push(chunk);
  });
  child.stderr?.on("data", (chunk: Buffer) => log.push(chunk));
  return new Promise((resolve, reject) => {
    child.once("error", (cause) => reject(explain(cause)));
    child.once("close", (code) => {
      resolve({ code, stdout: Buffer.concat(stdout).toString(), log: Buffer.concat(log).toString() });
    });
  });
}

function explain(cause: Error): PlanError {
  const isAbsent = "code" in cause && cause.code === "ENOENT";
  const what = isAbsent
    ? "is not on PATH; install Terraform ≥ 1.10 or OpenTofu, or name it in TERRAFORM_BINARY_NAME"
    : `could not be started: ${cause.message}`;
  return new PlanError(`${findBinary()} ${what}.`, { cause });
}
