import * as z from "zod";

/** What a statement is about, on one axis: these, or all but these. */
export interface Axis {
  readonly isExcept: boolean;
  readonly patterns: readonly string[];
}

export interface Condition {
  /** `StringEquals`, `ForAnyValue:StringLike`, `StringEqualsIfExists` */
  readonly operator: string;
  readonly key: string;
  readonly values: readonly string[];
}

export interface Statement {
  readonly sid?: string;
  readonly effect: "Allow" | "Deny";
  /** `*`, `Service:lambda.amazonaws.com`, `AWS:arn:…`; of an identity policy: SELF. */
  readonly principals: Axis;
  readonly actions: Axis;
  /** Of a trust policy: SELF. */
  readonly resources: Axis;
  readonly conditions: readonly Condition[];
}

/** What the policy hangs on: the role of an identity policy, the resource of a trust policy. */
export const SELF = "(itself)";

const texts = z.union([z.string(), z.array(z.string())]).transform((it) => [it].flat());
const scalar = z.union([z.string(), z.boolean(), z.number()]).transform(String);
const scalars = z.union([scalar, z.array(scalar)]).transform((it) => [it].flat());
const principal = z.union([z.string(), z.record(z.string(), texts)]);
const statement = z.strictObject({
  Sid: z.string().optional(),
  Effect: z.enum(["Allow", "Deny"]),
  Principal: principal.optional(),
  NotPrincipal: principal.optional(),
  Action: texts.optional(),
  NotAction: texts.optional(),
  Resource: texts.optional(),
  NotResource: texts.optional(),
  Condition: z.record(z.string(), z.record(z.string(), scalars)).default({}),
});
const document = z.looseObject({
  Statement: z.union([statement, z.array(statement)]).transform((it) => [it].flat()),
});

/** The statements of a policy document; undefined where the text is none, or has what this review does not know. */
export function parsePolicy(text: string): readonly Statement[] | undefined {
  try {
    const { success, data } = document.safeParse(JSON.parse(text));
    return success ? data.Statement.map(toStatement) : undefined;
  } catch {
    return undefined;
  }
}

function toStatement(it: z.infer<typeof statement>): Statement {
  return {
    sid: it.Sid,
    effect: it.Effect,
    principals: toAxis(listPrincipals(it.Principal), listPrincipals(it.NotPrincipal)),
    actions: toAxis(it.Action, it.NotAction),
    resources: toAxis(it.Resource, it.NotResource),
    conditions: Object.entries(it.Condition).flatMap(([operator, keys]) =>
      Object.entries(keys).map(([key, values]) => ({ operator, key, values })),
    ),
  };
}

function toAxis(only: readonly string[] | undefined, except: readonly string[] | undefined): Axis {
  return except ? { isExcept: true, patterns: except } : { isExcept: false, patterns: only ?? [SELF] };
}

/** `{"AWS": "*"}` is everyone, as `"*"` is; an account's number and its root are the same principal. */
function listPrincipals(value: z.infer<typeof principal> | undefined): string[] | undefined {
  if (value === undefined || typeof value === "string") return value === undefined ? undefined : [value];
  return Object.entries(value).flatMap(([kind, names]) =>
    names.map((name) => {
      if (kind === "AWS" && name === "*") return "*";
      return kind === "AWS" && /^\d{12}$/.test(name) ? `AWS:arn:aws:iam::${name}:root` : `${kind}:${name}`;
    }),
  );
}
