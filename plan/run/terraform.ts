import { spawn } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { PlanError } from "../plan-error.ts";
import { beginDraft, DRAFT_FILE, type PLAN_FILE } from "./saved-plans.ts";
import { requireNotStopped, waitFor } from "./stop.ts";

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
 * Initializes, plans into DRAFT_FILE and shows the plan. Arguments of one's own go into Terraform's variables
 * TF_CLI_ARGS_init and TF_CLI_ARGS_plan: `-plugin-dir=…`, `-lock=false`, `-refresh=false`.
 */
export async function makePlan(folder: string, mode: PlanMode = "change"): Promise<MadePlan> {
  beginDraft(folder);
  const initialized = await run(folder, ["init", "-input=false", "-no-color"]);
  if (initialized.code !== 0) return { failure: initialized.log };
  const planned = await run(folder, [
    "plan",
    ...(mode === "destroy" ? ["-destroy"] : []),
    "-input=false",
    "-no-color",
    `-out=${DRAFT_FILE}`,
  ]);
  const failure = planned.code === 0 ? undefined : planned.log;
  if (!existsSync(join(folder, DRAFT_FILE))) return { failure: failure ?? "No plan was written." };
  const shown = await run(folder, ["show", "-json", "-no-color", DRAFT_FILE]);
  return shown.code === 0 ? { json: shown.stdout, failure } : { failure: failure ?? shown.log };
}

/** Gets the provider and the state's bucket ready in a folder that came from another machine. */
export async function initialize(folder: string): Promise<void> {
  const { code, log } = await run(folder, ["init", "-input=false", "-no-color"]);
  if (code !== 0) throw new PlanError(`${findBinary()} init ended with ${code}:\n${log.trim()}`);
}

/** A plan that was saved earlier, as `terraform show -json` says it. */
export async function showPlan(folder: string, file: typeof PLAN_FILE): Promise<string> {
  const { code, stdout, log } = await run(folder, ["show", "-json", "-no-color", file]);
  if (code !== 0) throw new PlanError(`${findBinary()} show ended with ${code}:\n${log.trim()}`);
  return stdout;
}

/**
 * Applies this plan, and nothing else. Terraform refuses it where the state has moved on, as it has after any attempt: the
 * plan is removed in any case.
 */
export async function applyPlan(folder: string, file: typeof PLAN_FILE | typeof DRAFT_FILE): Promise<void> {
  try {
    const { code } = await run(folder, ["apply", "-input=false", file], { isShown: true });
    if (code !== 0) throw new PlanError(`${findBinary()} apply ended with ${code}; its words are above.`);
  } finally {
    rmSync(join(folder, file), { force: true });
  }
}

/**
 * In a group of its own: a terminal's Ctrl-C reaches every process of ours at once, npm hands it on besides, and Terraform gives
 * up its state at the second. It hears of it from us, once.
 */
async function run(folder: string, args: readonly string[], { isShown = false } = {}): Promise<Finished> {
  requireNotStopped();
  const env = { ...process.env, TF_IN_AUTOMATION: "1" };
  // Through a pipe of ours where nobody watches a terminal: what reads it (`| tee`) may end before Terraform does, which a
  // broken pipe would kill in the midst of its work.
  const output = isShown && process.stdout.isTTY ? "inherit" : "pipe";
  const child = spawn(findBinary(), args, { cwd: folder, env, detached: true, stdio: ["ignore", output, output] });
  const stdout: Buffer[] = [];
  const log: Buffer[] = [];
  child.stdout?.on("data", (chunk: Buffer) => {
    stdout.push(chunk);
    log.push(chunk);
    if (isShown) process.stdout.write(chunk);
  });
  child.stderr?.on("data", (chunk: Buffer) => {
    log.push(chunk);
    if (isShown) process.stderr.write(chunk);
  });
  const ended = new Promise<Finished>((resolve, reject) => {
    child.once("error", (cause) => reject(explain(cause)));
    child.once("close", (code) => {
      resolve({ code, stdout: Buffer.concat(stdout).toString(), log: Buffer.concat(log).toString() });
    });
  });
  const finished = await waitFor(child, ended);
  requireNotStopped();
  return finished;
}

function explain(cause: Error): PlanError {
  const isAbsent = "code" in cause && cause.code === "ENOENT";
  const what = isAbsent
    ? "is not on PATH; install Terraform ≥ 1.10 or OpenTofu, or name it in TERRAFORM_BINARY_NAME"
    : `could not be started: ${cause.message}`;
  return new PlanError(`${findBinary()} ${what}.`, { cause });
}
