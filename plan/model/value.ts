import { hasSecretForm, mayNameSecret } from "../../contracts/secret-forms.ts";

/** What parsed JSON is. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/**
 * A value as a review may know it: what is sensitive, or known only after apply, is no longer in it. Masking happens once,
 * where plan JSON comes in, so that no rule and no renderer can leak what it never had.
 */
export type Value = null | boolean | number | string | Withheld | readonly Value[] | ValueObject;
export interface ValueObject {
  readonly [name: string]: Value;
}

/** Stands where a value may not or cannot be told. Two of the same hidden value are equal, so that a change is seen. */
export class Withheld {
  readonly #content: string | undefined;
  readonly reason: "sensitive" | "unknown";

  constructor(reason: "sensitive" | "unknown", content?: Json) {
    this.reason = reason;
    this.#content = content === undefined ? undefined : JSON.stringify(content);
  }

  /** An unknown value equals nothing, not even another unknown one. */
  equals(other: Value | undefined): boolean {
    return (
      other instanceof Withheld &&
      this.reason === "sensitive" &&
      other.reason === "sensitive" &&
      this.#content === other.#content
    );
  }

  toString(): string {
    return this.reason === "sensitive" ? "(sensitive)" : "(known after apply)";
  }

  toJSON(): string {
    return this.toString();
  }
}

/** `sensitive` and `unknown` have the shape of `value`, with true where they apply to everything below. */
export function mask(value: Json | undefined, sensitive: Json | undefined, unknown: Json | undefined): Value {
  return maskAny(value, sensitive, unknown) ?? null;
}

function maskAny(
  value: Json | undefined,
  sensitive: Json | undefined,
  unknown: Json | undefined,
  name = "",
): Value | undefined {
  if (sensitive === true) return new Withheld("sensitive", value);
  // Of a resource that goes Terraform says `after: null`, and `after_unknown: {}` beside it.
  if (value === null && unknown !== true) return null;
  const isTold = unknown === true || (typeof value === "string" && value !== "");
  // A second net, whatever the provider says: what was set by hand on a function stands in a plan as drift, in clear.
  if (isTold && mayNameSecret(name)) return new Withheld("sensitive", value);
  if (typeof value === "string" && hasSecretForm(value)) return new Withheld("sensitive", value);
  if (unknown === true) return new Withheld("unknown");
  if (isList(value) || isList(unknown)) return maskList(value, sensitive, unknown);
  if (isObject(value) || isObject(unknown)) return maskObject(value, sensitive, unknown);
  return value;
}

function maskList(value: Json | undefined, sensitive: Json | undefined, unknown: Json | undefined): Value[] {
  const [values, marks, holes] = [value, sensitive, unknown].map((it) => (isList(it) ? it : []));
  const length = Math.max(values?.length ?? 0, holes?.length ?? 0);
  return Array.from({ length }, (_, index) => maskAny(values?.[index], marks?.[index], holes?.[index]) ?? null);
}

function maskObject(
  value: Json | undefined,
  sensitive: Json | undefined,
  unknown: Json | undefined,
): ValueObject | undefined {
  const [values = {}, marks = {}, holes = {}] = [value, sensitive, unknown].map((it) => (isObject(it) ? it : {}));
  const names = [...new Set([...Object.keys(values), ...Object.keys(holes)])];
  const entries = names.flatMap((name) => {
    const masked = maskAny(values[name], marks[name], holes[name], name);
    return masked === undefined || (values[name] === undefined && isEmpty(masked)) ? [] : [[name, masked] as const];
  });
  return Object.fromEntries(entries);
}

/** `after_unknown` names blocks in which nothing is unknown, too: `{"tags_all": {}}`. */
function isEmpty(value: Value): boolean {
  if (value === null || typeof value !== "object" || value instanceof Withheld) return value === false;
  return Object.values(value).every(isEmpty);
}

function isObject(value: Json | undefined): value is { readonly [name: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

export function isValueObject(value: Value | undefined): value is ValueObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Withheld);
}

export function isValueList(value: Value | undefined): value is readonly Value[] {
  return Array.isArray(value);
}

/** `["cors_rule", 0, "allowed_origins"]`; undefined where there is nothing. Blocks that occur once are lists of one. */
export function valueAt(root: Value | undefined, ...path: readonly (string | number)[]): Value | undefined {
  let at = root;
  for (const step of path) {
    if (isValueList(at) && typeof step === "number") at = at[step];
    else if (isValueObject(at) && typeof step === "string") at = Object.hasOwn(at, step) ? at[step] : undefined;
    else return at instanceof Withheld ? at : undefined;
  }
  return at;
}

/** Texts of a list or of one text; what is withheld stands as its own description. */
export function textsOf(value: Value | undefined): string[] {
  if (value === undefined || value === null) return [];
  if (isValueList(value)) return value.flatMap(textsOf);
  return isValueObject(value) ? [] : [String(value)];
}

export function equalValues(a: Value | undefined, b: Value | undefined): boolean {
  if (a instanceof Withheld) return a.equals(b);
  if (isValueList(a))
    return isValueList(b) && a.length === b.length && a.every((item, index) => equalValues(item, b[index]));
  if (isValueObject(a)) {
    if (!isValueObject(b)) return false;
    return [...new Set([...Object.keys(a), ...Object.keys(b)])].every((name) => equalValues(a[name], b[name]));
  }
  return (a ?? null) === (b ?? null);
}
