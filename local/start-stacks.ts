import type { RunningStack } from "./laptop.ts";
import { createAddressRewriter } from "./model/own-addresses.ts";
import { findAtPath, type Reference, resolveReferences } from "./model/references.ts";
import { Refusal } from "./model/refusal.ts";
import type { LocalResource, StartedResource } from "./model/resources/resource.ts";
import { type DeclaredResource, describeIssue } from "./model/stack-document.ts";
import type { PlannedStack, StacksPlan } from "./plan-stacks.ts";
import type { PortPlan } from "./ports.ts";
import type { LaptopRuntime, StackRuntime } from "./runtime.ts";
import type { Teardown } from "./teardown.ts";

/** Starts the resources of all stacks, each stack's after one another; what they are called and say is kept by stack and address. */
export async function startStacks(
  plan: StacksPlan,
  runtime: LaptopRuntime,
  portFor: PortPlan["portFor"],
  teardown: Teardown,
): Promise<RunningStack[]> {
  const addresses = createAddressRewriter();
  addresses.add(new URL(runtime.endpointUrl).host);
  const running: RunningStack[] = [];
  for (const stack of plan.stacks) {
    const { name } = stack.document;
    const own = { ...runtime, stackName: name, stackFolder: stack.folder };
    const stackRuntime = { ...own, portFor: (address: string) => portFor(`${name}/${address}`) };
    running.push(await startStack(stack, { plan, runtime: stackRuntime, addresses, teardown }));
  }
  return running;
}

interface Surroundings {
  readonly plan: StacksPlan;
  readonly runtime: StackRuntime;
  readonly addresses: ReturnType<typeof createAddressRewriter>;
  readonly teardown: Teardown;
}

async function startStack({ document, order }: PlannedStack, surroundings: Surroundings): Promise<RunningStack> {
  const { addresses, teardown } = surroundings;
  const { name, outputs, descriptions } = document;
  const attributes = new Map<string, Readonly<Record<string, unknown>>>();
  const lookUp = ({ address, path }: Reference, source: string): unknown => {
    const value = findAtPath(attributes.get(address), path);
    if (value === undefined)
      throw new Refusal("The laptop runtime cannot resolve a reference:", [
        `${name}: ${source}: ${address} has no such attribute here`,
      ]);
    return value;
  };
  const resolveValue = (value: unknown): unknown => resolveReferences(value, lookUp, addresses.rewrite);
  for (const declared of order) {
    const given = resolveValue(declared.config) as Readonly<Record<string, unknown>>;
    const started = await startResource(declared, given, surroundings);
    // Arguments can be referred to as attributes can.
    attributes.set(declared.address, { ...given, ...started.attributes });
    for (const address of listOwnAddresses(started)) addresses.add(address);
    if (started.stop) teardown.add(`${declared.address} of ${name}`, started.stop);
  }
  return { name, outputs: resolveValue(outputs) as RunningStack["outputs"], descriptions };
}

async function startResource(
  declared: DeclaredResource,
  given: Readonly<Record<string, unknown>>,
  { plan, runtime }: Surroundings,
): Promise<StartedResource> {
  const { address, elsewhere } = declared;
  // What a type needs of services is checked where they are listed, in local/services/index.ts.
  const type = plan.types.get(declared.type) as LocalResource<StackRuntime> | undefined;
  if (!type) throw new Error(`No type ${declared.type}: the plan let it through.`);
  const name = given[type.uniqueBy ?? ""];
  const clash =
    typeof name === "string" ? plan.claims.claim({ ...declared, stack: runtime.stackName, name }) : undefined;
  const parsed = await type.schema.safeParseAsync(given);
  if (clash !== undefined) throw cannotStart([clash]);
  if (!parsed.success) {
    const place = `${runtime.stackName}: ${address}`;
    throw cannotStart(parsed.error.issues.flatMap((issue) => describeIssue(place, issue)));
  }
  return type.start({ address, config: parsed.data, ...(elsewhere !== undefined && { elsewhere }) }, runtime);
}

function cannotStart(problems: readonly string[]): Refusal {
  return new Refusal("The laptop runtime cannot start a resource:", problems);
}

/** The servers that a resource has just opened, as they stand in its attributes: `127.0.0.1:4567`. */
function listOwnAddresses({ attributes }: StartedResource): string[] {
  return Object.values(attributes).flatMap((value) =>
    typeof value === "string" ? (/^(?:http:\/\/)?(127\.0\.0\.1:\d+)$/.exec(value)?.[1] ?? []) : [],
  );
}
