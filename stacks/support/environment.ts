import * as z from "zod";
import { alarmSettings } from "./alarm-settings.ts";
import { ConfigurationError, type Problem } from "./errors.ts";

/**
 * The form of an entry in environments.ts: what all systems have in common here, and a block for each system, whose form
 * is the system's own (`stacks/<system>/settings.ts`). A system whose block is left out is not deployed there.
 */

export const ENVIRONMENT_NAMES = ["dev", "staging", "prod"] as const;
export type EnvironmentName = (typeof ENVIRONMENT_NAMES)[number];

/** CloudWatch Logs takes no other number: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
const LOG_RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
] as const;

const LOOPBACK_HOSTS = ["localhost", "127.0.0.1", "[::1]"];

const origin = z.string().superRefine((text, context) => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (text.includes("*")) {
    context.addIssue(`"${text}" holds a wildcard; name each origin exactly`);
  } else if (url?.origin !== text) {
    context.addIssue(`"${text}" is not an origin; write scheme and host only, like "https://app.example.com"`);
  } else if (url.protocol !== "https:" && !LOOPBACK_HOSTS.includes(url.hostname)) {
    context.addIssue(`"${text}" must be https; plain http is for this computer (${LOOPBACK_HOSTS.join(", ")}) alone`);
  }
});

const base = z.strictObject({
  /** The AWS account; Terraform refuses to touch another. */
  accountId: z.string().regex(/^\d{12}$/, "must be 12 digits"),
  region: z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, "must be a region, like eu-central-1"),
  /** Pages that may use this environment, beside its own pages. Exact origins; one list for bucket, API and CDN (A5). */
  origins: z
    .array(origin)
    .max(90)
    .refine((all) => new Set(all).size === all.length, { error: "name each origin once" })
    .default([]),
  /**
   * What pages may load and call besides its own AWS addresses (Content-Security-Policy sources).
   * @default none
   */
  pageSources: z
    .array(z.string().regex(/^https?:\/\/[a-z0-9.*-]+(:(\d+|\*))?$/, "must be a CSP source, like http://127.0.0.1:*"))
    .default([]),
  /** Buckets and tables cannot be destroyed, by Terraform or otherwise. */
  isProtected: z.boolean(),
  /** Where CloudFront serves from. @default PriceClass_100: Europe and North America */
  priceClass: z.enum(["PriceClass_100", "PriceClass_200", "PriceClass_All"]).default("PriceClass_100"),
  /** Days until a line of a log is forgotten. */
  logDays: z.literal(LOG_RETENTION_DAYS).default(30),
  /** Who is told when something is wrong. @default nobody watches, and no alarm is paid for */
  alarms: alarmSettings,
});

/** The block of one system: its name there, and its form. */
export interface SettingsBlock<Name extends string = string, Settings extends z.ZodType = z.ZodType> {
  /** The system's name, also in every name that it gives: up to six lower-case letters. */
  readonly name: Name;
  /** The form of its block. */
  readonly settings: Settings;
}

/** What an environment says to every system. */
export type EnvironmentBase = z.output<typeof base> & { readonly name: EnvironmentName };
/** The same as it is written: fields with a default may be left out. */
export type BaseInput = z.input<typeof base>;

/** Blocks of an environment, by the names of systems: as they are written, and as they are read. */
type BlocksInput<Systems extends readonly SettingsBlock[]> = {
  readonly [S in Systems[number] as S["name"]]?: z.input<S["settings"]>;
};
type Blocks<Systems extends readonly SettingsBlock[]> = {
  readonly [S in Systems[number] as S["name"]]?: z.output<S["settings"]>;
};

export type EnvironmentInput<Systems extends readonly SettingsBlock[]> = BaseInput & BlocksInput<Systems>;
export type Environment<Systems extends readonly SettingsBlock[] = readonly SettingsBlock[]> = EnvironmentBase & {
  readonly systems: Blocks<Systems>;
};

/**
 * Checks every entry and throws one ConfigurationError that names every problem with its field's path:
 * `prod.origins.0: …`, `prod.media.limits.imageBytes: …`.
 */
export function parseEnvironments<const Systems extends readonly SettingsBlock[], Name extends EnvironmentName>(
  systems: Systems,
  entries: Readonly<Record<Name, EnvironmentInput<Systems>>>,
): Record<Name, Environment<Systems>> {
  const problems: Problem[] = [];
  const parsed: Partial<Record<Name, Environment<Systems>>> = {};
  for (const name of Object.keys(entries) as Name[]) {
    const entry: Readonly<Record<string, unknown>> = entries[name];
    const own = read(base, dropKeys(entry, new Set(systems.map((system) => system.name))), [name], problems);
    const blocks = systems
      .filter((system) => entry[system.name] !== undefined)
      .map(
        (system) => [system.name, read(system.settings, entry[system.name], [name, system.name], problems)] as const,
      );
    if (own) parsed[name] = { ...own, name, systems: Object.fromEntries(blocks) as Blocks<Systems> };
    problems.push(...listNameProblems(name, entries[name]));
  }
  if (problems.length > 0) throw new ConfigurationError("environments.ts cannot be used:", problems);
  return parsed as Record<Name, Environment<Systems>>;
}

function read<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  place: readonly string[],
  problems: Problem[],
): z.output<Schema> | undefined {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  problems.push(...result.error.issues.map(({ path, message }) => ({ path: [...place, ...path].join("."), message })));
  return undefined;
}

function dropKeys(entry: Readonly<Record<string, unknown>>, names: ReadonlySet<string>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(entry).filter(([key]) => !names.has(key)));
}

/** What follows from an environment's name. */
function listNameProblems(name: EnvironmentName, { isProtected }: BaseInput): Problem[] {
  const isUnprotectedProd = name === "prod" && isProtected === false;
  return isUnprotectedProd
    ? [{ path: "prod.isProtected", message: "must be true: prod holds people's files (threats.md P4, P6)" }]
    : [];
}
