import { readCommandLine, type ValuesOf } from "../../command-line/command-line.mjs";

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
}

/** Throws UsageError where the command knows no such argument. */
export function parseArguments(command: Command, args: readonly string[]): PlanArguments {
  const { values, names } = readCommandLine(command, args);
  // Each command has some of these.
  const all: Partial<ValuesOf<"plan"> & ValuesOf<"deploy"> & ValuesOf<"destroy">> = values;
  // Stacks' whole names hold hyphens, and environments' do not: `npm run deploy -- darkroom-dev-media` names a stack.
  const environment = names[0]?.includes("-") ? undefined : names[0];
  return {
    environment,
    stacks: environment === undefined ? names : names.slice(1),
    isGuarded: all.guard ?? command === "deploy",
    isApproved: all.yes ?? false,
    allowedDestroys: all["allow-destroy"] ?? [],
    confirmedStacks: all.confirm ?? [],
    synthesizedFolder: all.synthesized,
    outFile: all.out,
  };
}
