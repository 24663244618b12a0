import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App } from "cdktf";
import { findNameClashes } from "./policy/name-clashes.ts";
import { PolicyStack } from "./policy/policy-stack.ts";
import { reviewStacks } from "./policy/review.ts";
import type { Waiver } from "./policy/waiver.ts";
import { ACCOUNT_WAIVERS } from "./policy/waivers.ts";
import { type ArtifactNeeds, Artifacts } from "./support/artifacts.ts";
import { ENVIRONMENT_NAMES, type Environment } from "./support/environment.ts";
import { ConfigurationError } from "./support/errors.ts";
import { renderHcl } from "./support/hcl.ts";
import { findStateBackend, type StateBackends } from "./support/state-backends.ts";
import type { System } from "./system.ts";
import type { SystemStack } from "./system-stack.ts";

export interface SynthesizeOptions {
  /** Each becomes a stack in every environment that has its block. */
  readonly systems: readonly System[];
  readonly environments: readonly Environment[];
  /** The build's folder, with `artifacts.json`. */
  readonly artifactsFolder: string;
  /** JSON is written into `stacks/<name>/`, HCL into `<name>/`. */
  readonly outputFolder: string;
  /** Where states are kept, by account and region. @default files in the checkout */
  readonly stateBackends?: StateBackends;
  /** Where the stacks may differ from a policy rule. @default the account's, and each system's */
  readonly waivers?: readonly Waiver[];
  /** The day, by which waivers expire. @default today */
  readonly today?: Date;
}

export interface Synthesized {
  /** Folders that were written, one per stack. */
  readonly folders: readonly string[];
  /** What a person should know before they deploy. */
  readonly warnings: readonly string[];
}

/** Writes what is planned and deployed, assets and all. Throws ConfigurationError, with every problem that was found. */
export function synthesize(options: SynthesizeOptions): Synthesized {
  mkdirSync(options.outputFolder, { recursive: true });
  // Aside, until it is known to break no rule: a failed synthesis touches neither what was there nor the plans made of it.
  const aside = mkdtempSync(join(options.outputFolder, ".synthesis-"));
  try {
    const { app, stacks } = createStacks(options, aside, readArtifacts(options));
    app.synth();
    const warnings = requirePolicies(stacks, options);
    const annotations = stacks.flatMap((stack) => app.manifest.forStack(stack).annotations);
    const folders = stacks.map(({ node }) => join("stacks", node.id));
    for (const folder of folders) replaceStack(join(aside, folder), join(options.outputFolder, folder));
    renameSync(join(aside, "manifest.json"), join(options.outputFolder, "manifest.json"));
    return {
      folders: folders.map((folder) => join(options.outputFolder, folder)),
      warnings: [...annotations.map(({ message }) => message), ...warnings],
    };
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}

/** What cdktf writes of a stack takes the place of what it wrote before; Terraform's own files stay. */
function replaceStack(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  rmSync(join(to, "assets"), { recursive: true, force: true });
  for (const name of readdirSync(from)) renameSync(join(from, name), join(to, name));
}

/** Writes the same stacks as HCL, for readers. */
export function writeHcl(options: SynthesizeOptions): Synthesized {
  mkdirSync(options.outputFolder, { recursive: true });
  const { stacks } = createStacks(options, options.outputFolder, readArtifacts(options));
  for (const stack of stacks) stack.prepareStack();
  const warnings = requirePolicies(stacks, options);
  const folders = stacks.map((stack) => {
    const folder = join(options.outputFolder, stack.node.id);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "main.tf"), renderHcl(stack.toTerraform()));
    return folder;
  });
  return { folders, warnings };
}

/**
 * Throws where a stack breaks a rule of stacks/policy/, with everything that was found in all stacks. It looks at what cdktf
 * writes, not at the tree, so that nothing can be added behind its back. Returns what is worth a warning.
 */
function requirePolicies(stacks: readonly SystemStack[], options: SynthesizeOptions): readonly string[] {
  const { environments, systems, today = new Date() } = options;
  const waivers = options.waivers ?? [...ACCOUNT_WAIVERS, ...systems.flatMap((system) => system.waivers)];
  const documents = stacks.map((stack) => new PolicyStack(stack.toTerraform()));
  const { violations, expired, unused } = reviewStacks(documents, waivers, today.toISOString().slice(0, 10));
  // A waiver's day stops a deployment, but not a person's first try of an old checkout on their own computer.
  const isHarmless = environments.every(({ isProtected }) => !isProtected);
  // Some waivers are for one environment: whether one is used can be seen in all of them alone.
  const isComplete = ENVIRONMENT_NAMES.every((name) => environments.some((environment) => environment.name === name));
  const problems = [
    ...findNameClashes(documents),
    ...violations,
    ...(isHarmless ? [] : expired),
    ...(isComplete ? unused : []),
  ];
  if (problems.length > 0) {
    throw new ConfigurationError(
      "The stacks break policy rules (docs/policy-rules.md). Mend them, or excuse them in stacks/<system>/waivers.ts with a reason and a day:",
      problems,
    );
  }
  return isHarmless ? expired.map(({ path, message }) => `${path}: ${message}`) : [];
}

/**
 * Every Terraform type that a stack of these environments declares, sorted. It needs no build: `npm run bootstrap`, which asks
 * so as to know what the roles of workflows must be allowed to make, comes before one.
 */
export function listResourceTypes(options: Pick<SynthesizeOptions, "systems" | "environments">): string[] {
  const outdir = mkdtempSync(join(tmpdir(), "darkroom-types-"));
  try {
    const { stacks } = createStacks(options, outdir, Artifacts.createBlank(listNeeds(options)));
    const types = stacks.flatMap((stack) => {
      stack.prepareStack();
      return Object.keys(stack.toTerraform().resource ?? {});
    });
    return [...new Set(types)].sort();
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}

function createStacks(
  options: Pick<SynthesizeOptions, "systems" | "environments" | "stateBackends">,
  outdir: string,
  artifacts: Artifacts,
): { readonly app: App; readonly stacks: readonly SystemStack[] } {
  // A stack trace holds the paths of this machine, and would make synthesis differ from folder to folder.
  const app = new App({ outdir, stackTraces: false });
  const stacks = options.environments.flatMap((environment) => {
    const stateBackend = findStateBackend(options.stateBackends ?? {}, environment);
    return options.systems.flatMap((system) => {
      const settings = environment.systems[system.name];
      if (settings === undefined) return [];
      return [system.createStack(app, { environment, settings, artifacts, stateBackend })];
    });
  });
  return { app, stacks };
}

function readArtifacts(options: SynthesizeOptions): Artifacts {
  return Artifacts.read(options.artifactsFolder, listNeeds(options));
}

/** Of the systems that some environment has. */
function listNeeds({ systems, environments }: Pick<SynthesizeOptions, "systems" | "environments">): ArtifactNeeds {
  const used = systems.filter(({ name }) => environments.some((it) => it.systems[name] !== undefined));
  const needs = used.flatMap(({ artifacts }) => (artifacts ? [artifacts] : []));
  return {
    functions: needs.flatMap(({ functions }) => functions),
    layers: needs.flatMap(({ layers }) => layers),
    sites: needs.flatMap(({ sites }) => sites),
  };
}
