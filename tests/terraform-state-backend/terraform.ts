import { spawn } from "node:child_process";
import { accessSync, constants, existsSync } from "node:fs";
import { delimiter, join } from "node:path";

/** Set by .ci/run, which looks it up: the folder above the provider's host name. Never written into the project. */
export const PLUGIN_FOLDER = process.env.DARKROOM_TERRAFORM_PLUGIN_DIR;

/** The binary that the tests run: Terraform, or OpenTofu where it alone is found. */
const BINARY = process.env.TERRAFORM_BINARY_NAME ?? ["terraform", "tofu"].find(isOnPath);

/** Why tests that need the binary alone cannot run here; undefined where they can. */
export const WITHOUT_BINARY = BINARY ? undefined : "neither terraform nor tofu is on PATH";

/** Why tests that need the AWS provider too cannot run here. */
export const WITHOUT_PROVIDER = WITHOUT_BINARY ?? findMirrorProblem();

export function isOnPath(program: string): boolean {
  return (process.env.PATH ?? "").split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function findMirrorProblem(): string | undefined {
  if (!PLUGIN_FOLDER) return "DARKROOM_TERRAFORM_PLUGIN_DIR names no provider mirror";
  return existsSync(PLUGIN_FOLDER) ? undefined : "DARKROOM_TERRAFORM_PLUGIN_DIR does not exist";
}

/** This process's environment without what would lead a test to a person's own account. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(AWS_|TF_)/.test(name));
  return {
    ...Object.fromEntries(kept),
    CHECKPOINT_DISABLE: "1",
    TF_IN_AUTOMATION: "1",
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_CONFIG_FILE: "/dev/null",
    AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
    NODE_NO_WARNINGS: "1",
  };
}

export interface Outcome {
  readonly status: number | null;
  /** Both streams, with wrapped lines joined, so that a sentence can be found in it. */
  readonly text: string;
  readonly stdout: string;
  /** Both streams as they came, one after the other. */
  readonly log: string;
}

export interface Running {
  readonly outcome: Promise<Outcome>;
  /** As Ctrl-C does: Terraform gives up what it waits for, and writes its state. */
  interrupt(): void;
  /** As a terminal's Ctrl-C does, which reaches everything that was started and stayed in the group. */
  signalGroup(signal: NodeJS.Signals): void;
  /** As a workflow's machine does, which knows the first program alone. */
  signal(signal: NodeJS.Signals): void;
  /** Kills it and what it started, as a lost machine would. */
  kill(): void;
}

/** Starts a program while this process goes on: what it calls may be served here. */
export function start(program: string, args: readonly string[], folder: string, env: NodeJS.ProcessEnv): Running {
  const child = spawn(program, args, { cwd: folder, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  const said = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream].setEncoding("utf8").on("data", (text: string) => {
      said[stream] += text;
    });
  }
  const outcome = new Promise<Outcome>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (status) => {
      const text = `${said.stdout}\n${said.stderr}`.replaceAll(/[╷│╵]/g, "").replaceAll(/\s+/g, " ");
      resolve({ status, text, stdout: said.stdout, log: `${said.stdout}\n${said.stderr}` });
    });
  });
  return {
    outcome,
    interrupt: () => child.kill("SIGINT"),
    signal: (signal) => child.kill(signal),
    signalGroup: (signal) => child.pid !== undefined && process.kill(-child.pid, signal),
    kill: () => {
      const hasEnded = child.exitCode !== null || child.signalCode !== null;
      if (child.pid !== undefined && !hasEnded) process.kill(-child.pid, "SIGKILL");
    },
  };
}

export function startTerraform(folder: string, env: NodeJS.ProcessEnv, ...args: readonly string[]): Running {
  return start(BINARY ?? "terraform", args, folder, env);
}
