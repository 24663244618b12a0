import { parseArgs } from "node:util";
import { PlanError } from "../plan-error.ts";

export type Command = "plan" | "deploy" | "plan:apply" | "destroy";

export interface PlanArguments {
  /** `dev`; undefined: all. */
  readonly environment?: string;
  /** `media`, or a stack's whole name; empty: all. */
  readonly stacks: readonly string[];
  readonly isGuarded: boolean;
  /** Applies without a question. */
  readonly isApproved: boolean;
  /** `aws_s3_bucket.uploads` */
  readonly allowedDestroys: readonly string[];
  /** Stacks that may be destroyed without a question, by their whole names. */
  readonly confirmedStacks: readonly string[];
  /** Reads this folder of synthesized stacks, and synthesizes nothing. */
  readonly synthesizedFolder?: string;
  /** Writes the review of at most 60 kB there, too. */
  readonly outFile?: string;
  readonly wantsHelp: boolean;
}

export const USAGE = `npm run plan -- [environment] [stacks…] [options]
npm run deploy -- [environment] [stacks…] [options]
npm run destroy -- <environment> [stacks…] [options]
npm run plan:apply -- [environment] [stacks…] --synthesized <folder> [options]

  environment               dev, staging or prod; none: all of them
  stacks                    media, or a whole name like darkroom-dev-media; none: all of the environment
  --guard                   plan: a plan that loses data is not left to be applied (deploy does so always)
  --allow-destroy <address> plan, deploy, plan:apply: lets this resource be destroyed, although it holds data; as often as needed
  --yes                     deploy: apply without asking
  --confirm <stack>         destroy: destroy the stack of this whole name without asking; as often as needed
  --synthesized <folder>    take the stacks (plan:apply: the plans) that are there (cdktf.out), and synthesize nothing
  --out <file>              plan, deploy, destroy: write the review there, too

Ends with 0: nothing changes, or all was applied. 2: something changes. 3: data would be lost, and nobody said so by name.
1: it failed.
`;

const OPTIONS = {
  guard: { type: "boolean" },
  yes: { type: "boolean" },
  "allow-destroy": { type: "string", multiple: true },
  confirm: { type: "string", multiple: true },
  synthesized: { type: "string" },
  out: { type: "string" },
  help: { type: "boolean" },
} as const;

const OPTIONS_OF: Readonly<Record<Command, readonly (keyof typeof OPTIONS)[]>> = {
  plan: ["guard", "allow-destroy", "synthesized", "out", "help"],
  deploy: ["yes", "allow-destroy", "synthesized", "out", "help"],
  destroy: ["confirm", "synthesized", "out", "help"],
  "plan:apply": ["allow-destroy", "synthesized", "help"],
};

/** Throws PlanError where the command knows no such argument. */
export function parseArguments(command: Command, args: readonly string[]): PlanArguments {
  const { values, positionals } = readArguments(command, args);
  // Stacks' whole names hold hyphens, and environments' do not: `npm run deploy -- darkroom-dev-media` names a stack.
  const environment = positionals[0]?.includes("-") ? undefined : positionals[0];
  return {
    environment,
    stacks: environment === undefined ? positionals : positionals.slice(1),
    isGuarded: values.guard ?? command === "deploy",
    isApproved: values.yes ?? false,
    allowedDestroys: values["allow-destroy"] ?? [],
    confirmedStacks: values.confirm ?? [],
    synthesizedFolder: values.synthesized,
    outFile: values.out,
    wantsHelp: values.help ?? false,
  };
}

function readArguments(command: Command, args: readonly string[]) {
  try {
    const { values, positionals } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
    const unknown = Object.keys(values).find((name) => !OPTIONS_OF[command].some((option) => option === name));
    if (unknown) throw new Error(`it does not heed --${unknown}.`);
    return { values, positionals };
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new PlanError(`npm run ${command}: ${message}\n\n${USAGE}`, { cause });
  }
}
