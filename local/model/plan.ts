import type * as z from "zod";
import { findAtPath, type Reference } from "./references.ts";
import { type DeclaredResource, describeIssue, type ParsedStack } from "./stack-document.ts";

/** What the planner must know of a Terraform type. `LocalResource` fits. */
export interface KnownType {
  readonly type: string;
  readonly schema: z.ZodType;
  /** The attributes that `start` returns, where it says so; a reference to another is refused before anything starts. */
  readonly exports?: readonly string[];
  /** Brings traffic (a poller, a schedule, an open stage): starts after everything that does not. */
  readonly startsTraffic?: boolean;
  /** Does the same in every region; a resource elsewhere than in the stack's region is refused otherwise. */
  readonly servesAnyRegion?: boolean;
}

export interface StartPlan {
  /** Every resource after those it refers to. */
  readonly order: readonly DeclaredResource[];
  readonly problems: readonly string[];
}

/** Decides the order of starting, and finds everything that the runtime could not honour. Starts nothing. */
export async function planStart(
  stack: Pick<ParsedStack, "resources" | "outputReferences">,
  types: readonly KnownType[],
): Promise<StartPlan> {
  const known = new Map(types.map((type) => [type.type, type]));
  const checks = await Promise.all(stack.resources.map((resource) => checkConfig(resource, known.get(resource.type))));
  const problems = [...checks.flat(), ...checkReferences(stack, known)];
  const sorted = sortByDependency(stack.resources, (resource) => known.get(resource.type)?.startsTraffic ?? false);
  return { order: sorted.order, problems: [...problems, ...sorted.problems] };
}

async function checkConfig(resource: DeclaredResource, type: KnownType | undefined): Promise<string[]> {
  if (!type) return [`${resource.address}: the laptop runtime does not know the type "${resource.type}"`];
  const misplaced =
    resource.elsewhere === undefined || type.servesAnyRegion
      ? []
      : [`${resource.address}: is in ${resource.elsewhere}; the laptop runtime has one region, the stack's own`];
  const parsed = await type.schema.safeParseAsync(resource.config);
  if (parsed.success) return misplaced;
  // A value that holds a reference is judged when it is resolved, just before its resource starts, unless the schema
  // says that no reference could mend it (`params: { permanent: true }`).
  const issues = parsed.error.issues
    .filter((issue) => isPermanent(issue) || !holdsReference(findAtPath(resource.config, stringPath(issue))))
    .flatMap((issue) => describeIssue(resource.address, issue));
  return [...misplaced, ...issues];
}

function isPermanent(issue: z.core.$ZodIssue): boolean {
  return issue.code === "unrecognized_keys" || (issue.code === "custom" && issue.params?.permanent === true);
}

function stringPath(issue: z.core.$ZodIssue): (string | number)[] {
  return issue.path.map((step) => (typeof step === "number" ? step : String(step)));
}

function holdsReference(value: unknown): boolean {
  return typeof value === "string" && value.includes("${");
}

function checkReferences(
  stack: Pick<ParsedStack, "resources" | "outputReferences">,
  known: ReadonlyMap<string, KnownType>,
): string[] {
  const byAddress = new Map(stack.resources.map((resource) => [resource.address, resource]));
  const check = (place: string, { address, path }: Reference): string | undefined => {
    const target = byAddress.get(address);
    if (!target) return `${place}: refers to ${address}, which the stack does not declare`;
    const exports = known.get(target.type)?.exports;
    const [attribute = ""] = path;
    if (!exports || exports.includes(String(attribute)) || Object.hasOwn(target.config, attribute)) return undefined;
    return `${place}: refers to ${address}.${attribute}, which the laptop runtime does not export`;
  };
  const inOutputs = Object.entries(stack.outputReferences).flatMap(([place, references]) =>
    references.map((reference) => check(place, reference)),
  );
  const inResources = stack.resources.flatMap((resource) => [
    ...resource.references.map((reference) => check(resource.address, reference)),
    ...resource.dependsOn.map((address) =>
      byAddress.has(address) ? undefined : check(resource.address, { address, path: [] }),
    ),
  ]);
  return [...new Set([...inResources, ...inOutputs].filter((problem) => problem !== undefined))];
}

/** Depth first, so that a cycle is found together with its members' names. Ties keep the order of the file. */
function sortByDependency(
  resources: readonly DeclaredResource[],
  startsTraffic: (resource: DeclaredResource) => boolean,
): StartPlan {
  const byAddress = new Map(resources.map((resource) => [resource.address, resource]));
  const order: DeclaredResource[] = [];
  const problems: string[] = [];
  const done = new Set<string>();
  const visit = (resource: DeclaredResource, trail: readonly string[]): void => {
    if (done.has(resource.address)) return;
    const seen = trail.indexOf(resource.address);
    if (seen >= 0) {
      const cycle = [...trail.slice(seen), resource.address].join(" → ");
      problems.push(`these resources refer to each other in a circle: ${cycle}`);
      return;
    }
    for (const address of [...resource.references.map((reference) => reference.address), ...resource.dependsOn]) {
      const target = byAddress.get(address);
      if (target) visit(target, [...trail, resource.address]);
    }
    done.add(resource.address);
    order.push(resource);
  };
  const quiet = resources.filter((resource) => !startsTraffic(resource));
  const loud = resources.filter(startsTraffic);
  for (const resource of [...quiet, ...loud]) visit(resource, []);
  return { order, problems };
}
