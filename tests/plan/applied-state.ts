import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { listChanges } from "../../plan/model/change.ts";
import { parsePlan } from "../../plan/model/terraform-plan.ts";
import { isValueList, isValueObject, type Value, Withheld } from "../../plan/model/value.ts";
import { terraform } from "../terraform/terraform.ts";

/** Where `mockProvider` keeps the state. */
const STATE_FILE = "empty.tfstate";

interface PlannedBody {
  readonly address: string;
  readonly type: string;
  readonly name: string;
  readonly provider_name: string;
  readonly schema_version: number;
}

/**
 * Writes the state that an apply of a first plan would leave, without AWS: what the plan knows, and for what AWS would have
 * made up and others refer to (ids, ARNs), a text of its own. A plan of the same stack on top of it changes nothing,
 * which the tests check first.
 */
export function writeAppliedState(folder: string): void {
  const plan = JSON.parse(terraform(folder, "show", "-json", "plan.bin").stdout);
  inventComputed(plan);
  const known = new Map(listChanges(parsePlan(JSON.stringify(plan)), new Map()).map((it) => [it.address, it.after]));
  const bodies: readonly PlannedBody[] = plan.planned_values.root_module.resources;
  const outputs = Object.entries<{ value?: unknown }>(plan.planned_values.outputs).map(([name, { value }]) => [
    name,
    { value: value ?? outputOf(plan, name, known), type: "string" },
  ]);
  const state = {
    version: 4,
    terraform_version: plan.terraform_version,
    serial: 1,
    lineage: "00000000-0000-4000-8000-000000000000",
    outputs: Object.fromEntries(outputs),
    resources: bodies.map(({ address, type, name, provider_name, schema_version }) => ({
      mode: "managed",
      type,
      name,
      provider: `provider["${provider_name}"]`,
      instances: [{ schema_version, attributes: toPlain(known.get(address) ?? {}), sensitive_attributes: [] }],
    })),
  };
  writeFileSync(join(folder, STATE_FILE), JSON.stringify(state, undefined, 2));
}

interface FirstPlan {
  readonly resource_changes: readonly {
    readonly address: string;
    readonly type: string;
    readonly change: { readonly after: Record<string, unknown>; readonly after_unknown: Record<string, unknown> };
  }[];
  readonly configuration: {
    readonly root_module: {
      readonly resources: readonly {
        readonly address: string;
        readonly expressions?: Readonly<Record<string, unknown>>;
      }[];
    };
  };
}

/** Every attribute that something refers to, and every id; of roles, also the lists that AWS answers with. */
function inventComputed(plan: FirstPlan): void {
  const text = JSON.stringify(plan.configuration);
  const configured = new Map(plan.configuration.root_module.resources.map((it) => [it.address, it.expressions ?? {}]));
  for (const { address, type, change } of plan.resource_changes) {
    const referenced = [...text.matchAll(new RegExp(`"${address.replaceAll(".", "\\.")}\\.(\\w+)"`, "g"))];
    for (const attribute of new Set(["id", "arn", ...referenced.map(([, name = ""]) => name)])) {
      if (change.after_unknown[attribute] !== true || attribute in (configured.get(address) ?? {})) continue;
      change.after[attribute] = invent(address, attribute, change.after);
      delete change.after_unknown[attribute];
    }
    if (type === "aws_iam_role") Object.assign(change.after, { managed_policy_arns: [], inline_policy: [] });
  }
}

function invent(address: string, attribute: string, after: Record<string, unknown>): string {
  const [type, name] = address.split(".");
  if (attribute === "id") return String(after.bucket ?? after.name ?? after.function_name ?? name);
  if (attribute === "arn" && type === "aws_s3_bucket") return `arn:aws:s3:::${after.bucket}`;
  return attribute.endsWith("arn")
    ? `arn:aws:invented:eu-central-1:111111111111:${type}/${name}`
    : `${name}.${attribute.replaceAll("_", "-")}.example.com`;
}

function outputOf(plan: { configuration: unknown }, name: string, known: ReadonlyMap<string, Value>): string {
  const { root_module } = plan.configuration as {
    root_module: { outputs: Record<string, { expression: { constant_value: string } }> };
  };
  const template = root_module.outputs[name]?.expression.constant_value ?? "";
  return template.replaceAll(/\$\{(\w+\.\w+)\.(\w+)\}/g, (_, address: string, attribute: string) => {
    const body = known.get(address);
    return isValueObject(body) ? String(body[attribute]) : "";
  });
}

function toPlain(value: Value): unknown {
  if (value instanceof Withheld) return null;
  if (isValueList(value)) return value.map(toPlain);
  if (!isValueObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, it]) => (it instanceof Withheld ? [] : [[name, toPlain(it)]])),
  );
}

/** What a test may change in a synthesized stack, as an engineer's edit would. */
export function editStack(folder: string, edit: (document: EditableStack) => void): void {
  const path = join(folder, "cdk.tf.json");
  const document = JSON.parse(readFileSync(path, "utf8"));
  edit(document);
  writeFileSync(path, JSON.stringify(document, undefined, 2));
}

export interface EditableStack {
  readonly resource: Record<string, Record<string, Record<string, unknown>>>;
  readonly output: Record<string, { value: string }>;
}
