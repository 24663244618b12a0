import type { Construct } from "constructs";
import type * as z from "zod";
import type { Waiver } from "./policy/waiver.ts";
import type { ArtifactNeeds } from "./support/artifacts.ts";
import type { SettingsBlock } from "./support/environment.ts";
import type { SystemStack, SystemStackProps } from "./system-stack.ts";

/**
 * One of the house's systems: what systems.ts lists, and whatever loops over systems is told of it. It deploys as a stack of
 * its own in each environment that has its block, and knows no other system.
 */
export interface System<Name extends string = string, Settings extends z.ZodType = z.ZodType>
  extends SettingsBlock<Name, Settings> {
  /** What it does, in one sentence. */
  readonly title: string;
  /** Where it may differ from a policy rule. */
  readonly waivers: readonly Waiver[];
  /** What its stack needs of the build. @default nothing */
  readonly artifacts?: ArtifactNeeds;
  createStack(scope: Construct, props: SystemStackProps<z.output<Settings>>): SystemStack;
}

/** Keeps what TypeScript knows of a system's name and settings. */
export function defineSystem<const Name extends string, Settings extends z.ZodType>(
  system: System<Name, Settings>,
): System<Name, Settings> {
  return system;
}
