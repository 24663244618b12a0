import { createNameClaims, type NameClaims } from "./model/name-claims.ts";
import { planStart } from "./model/plan.ts";
import { Refusal } from "./model/refusal.ts";
import type { LocalResource } from "./model/resources/resource.ts";
import type { DeclaredResource, StackDocument } from "./model/stack-document.ts";
import { readStack } from "./read-inputs.ts";
import type { ServiceDefinition } from "./service.ts";

export interface StacksPlan {
  readonly stacks: readonly PlannedStack[];
  /** Of all of them. */
  readonly region: string;
  readonly accountId: string;
  readonly types: ReadonlyMap<string, LocalResource<never>>;
  readonly claims: NameClaims;
}

export interface PlannedStack {
  readonly folder: string;
  readonly document: StackDocument;
  /** Every resource after those it refers to. */
  readonly order: readonly DeclaredResource[];
}

/** Reads the stacks and plans their start. Throws Refusal with everything in them that cannot be honoured. */
export async function planStacks(
  folders: readonly string[],
  services: readonly ServiceDefinition[],
): Promise<StacksPlan> {
  const all = services.flatMap(({ resources }) => [...resources]);
  const types = new Map(all.map((type) => [type.type, type]));
  const claims = createNameClaims();
  const found = await Promise.all(folders.map((folder) => planStack(folder, all)));
  const stacks = found.flatMap(({ planned }) => planned ?? []);
  const problems = [
    ...found.flatMap((stack) => stack.problems),
    ...findStrangers(stacks),
    ...findNameClashes(stacks, types, claims),
  ];
  const [first] = stacks;
  if (!first || problems.length > 0)
    throw new Refusal(`The laptop runtime cannot run ${describeStacks(folders)}:`, problems);
  const { region, accountId } = first.document;
  return { stacks, region, accountId, types, claims };
}

async function planStack(folder: string, types: readonly LocalResource<never>[]) {
  const stack = readStack(folder);
  const plan = await planStart(stack, types);
  const problems = [...stack.problems, ...plan.problems].map((problem) => `${stack.name}: ${problem}`);
  const { document } = stack;
  return { problems, planned: document && { folder, document, order: plan.order } };
}

/** One runtime is one account and one region of AWS. */
function findStrangers(stacks: readonly PlannedStack[]): string[] {
  const [first, ...others] = stacks.map(({ document }) => document);
  if (!first) return [];
  return others
    .filter(({ accountId, region }) => accountId !== first.accountId || region !== first.region)
    .map(
      ({ name, accountId, region }) =>
        `${name}: is of account ${accountId} in ${region}, but ${first.name} of ${first.accountId} in ${first.region}; the laptop runtime is one account and one region: start them apart, with DARKROOM_STATE and DARKROOM_PORT of their own`,
    );
}

/** By the names that stand there; one that is made of a reference is looked at when it is known. */
function findNameClashes(
  stacks: readonly PlannedStack[],
  types: StacksPlan["types"],
  claims: NameClaims,
): readonly string[] {
  return stacks.flatMap(({ document }) =>
    document.resources.flatMap((resource) => {
      const name = resource.config[types.get(resource.type)?.uniqueBy ?? ""];
      if (typeof name !== "string" || name.includes("${")) return [];
      return claims.claim({ ...resource, stack: document.name, name }) ?? [];
    }),
  );
}

function describeStacks(folders: readonly string[]): string {
  return folders.length === 1 ? `the stack in ${folders[0]}` : `the stacks in ${folders.join(", ")}`;
}
