import type { Source, Sources } from "./source.ts";
import type { Action, ConfiguredResource, PlannedResource, TerraformPlan } from "./terraform-plan.ts";
import { isValueList, isValueObject, type Json, mask, type Value, valueAt, Withheld } from "./value.ts";

export type ChangeKind = "none" | "read" | "add" | "change" | "replace" | "destroy" | "forget";

/** What a plan does to one resource, with nothing in it that may not be told. */
export interface ResourceChange {
  /** `aws_s3_bucket.uploads` */
  readonly address: string;
  readonly type: string;
  readonly kind: ChangeKind;
  /** Where it was known by another address before. */
  readonly movedFrom?: string;
  readonly isImported: boolean;
  /** A replacement's leftover, that an earlier apply could not destroy. */
  readonly isDeposed: boolean;
  readonly before: Value;
  readonly after: Value;
  /** `bucket`, `key_schema[0].name`: the attributes that force a replacement. */
  readonly forcedBy: readonly string[];
  /** Terraform's word for why it is replaced or destroyed. */
  readonly reason?: string;
  /** Attributes that the stack sets itself; undefined where the plan does not tell. */
  readonly configured?: ReadonlySet<string>;
  readonly source?: Source;
}

const KINDS: Readonly<Record<Action, ChangeKind>> = {
  "no-op": "none",
  read: "read",
  create: "add",
  update: "change",
  delete: "destroy",
  forget: "forget",
};

export function listChanges(plan: TerraformPlan, sources: Sources): ResourceChange[] {
  const configured = new Map(plan.configuration.root_module.resources.map((it) => [it.address, it]));
  const changes = plan.resource_changes.map((it) => toChange(it, configured.get(it.address), sources));
  const known = new Map(changes.map((it) => [it.address, it.after]));
  return changes.map((it) => fillTemplates(it, configured.get(it.address), known));
}

/** What changed outside Terraform since the last apply. */
export function listDrift(plan: TerraformPlan, sources: Sources): ResourceChange[] {
  return plan.resource_drift.map((it) => toChange(it, undefined, sources));
}

function toChange(
  planned: PlannedResource,
  configured: ConfiguredResource | undefined,
  sources: Sources,
): ResourceChange {
  const { address, previous_address, deposed, type, change, action_reason } = planned;
  return {
    address,
    type,
    kind: kindOf(change.actions),
    movedFrom: previous_address === address ? undefined : previous_address,
    isImported: change.importing !== undefined,
    isDeposed: deposed !== undefined,
    before: mask(change.before, change.before_sensitive, undefined),
    after: mask(change.after, change.after_sensitive, change.after_unknown),
    forcedBy: [...new Set((change.replace_paths ?? []).map(describePath))],
    reason: action_reason,
    configured: configured && new Set(Object.keys(configured.expressions)),
    source: sources.get(address) ?? sources.get(address.replace(/\[.*$/, "")),
  };
}

/** Two actions are a replacement in either order; `create` with `forget` leaves the old one behind. */
function kindOf(actions: readonly Action[]): ChangeKind {
  const [first = "no-op", second] = actions;
  if (second === undefined) return KINDS[first];
  return actions.includes("forget") ? "forget" : "replace";
}

function describePath(path: readonly (string | number)[]): string {
  return path.reduce<string>(
    (text, step) => (typeof step === "number" ? `${text}[${step}]` : text ? `${text}.${step}` : step),
    "",
  );
}

/**
 * A text is unknown as soon as one reference in it is. Who grants what must be readable all the same, so such a text is
 * put together from its template, which the plan holds for stacks written as JSON, and from what is known of the references.
 * What is still unknown stays as its reference.
 */
function fillTemplates(
  change: ResourceChange,
  configured: ConfiguredResource | undefined,
  known: ReadonlyMap<string, Value>,
): ResourceChange {
  return configured ? { ...change, after: fillValue(change.after, configured.expressions, known) } : change;
}

/** An expression has the shape of the value, with `constant_value` at its ends; a block may be written without its list. */
function fillValue(value: Value, expression: Json | undefined, known: ReadonlyMap<string, Value>): Value {
  if (value instanceof Withheld) {
    const template = jsonAt(expression, "constant_value");
    return value.reason === "unknown" && template !== undefined
      ? fill(mask(template, undefined, undefined), known)
      : value;
  }
  if (isValueList(value)) {
    return value.map((item, index) => fillValue(item, isJsonList(expression) ? expression[index] : expression, known));
  }
  if (!isValueObject(value)) return value;
  const block = isJsonList(expression) ? expression[0] : expression;
  return Object.fromEntries(
    Object.entries(value).map(([name, it]) => [name, fillValue(it, jsonAt(block, name), known)]),
  );
}

function fill(template: Value, known: ReadonlyMap<string, Value>): Value {
  if (isValueList(template)) return template.map((item) => fill(item, known));
  if (isValueObject(template)) {
    return Object.fromEntries(Object.entries(template).map(([name, it]) => [name, fill(it, known)]));
  }
  if (typeof template !== "string") return template;
  const filled = template.replaceAll(
    /\$\{([a-z]\w*\.[\w-]+)\.(\w+)\}/g,
    (whole, address: string, attribute: string) => {
      const value = valueAt(known.get(address), attribute);
      return typeof value === "string" ? value : whole;
    },
  );
  // Its parts may be harmless, and the whole not.
  return mask(filled, undefined, undefined);
}

function isJsonList(json: Json | undefined): json is readonly Json[] {
  return Array.isArray(json);
}

function jsonAt(json: Json | undefined, name: string): Json | undefined {
  if (typeof json !== "object" || json === null || isJsonList(json) || !Object.hasOwn(json, name)) return undefined;
  return json[name];
}
