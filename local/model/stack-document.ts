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
  /** The region of its provider, where that is another one than the stack's. */
  readonly elsewhere?: string;
}

export interface StackDocument {
  readonly name: string;
  readonly region: string;
  readonly accountId: string;
  readonly resources: readonly DeclaredResource[];
  readonly outputs: Readonly<Record<string, unknown>>;
  /** What the stack says of its outputs. */
  readonly descriptions: Readonly<Record<string, string>>;
}

const jsonObject = z.record(z.string(), z.unknown());
const account = z.string().regex(/^\d{12}$/, "must be a literal account id of 12 digits");

const provider = z.strictObject({
  alias: z.string().optional(),
  region: z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, "must be a literal region"),
  allowed_account_ids: z.array(account).length(1, "must name exactly one account"),
  // Tags change no behaviour that the runtime has.
  default_tags: z.unknown().optional(),
});

/** One provider for the stack, and copies of it in other regions: an account has one runtime. */
const providers = z
  .array(provider)
  .refine(
    (all) => all.filter(({ alias }) => alias === undefined).length === 1,
    "must be one block, and others by alias",
  )
  .refine(
    (all) => new Set(all.map(({ allowed_account_ids: [id] }) => id)).size <= 1,
    "must name the same account in each block",
  );

/** The parts of the file, each read alone so that one bad part does not hide the problems of the others. */
const PARTS = {
  "//": z.unknown(),
  // Where Terraform keeps its state and which provider it downloads: the runtime has a state folder and needs no provider.
  terraform: z
    .strictObject({
      backend: z.unknown().optional(),
      required_providers: z.strictObject({ aws: z.unknown() }).optional(),
      required_version: z.unknown().optional(),
    })
    .optional(),
  provider: z.strictObject({ aws: providers }),
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
} as const;

/** Terraform's own arguments that change nothing here: nothing is ever destroyed or replaced on a laptop. */
const lifecycle = z.strictObject({
  prevent_destroy: z.unknown().optional(),
  create_before_destroy: z.unknown().optional(),
  ignore_changes: z.unknown().optional(),
  // Conditions of a plan: the ffmpeg layer's refuses one where its binaries are missing. Nothing is planned here.
  precondition: z.unknown().optional(),
});
const REFUSED_META_ARGUMENTS = ["count", "for_each", "provisioner", "connection", "dynamic"];

/** What could be read, and everything that could not, each naming its place. `document` is there when nothing is wrong. */
export interface ParsedStack {
  readonly name: string;
  readonly resources: readonly DeclaredResource[];
  /** The references of each output, by `output.<name>`. */
  readonly outputReferences: Readonly<Record<string, readonly Reference[]>>;
  readonly document?: StackDocument;
  readonly problems: readonly string[];
}

/** Reads a synthesized stack. What the runtime doesn't know is a problem, never ignored. */
export function parseStackDocument(name: string, json: unknown): ParsedStack {
  const file = jsonObject.safeParse(json);
  if (!file.success) return { name, resources: [], outputReferences: {}, problems: [`${name}: is not a JSON object`] };
  const problems = Object.keys(file.data)
    .filter((key) => !Object.hasOwn(PARTS, key))
    .map((key) => `${key}: the laptop runtime does not know "${key}"; it runs resources and outputs`);
  const read = <Part extends keyof typeof PARTS>(part: Part): z.output<(typeof PARTS)[Part]> | undefined => {
    const parsed = PARTS[part].safeParse(file.data[part]);
    if (!parsed.success) problems.push(...parsed.error.issues.flatMap((issue) => describeIssue(part, issue)));
    return parsed.success ? (parsed.data as z.output<(typeof PARTS)[Part]>) : undefined;
  };
  read("terraform");
  const settings = read("provider")?.aws;
  const main = settings?.find(({ alias }) => alias === undefined);
  const regions = settings && new Map(settings.map(({ alias, region }) => [`aws.${alias}`, region]));
  const resources = Object.entries(read("resource") ?? {}).flatMap(([type, named]) =>
    Object.entries(named).map(([label, body]) => parseResource(type, `${type}.${label}`, body, { problems, regions })),
  );
  const declared = Object.entries(read("output") ?? {});
  const outputs = Object.fromEntries(declared.map(([key, { value }]) => [key, value]));
  const descriptions = Object.fromEntries(
    declared.flatMap(([key, { description }]) => (description === undefined ? [] : [[key, description] as const])),
  );
  const outputReferences = Object.fromEntries(
    Object.entries(outputs).map(([key, value]) => [
      `output.${key}`,
      collectReferences(`output.${key}`, value, problems),
    ]),
  );
  const accountId = main?.allowed_account_ids[0];
  if (!main || !accountId || problems.length > 0) return { name, resources, outputReferences, problems };
  const document = { name, region: main.region, accountId, resources, outputs, descriptions };
  return { name, resources, outputReferences, document, problems };
}

function parseResource(
  type: string,
  address: string,
  body: Readonly<Record<string, unknown>>,
  { problems, regions }: { readonly problems: string[]; readonly regions: ReadonlyMap<string, string> | undefined },
): DeclaredResource {
  const { "//": _metadata, depends_on: dependsOn = [], lifecycle: rules = {}, provider: alias, ...config } = body;
  const elsewhere = regions?.get(String(alias));
  // Where the providers themselves cannot be read, that is the problem to report.
  if (regions && alias !== undefined && elsewhere === undefined)
    problems.push(`${address}: its provider "${String(alias)}" is none that the stack declares by alias`);
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
    ...(elsewhere !== undefined && { elsewhere }),
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
