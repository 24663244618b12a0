import { parseArgs } from "node:util";
import { PlanError } from "../plan-error.ts";

export interface PlanArguments {
  /** `dev`; undefined: all. */
  readonly environment?: string;
  /** `media`, or a stack's whole name; empty: all. */
  readonly stacks: readonly string[];
  readonly isGuarded: boolean;
  /** Applies without a question. Of deploy alone. */
  readonly isApproved: boolean;
  /** `aws_s3_bucket.uploads` */
  readonly allowedDestroys: readonly string[];
  /** Reads this folder of synthesized stacks, and synthesizes nothing. */
  readonly synthesizedFolder?: string;
  /** Writes the review of at most 60 kB there, too. */
  readonly outFile?: string;
  readonly wantsHelp: boolean;
}

export const USAGE = `npm run plan -- [environment] [stacks…] [options]
npm run deploy -- [environment] [stacks…] [options]

  environment               dev, staging or prod; none: all of them
  stacks                    media, or a whole name like darkroom-media-dev; none: all of the environment
  --guard                   a plan that loses data is not left to be applied (deploy does so always)
  --allow-destroy <address> lets this resource be destroyed, although it holds data; as often as needed
  --yes                     deploy only: apply without asking
  --synthesized <folder>    plan what is there (cdktf.out), and synthesize nothing
  --out <file>              write the review there, too

Ends with 0: nothing changes. 2: something changes. 3: data would be lost, and nobody said so by name. 1: it failed.
`;

const OPTIONS = {
  guard: { type: "boolean", default: false },
  yes: { type: "boolean", default: false },
  "allow-destroy": { type: "string", multiple: true, default: [] as string[] },
  synthesized: { type: "string" },
  out: { type: "string" },
  help: { type: "boolean", default: false },
} as const;

/** Throws PlanError where an argument is not known. */
export function parseArguments(args: readonly string[]): PlanArguments {
  const { values, positionals } = readArguments(args);
  // Stacks' whole names hold hyphens, and environments' do not: `npm run deploy -- darkroom-media-dev` names a stack.
  const environment = positionals[0]?.includes("-") ? undefined : positionals[0];
  return {
    environment,
    stacks: environment === undefined ? positionals : positionals.slice(1),
    isGuarded: values.guard,
    isApproved: values.yes,
    allowedDestroys: values["allow-destroy"],
    synthesizedFolder: values.synthesized,
    outFile: values.out,
    wantsHelp: values.help,
  };
}

function readArguments(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (cause) {
    throw new PlanError(`${cause instanceof Error ? cause.message : String(cause)}\n\n${USAGE}`, { cause });
  }
}
