import * as z from "zod";
import { listReferences, type Reference, TemplateError } from "./references.ts";

/** A resource as it stands in the synthesized JSON, references still in it. */
export interface DeclaredResource {
  /** `aws_sqs_queue.resize` */
  readonly address: string;
  readonly type: string;
  /** The arguments without Terraform's meta-arguments. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly references: readonly Reference[];
  /** Addresses in `depends_on`. */
  readonly dependsOn: readonly string[];
}

export interface StackDocument {
  readonly name: string;
  readonly region: string;
  readonly accountId: string;
  readonly resources: readonly DeclaredResource[];
  readonly outputs: Readonly<Record<string, unknown>>;
}

const jsonObject = z.record(z.string(), z.unknown());
const account = z.string().regex(/^\d{12}$/, "must be a literal account id of 12 digits");

const provider = z.strictObject({
  region: z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, "must be a literal region"),
  allowed_account_ids: z.array(account).length(1, "must name exactly one account"),
  // Tags change no behaviour that the runtime has.
  default_tags: z.unknown().optional(),
});

const document = z.strictObject({
  "//": z.unknown().optional(),
  // Where Terraform keeps its state and which provider it downloads: the runtime has a state folder and needs no provider.
  terraform: z
    .strictObject({
      backend: z.unknown().optional(),
      required_providers: z.record(z.literal("aws"), z.unknown()).optional(),
      required_version: z.unknown().optional(),
    })
    .optional(),
  provider: z.strictObject({ aws: z.array(provider).length(1, "must be one block") }),
  resource: z.record(z.string(), z.record(z.string(), jsonObject)),
  output: z
    .record(
      z.string(),
      z.strictObject({
        value: z.unknown(),
        description: z.string().optional(),
        sensitive: z.boolean().optional(),
      }),
    )
    .optional(),
});

/** Terraform's own arguments that change nothing here: nothing is ever destroyed or replaced on a laptop. */
const lifecycle = z.strictObject({
  prevent_destroy: z.unknown().optional(),
  create_before_destroy: z.unknown().optional(),
  ignore_changes: z.unknown().optional(),
  // Conditions of a plan: the ffmpeg layer's refuses one where its binaries are missing. Nothing is planned here.
  precondition: z.unknown().optional(),
});
const REFUSED_META_ARGUMENTS = ["count", "for_each", "provider", "provisioner", "connection", "dynamic"];

/**
 * Reads a synthesized stack. Problems come back instead of a document, all of them, each naming the place: what the
 * runtime doesn't know must never be ignored.
 */
export function parseStackDocument(
  name: string,
  json: unknown,
): { readonly document?: StackDocument; readonly problems: readonly string[] } {
  const parsed = document.safeParse(json);
  if (!parsed.success) return { problems: parsed.error.issues.flatMap((issue) => describeIssue(name, issue)) };
  const problems: string[] = [];
  const resources = Object.entries(parsed.data.resource).flatMap(([type, named]) =>
    Object.entries(named).map(([label, body]) => parseResource(type, `${type}.${label}`, body, problems)),
  );
  const outputs = Object.entries(parsed.data.output ?? {}).map(([key, output]) => [key, output.value] as const);
  for (const [key, value] of outputs) collectReferences(`output.${key}`, value, problems);
  const [settings] = parsed.data.provider.aws;
  const accountId = settings?.allowed_account_ids[0];
  if (!settings || !accountId || problems.length > 0) return { problems };
  return {
    document: { name, region: settings.region, accountId, resources, outputs: Object.fromEntries(outputs) },
    problems,
  };
}

function parseResource(
  type: string,
  address: string,
  body: Readonly<Record<string, unknown>>,
  problems: string[],
): DeclaredResource {
  const { "//": _metadata, depends_on: dependsOn = [], lifecycle: rules = {}, ...config } = body;
  for (const argument of REFUSED_META_ARGUMENTS)
    if (Object.hasOwn(config, argument))
      problems.push(`${address}: the laptop runtime does not know "${argument}"; write the resource out instead`);
  const known = lifecycle.safeParse(Array.isArray(rules) ? rules[0] : rules);
  if (!known.success)
    problems.push(...known.error.issues.flatMap((issue) => describeIssue(`${address}.lifecycle`, issue)));
  const addresses = z.array(z.string().regex(/^[a-z0-9_]+\.[\w-]+$/)).safeParse(dependsOn);
  if (!addresses.success) problems.push(`${address}: depends_on must be a list of resource addresses`);
  return {
    address,
    type,
    config,
    references: collectReferences(address, config, problems),
    dependsOn: addresses.success ? addresses.data : [],
  };
}

/** The references in each argument; one that can't be read is a problem that names its argument. */
function collectReferences(place: string, value: unknown, problems: string[]): Reference[] {
  const parts = typeof value === "object" && value !== null ? Object.entries(value) : [["value", value] as const];
  return parts.flatMap(([key, part]) => {
    try {
      return listReferences(part);
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
      problems.push(
        `${place}.${key}: the laptop runtime cannot evaluate ${error.message}; it knows literals and plain references`,
      );
      return [];
    }
  });
}

/** One line per problem, in the words of the file: unknown keys by name, anything else by path and expectation. */
export function describeIssue(place: string, issue: z.core.$ZodIssue): string[] {
  const path = [place, ...issue.path.map(String)].join(".");
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((key) => `${path}: the laptop runtime does not know "${key}"`);
  return [`${path}: ${issue.message}`];
}
