import * as z from "zod";

/**
 * What a policy of IAM says, read for everybody who judges one: the rules at synth, the review of a plan, the laptop's
 * decisions. All of the grammar is read; what one of them cannot honour, it refuses itself.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
 */

/** What a statement is about, on one axis: these, or all but these (`NotAction`, `NotResource`). */
export interface PolicyAxis {
  readonly isExcept: boolean;
  readonly patterns: readonly string[];
}

/** Who a statement is about. Everybody, whether written as `"*"` or as `{"AWS": "*"}`, is `*` among `AWS`. */
export interface PolicyPrincipals {
  /** `NotPrincipal`: all but these. */
  readonly isExcept: boolean;
  /** By kind (`AWS`, `Service`, `Federated`, `CanonicalUser`), in the order in which they are written. */
  readonly byKind: Readonly<Record<string, readonly string[]>>;
}

/** One key under one operator: all of them must hold. */
export interface PolicyCondition {
  /** `StringEquals`, `ForAnyValue:StringLike`, `StringEqualsIfExists` */
  readonly operator: string;
  readonly key: string;
  readonly values: readonly string[];
}

/** A statement with every "one or many" written as many. */
export interface PolicyStatement {
  readonly sid?: string;
  readonly effect: "Allow" | "Deny";
  /** Absent in what hangs on an identity. */
  readonly principals?: PolicyPrincipals;
  readonly actions: PolicyAxis;
  /** Absent in a trust policy. */
  readonly resources?: PolicyAxis;
  readonly conditions: readonly PolicyCondition[];
}

export type ParsedPolicy =
  | { readonly statements: readonly PolicyStatement[]; readonly problems?: undefined }
  | { readonly statements?: undefined; readonly problems: readonly string[] };

const texts = z.union([z.string(), z.array(z.string())]).transform((value) => [value].flat());
const scalar = z.union([z.string(), z.boolean(), z.number()]).transform(String);
const scalars = z.union([scalar, z.array(scalar)]).transform((value) => [value].flat());
const principal = z.union([
  z.literal("*").transform(() => ({ AWS: ["*"] })),
  z.partialRecord(z.enum(["AWS", "Service", "Federated", "CanonicalUser"]), texts),
]);

const statement = z
  .strictObject({
    Sid: z.string().optional(),
    Effect: z.enum(["Allow", "Deny"]),
    Principal: principal.optional(),
    NotPrincipal: principal.optional(),
    Action: texts.optional(),
    NotAction: texts.optional(),
    Resource: texts.optional(),
    NotResource: texts.optional(),
    Condition: z.record(z.string(), z.record(z.string(), scalars)).optional(),
  })
  .refine(({ Action, NotAction }) => (Action === undefined) !== (NotAction === undefined), {
    message: "needs either Action or NotAction",
  })
  .refine(({ Resource, NotResource }) => Resource === undefined || NotResource === undefined, {
    message: "needs either Resource or NotResource, not both",
  })
  .refine(({ Principal, NotPrincipal }) => Principal === undefined || NotPrincipal === undefined, {
    message: "needs either Principal or NotPrincipal, not both",
  });

const document = z.strictObject({
  Version: z.string().optional(),
  Id: z.string().optional(),
  Statement: z.union([statement, z.array(statement)]).transform((value) => [value].flat()),
});

/** Reads a policy that was JSON. What is no policy of IAM comes back as problems, each with its place. */
export function parsePolicyDocument(value: unknown): ParsedPolicy {
  const parsed = document.safeParse(value);
  if (!parsed.success) return { problems: parsed.error.issues.flatMap(describeIssue) };
  return { statements: parsed.data.Statement.map(toStatement) };
}

function toStatement(it: z.infer<typeof statement>): PolicyStatement {
  const principals = it.Principal ?? it.NotPrincipal;
  const resources = toAxis(it.Resource, it.NotResource);
  return {
    ...(it.Sid !== undefined && { sid: it.Sid }),
    effect: it.Effect,
    ...(principals && { principals: { isExcept: it.NotPrincipal !== undefined, byKind: principals } }),
    actions: toAxis(it.Action, it.NotAction) ?? { isExcept: false, patterns: [] },
    ...(resources && { resources }),
    conditions: Object.entries(it.Condition ?? {}).flatMap(([operator, keys]) =>
      Object.entries(keys).map(([key, values]) => ({ operator, key, values })),
    ),
  };
}

function toAxis(only: readonly string[] | undefined, except: readonly string[] | undefined): PolicyAxis | undefined {
  const patterns = only ?? except;
  return patterns && { isExcept: only === undefined, patterns };
}

function describeIssue(issue: z.core.$ZodIssue): string[] {
  if (issue.code === "invalid_union")
    return issue.errors
      .reduce((best, other) => (other.length > 0 && depth(other) > depth(best) ? other : best), issue.errors[0] ?? [])
      .flatMap((inner) => describeIssue({ ...inner, path: [...issue.path, ...inner.path] }));
  const path = issue.path.map(String).join(".");
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((key) => `${[path, key].filter(Boolean).join(".")}: a policy has no field "${key}"`);
  return [`${path || "the policy"}: ${issue.message}`];
}

/** Of a union's branches, the one that got furthest is the one that was meant. */
function depth(issues: readonly z.core.$ZodIssue[]): number {
  return Math.max(0, ...issues.map((issue) => issue.path.length + (issue.code === "invalid_type" ? 0 : 1)));
}
