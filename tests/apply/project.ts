import { cpSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import type { HouseEnvironmentInput } from "../../systems.ts";
import { writeFixtureArtifacts } from "../stacks/fixture-artifacts.ts";
import { Checkout } from "../terraform-state-backend/checkout.ts";
import { cleanEnvironment, type Outcome, PLUGIN_FOLDER } from "../terraform-state-backend/terraform.ts";
import { ApplyError } from "./apply-error.ts";
import { describeEnvironment, renderEnvironments } from "./environment.ts";
import type { Json } from "./leave-out.ts";
import { fitStacks, listBodies, readStack } from "./stack-folder.ts";
import type { Target } from "./target.ts";

export interface ProjectOptions {
  readonly target: Target;
  readonly folder: string;
  readonly artifactsFolder?: string;
}

/** Enough to see what went wrong; the whole may be thousands of lines. */
const SHOWN_LINES = 80;
const WAITING = /: Still (creating|destroying|modifying)\.\.\./;

/** A checkout of the project, whose dev environment lives on the target. */
export class Project {
  readonly variables: NodeJS.ProcessEnv;
  /** Arguments of plan, deploy and destroy. */
  readonly synthesized = ["dev", "--synthesized", "cdktf.out"] as const;
  environment: HouseEnvironmentInput;
  private readonly target: Target;
  private readonly checkout: Checkout;
  private readonly stacksFolder: string;

  constructor({ target, folder, artifactsFolder }: ProjectOptions) {
    this.target = target;
    this.checkout = new Checkout(folder);
    this.stacksFolder = join(folder, "cdktf.out/stacks");
    this.environment = describeEnvironment(target.accountId);
    this.variables = {
      ...cleanEnvironment(),
      ...(PLUGIN_FOLDER && { TF_CLI_ARGS_init: `-plugin-dir=${PLUGIN_FOLDER}` }),
      TF_CLI_ARGS: "-no-color",
      ...target.variables,
    };
    this.checkout.write("environments.ts", renderEnvironments(this.environment));
    const dist = join(folder, "dist");
    if (artifactsFolder) cpSync(artifactsFolder, dist, { recursive: true });
    else writeFixtureArtifacts(dist);
  }

  /** Runs one of the project's programs. Throws ApplyError where it ends otherwise than it should. */
  async run(program: string, expected: number | readonly number[], ...args: readonly string[]): Promise<Outcome> {
    const outcome = await this.checkout.run(program, this.variables, ...args);
    if ([expected].flat().includes(outcome.status ?? -1)) return outcome;
    const said = outcome.log.trimEnd().split("\n");
    const lines = said
      .filter((line) => !WAITING.test(line))
      .slice(-SHOWN_LINES)
      .join("\n");
    throw new ApplyError(
      `${program} ${args.join(" ")} ended with ${outcome.status}; expected ${expected}.\n\n${lines}`,
    );
  }

  /** `npm run synth`, with the environment changed as a person would; then what the target lacks is left out, and returned. */
  async synthesize(changes: Partial<HouseEnvironmentInput> = {}): Promise<readonly string[]> {
    this.environment = describeEnvironment(this.target.accountId, changes);
    this.checkout.write("environments.ts", renderEnvironments(this.environment));
    const variables = { ...this.variables, DARKROOM_ENVIRONMENT: "dev" };
    const { status, log } = await this.checkout.run("main.ts", variables);
    if (status !== 0) throw new ApplyError(`The stacks could not be synthesized:\n${log}`);
    return fitStacks(this.listStackFolders(), this.target);
  }

  listStackFolders(): string[] {
    return readdirSync(this.stacksFolder)
      .sort()
      .map((name) => join(this.stacksFolder, name));
  }

  /** What all stacks declare, by `darkroom-dev-media:aws_s3_bucket.uploads`. */
  readBodies(): ReadonlyMap<string, Json> {
    return new Map(
      this.listStackFolders().flatMap((folder) =>
        [...listBodies(readStack(folder))].map(([address, body]) => [`${basename(folder)}:${address}`, body] as const),
      ),
    );
  }
}
