import { spawn } from "node:child_process";
import { accessSync, constants, existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { BootstrapError } from "./bootstrap-error.ts";

/** The binary that changes things: Terraform or OpenTofu. */
export interface Terraform {
  /** `terraform`, `tofu`, or what TERRAFORM_BINARY_NAME says. */
  readonly binary: string;
  readonly version: string;
  /** Runs it where a person can watch; throws BootstrapError where it fails, unless `allowed` holds its code. */
  run(folder: string, args: readonly string[], allowed?: readonly number[]): Promise<number>;
  /** Runs it for its answer alone. */
  read(folder: string, args: readonly string[]): Promise<string>;
}

/** Import blocks came with 1.5, `use_lockfile` with 1.10, in both. */
const OLDEST = { withLockTable: [1, 5], withLockFile: [1, 10] } as const;
const INSTALL =
  "Install Terraform 1.10 or newer (https://developer.hashicorp.com/terraform/install) or OpenTofu 1.10 or newer (https://opentofu.org)";

/** Finds the binary and checks its version. `show` gets what it says while it works. */
export async function findTerraform(options: {
  readonly lockTable: boolean;
  readonly show: (text: string) => void;
  readonly environment?: NodeJS.ProcessEnv;
}): Promise<Terraform> {
  const environment = options.environment ?? process.env;
  const binary = findBinary(environment);
  const env = prepareEnvironment(environment);
  const execute = (folder: string, args: readonly string[], show?: (text: string) => void) =>
    runProcess(binary, args, folder, env, show);
  const version = readVersion(binary, (await execute(process.cwd(), ["version", "-json"])).stdout);
  requireVersion(binary, version, options.lockTable);
  return {
    binary,
    version,
    run: async (folder, args, allowed = [0]) => {
      const { status } = await execute(folder, args, options.show);
      if (allowed.includes(status)) return status;
      throw new BootstrapError(
        `${binary} ${args[0]} failed (code ${status}). What it said stands above; when it is mended, run this again: it goes on where it stopped.`,
      );
    },
    read: async (folder, args) => {
      const { status, stdout, stderr } = await execute(folder, args);
      if (status === 0) return stdout;
      throw new BootstrapError(`${binary} ${args.join(" ")} failed (code ${status}):\n${stderr.trim()}`);
    },
  };
}

function findBinary(environment: NodeJS.ProcessEnv): string {
  const wanted = environment.TERRAFORM_BINARY_NAME;
  const candidates = wanted ? [wanted] : ["terraform", "tofu"];
  const folders = (environment.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  const isThere = (name: string) =>
    name.includes("/") ? isExecutable(name) : folders.some((folder) => isExecutable(join(folder, name)));
  const binary = candidates.find(isThere);
  if (binary) return binary;
  throw new BootstrapError(
    wanted
      ? `TERRAFORM_BINARY_NAME is "${wanted}", which is no program on PATH. ${INSTALL}, or unset it.`
      : `Neither terraform nor tofu is on PATH. ${INSTALL}, or name the program in TERRAFORM_BINARY_NAME.`,
  );
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function prepareEnvironment(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = { ...environment, CHECKPOINT_DISABLE: "1", TF_IN_AUTOMATION: "1", TF_INPUT: "0" };
  // Terraform warns, and `version -json` fails, where the file that is named does not exist.
  if (env.TF_CLI_CONFIG_FILE && !existsSync(env.TF_CLI_CONFIG_FILE)) delete env.TF_CLI_CONFIG_FILE;
  return env;
}

function readVersion(binary: string, stdout: string): string {
  const version = /"terraform_version"\s*:\s*"([^"]+)"/.exec(stdout)?.[1];
  if (version) return version;
  throw new BootstrapError(`${binary} does not answer "version -json" as Terraform and OpenTofu do. ${INSTALL}.`);
}

function requireVersion(binary: string, version: string, lockTable: boolean): void {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [oldestMajor, oldestMinor] = lockTable ? OLDEST.withLockTable : OLDEST.withLockFile;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return;
  throw new BootstrapError(
    lockTable
      ? `${binary} is ${version}; expected ${oldestMajor}.${oldestMinor} or newer, which can take over a bucket. ${INSTALL}.`
      : `${binary} is ${version}; expected ${oldestMajor}.${oldestMinor} or newer, which locks in S3. ${INSTALL}, or set lockTable in terraform-state-backend/settings.ts.`,
  );
}

interface Outcome {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

function runProcess(
  binary: string,
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv,
  show?: (text: string) => void,
): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(binary, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    const said = { stdout: "", stderr: "" };
    for (const stream of ["stdout", "stderr"] as const) {
      child[stream].setEncoding("utf8").on("data", (text: string) => {
        said[stream] += text;
        show?.(text);
      });
    }
    // Ctrl-C reaches the child by itself, and a second one would make it drop everything; this does not.
    const stop = () => child.kill("SIGTERM");
    process.once("SIGTERM", stop);
    child.on("error", reject);
    child.on("close", (code) => {
      process.off("SIGTERM", stop);
      resolve({ ...said, status: code ?? 1 });
    });
  });
}
