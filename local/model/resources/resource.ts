import type * as z from "zod";

/** A Terraform resource of the synthesized stack, references in `config` already resolved to plain values. */
export interface ResourceInstance<Config> {
  /** `aws_sqs_queue.resize` */
  readonly address: string;
  readonly config: Config;
  /** Its provider's region. @default the stack's */
  readonly elsewhere?: string;
}

export interface StartedResource {
  /**
   * What references to it resolve to: `arn`, `id`, `url` … as the provider would export them. Arguments need not be
   * repeated: a reference that names no attribute is looked up among the resource's own arguments, as in Terraform.
   */
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Undoes `start`; called in reverse order of starting. */
  readonly stop?: () => Promise<void>;
}

/**
 * How the runtime starts one Terraform type. `schema` is strict and lists every attribute that is honoured; an attribute
 * that has no effect on a laptop (encryption at rest, tags) is listed too, with a comment that says why, and any other
 * is refused by name. Blocks come as cdktf writes them: an object, or an array of objects.
 */
export interface LocalResource<Runtime, Config = unknown> {
  readonly type: string;
  readonly schema: z.ZodType<Config>;
  /** The argument that names it in AWS, which has room for one of a name in an account and region. @default any number may share one */
  readonly uniqueBy?: string;
  /** The names of `attributes`: a reference to another (that is no argument either) is refused before anything starts. */
  readonly exports?: readonly string[];
  /** Why nothing comes of it on a laptop, where nothing does; on docs/parity.md. It is read as strictly as any other. */
  readonly withoutEffect?: string;
  /** Brings traffic (a poller, a schedule, an open stage): starts after everything that does not. */
  readonly startsTraffic?: boolean;
  /** Does the same in every region; a resource elsewhere than in the stack's region is refused otherwise. */
  readonly servesAnyRegion?: boolean;
  start(resource: ResourceInstance<Config>, runtime: Runtime): Promise<StartedResource>;
}

/** Keeps `Config` inferred from the schema. */
export function defineResource<Runtime, Config>(
  resource: LocalResource<Runtime, Config>,
): LocalResource<Runtime, Config> {
  return resource;
}
