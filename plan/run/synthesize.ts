import { execFile } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { PlanError } from "../plan-error.ts";
import type { PlanArguments } from "./arguments.ts";

const PROJECT_FOLDER = join(import.meta.dirname, "../..");

/** The folders of the stacks that were asked for, freshly synthesized unless they were given. */
export async function findStackFolders(options: PlanArguments): Promise<string[]> {
  const { environment, stacks, synthesizedFolder } = options;
  const folders = synthesizedFolder ? listFolders(synthesizedFolder) : await synthesize(environment);
  const wanted = folders.filter((folder) => isWanted(basename(folder), environment, stacks));
  const missing = stacks.filter((stack) => !folders.some((folder) => isWanted(basename(folder), environment, [stack])));
  if (wanted.length > 0 && missing.length === 0) return wanted;
  const there = folders.map((folder) => basename(folder)).join(", ") || "none";
  const asked = [environment, ...(missing.length > 0 ? missing : stacks)].filter(Boolean).join(" ");
  throw new PlanError(`There is no stack for "${asked}"; synthesized were: ${there}.`);
}

/** `darkroom-dev-media` is the stack `media` of `dev`. */
function isWanted(name: string, environment: string | undefined, stacks: readonly string[]): boolean {
  const isOfEnvironment = environment === undefined || name.startsWith(`darkroom-${environment}-`);
  const isAsked = (stack: string) => name === stack || name === `darkroom-${environment}-${stack}`;
  return isOfEnvironment && (stacks.length === 0 || stacks.some(isAsked));
}

function listFolders(synthesizedFolder: string): string[] {
  const stacks = join(synthesizedFolder, "stacks");
  if (!existsSync(stacks)) {
    throw new PlanError(`--synthesized ${synthesizedFolder}: holds no stacks/; expected what npm run synth writes.`);
  }
  return readdirSync(stacks)
    .sort()
    .map((name) => join(stacks, name));
}

/** main.ts prints a folder a line; warnings go to the terminal. */
async function synthesize(environment: string | undefined): Promise<string[]> {
  const env = { ...process.env, ...(environment && { DARKROOM_ENVIRONMENT: environment }) };
  const program = ["--import", "tsx", join(PROJECT_FOLDER, "main.ts")];
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, program, { cwd: PROJECT_FOLDER, env });
    process.stderr.write(stderr);
    return stdout
      .split("\n")
      .filter(Boolean)
      .map((folder) => join(PROJECT_FOLDER, folder));
  } catch (cause) {
    const words = cause instanceof Error && "stderr" in cause ? String(cause.stderr).trim() : String(cause);
    throw new PlanError(`The stacks could not be synthesized.\n\n${words}`, { cause });
  }
}
