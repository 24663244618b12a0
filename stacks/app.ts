import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { App } from "cdktf";
import { MediaStack } from "./media/index.ts";
import { Artifacts } from "./support/artifacts.ts";
import type { Environment } from "./support/environment.ts";
import { renderHcl } from "./support/hcl.ts";
import { findStateBackend, type StateBackends } from "./support/state-backends.ts";

export interface SynthesizeOptions {
  readonly environments: readonly Environment[];
  /** The build's folder, with `artifacts.json`. */
  readonly artifactsFolder: string;
  /** JSON is written into `stacks/<name>/`, HCL into `<name>/`. */
  readonly outputFolder: string;
  /** Where states are kept, by account and region. @default files in the checkout */
  readonly stateBackends?: StateBackends;
}

export interface Synthesized {
  /** Folders that were written, one per stack. */
  readonly folders: readonly string[];
  /** What a person should know before they deploy. */
  readonly warnings: readonly string[];
}

/** Writes what is planned and deployed, assets and all. Throws ConfigurationError, with every problem that was found. */
export function synthesize(options: SynthesizeOptions): Synthesized {
  const { app, stacks } = createStacks(options);
  const folders = stacks.map((stack) => join(options.outputFolder, "stacks", stack.node.id));
  // What an earlier synthesis left behind: the folder holds what these stacks name and nothing else.
  for (const folder of folders) rmSync(join(folder, "assets"), { recursive: true, force: true });
  app.synth();
  return {
    folders,
    warnings: stacks.flatMap((stack) => app.manifest.forStack(stack).annotations.map(({ message }) => message)),
  };
}

/** Writes the same stacks as HCL, for readers. */
export function writeHcl(options: SynthesizeOptions): Synthesized {
  const { stacks } = createStacks(options);
  const folders = stacks.map((stack) => {
    const folder = join(options.outputFolder, stack.node.id);
    mkdirSync(folder, { recursive: true });
    stack.prepareStack();
    writeFileSync(join(folder, "main.tf"), renderHcl(stack.toTerraform()));
    return folder;
  });
  return { folders, warnings: [] };
}

function createStacks(options: SynthesizeOptions): { readonly app: App; readonly stacks: readonly MediaStack[] } {
  const artifacts = Artifacts.read(options.artifactsFolder);
  mkdirSync(options.outputFolder, { recursive: true });
  // A stack trace holds the paths of this machine, and would make synthesis differ from folder to folder.
  const app = new App({ outdir: options.outputFolder, stackTraces: false });
  const stacks = options.environments.map((environment) => {
    const stateBackend = findStateBackend(options.stateBackends ?? {}, environment);
    return new MediaStack(app, { environment, artifacts, stateBackend });
  });
  return { app, stacks };
}
