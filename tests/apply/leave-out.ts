/** A synthesized stack, as far as it matters here. */
export interface StackDocument {
  readonly resource: Readonly<Record<string, Readonly<Record<string, Json>>>>;
  readonly [block: string]: unknown;
}

export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

export interface Reduced {
  readonly document: StackDocument;
  /** `aws_budgets_budget.month` */
  readonly resources: readonly string[];
  /** What referred to them and went with them: `aws_cloudfront_distribution.cdn: response_headers_policy_id`. */
  readonly attributes: readonly string[];
}

/**
 * The stack without the resources of these types, and without the attributes that are a reference to one and nothing else.
 * Throws where a longer text, a policy say, refers to one: that would be another stack.
 */
export function leaveOut(document: StackDocument, types: readonly string[]): Reduced {
  const isLeftOut = (type: string) => types.includes(type);
  const resources = Object.entries(document.resource).flatMap(([type, named]) =>
    isLeftOut(type) ? Object.keys(named).map((name) => `${type}.${name}`) : [],
  );
  const attributes: string[] = [];
  const kept = Object.entries(document.resource).flatMap(([type, named]) =>
    isLeftOut(type) ? [] : [[type, reduceAll(type, named, resources, attributes)] as const],
  );
  return { document: { ...document, resource: Object.fromEntries(kept) }, resources, attributes };
}

function reduceAll(
  type: string,
  named: Readonly<Record<string, Json>>,
  resources: readonly string[],
  attributes: string[],
): Record<string, Json> {
  const bodies = Object.entries(named).map(([name, body]) => {
    const drop = (path: readonly string[]) => attributes.push(`${type}.${name}: ${path.join(".")}`);
    return [name, reduce(body, resources, [], drop) ?? {}] as const;
  });
  return Object.fromEntries(bodies);
}

/** Undefined where the value is a reference to what is left out. */
function reduce(
  value: Json,
  resources: readonly string[],
  path: readonly string[],
  drop: (path: readonly string[]) => void,
): Json | undefined {
  if (typeof value === "string") return reduceText(value, resources, path, drop);
  if (typeof value !== "object" || value === null) return value;
  if (isList(value)) return value.flatMap((it) => reduce(it, resources, path, drop) ?? []);
  const entries = Object.entries(value).flatMap(([name, it]) => {
    // Names the stack's own source lines, not a resource.
    const kept = name === "//" ? it : reduce(it, resources, [...path, name], drop);
    return kept === undefined ? [] : [[name, kept] as const];
  });
  return Object.fromEntries(entries);
}

function reduceText(
  text: string,
  resources: readonly string[],
  path: readonly string[],
  drop: (path: readonly string[]) => void,
): string | undefined {
  const referred = resources.find((address) => text === address || text.includes(`\${${address}.`));
  if (!referred) return text;
  if (text !== referred && !/^\$\{[^{}]*\}$/.test(text)) {
    throw new Error(`${referred} cannot be left out: ${path.join(".")} refers to it within a longer text.`);
  }
  drop(path);
  return undefined;
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
