import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { App } from "cdktf";
import { MediaStack } from "./media/index.ts";
import { Artifacts } from "./support/artifacts.ts";
import type { Environment } from "./support/environment.ts";

export interface SynthesizeOptions {
  readonly environments: readonly Environment[];
  /** The build's folder, with `artifacts.json`. */
  readonly artifactsFolder: string;
  /** Where the stacks are written, each in `stacks/<name>/`. */
  readonly outputFolder: string;
  /** HCL for readers, and not the JSON that is planned and deployed. @default false */
  readonly hcl?: boolean;
}

export interface Synthesized {
  readonly stackNames: readonly string[];
  /** What a person should know before they deploy. */
  readonly warnings: readonly string[];
}

/** Writes the stacks of every given environment. Throws ConfigurationError, with every problem that was found. */
export function synthesize(options: SynthesizeOptions): Synthesized {
  const artifacts = Artifacts.read(options.artifactsFolder);
  mkdirSync(options.outputFolder, { recursive: true });
  const app = new App({
    outdir: options.outputFolder,
    hclOutput: options.hcl ?? false,
    // A stack trace holds the paths of this machine, and would make synthesis differ from folder to folder.
    stackTraces: false,
  });
  const stacks = options.environments.map((environment) => new MediaStack(app, { environment, artifacts }));
  for (const stack of stacks) removeAssets(options.outputFolder, stack);
  app.synth();
  return {
    stackNames: stacks.map((stack) => stack.node.id),
    warnings: stacks.flatMap((stack) => app.manifest.forStack(stack).annotations.map(({ message }) => message)),
  };
}

/** What an earlier synthesis left behind, so that the folder holds what these stacks name and nothing else. */
function removeAssets(outputFolder: string, stack: MediaStack): void {
  rmSync(join(outputFolder, "stacks", stack.node.id, "assets"), { recursive: true, force: true });
}
