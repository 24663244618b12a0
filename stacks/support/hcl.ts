/**
 * Writes a synthesized stack as HCL for people to review, in the form of `terraform fmt`. cdktf's own HCL output leaves
 * the quotes of a policy unescaped, which neither a reader nor Terraform can make sense of; here a policy is written
 * out as `jsonencode({…})`. What is planned and deployed is the JSON, never this.
 */

type Body = Readonly<Record<string, unknown>>;

/** Attributes that hold a map. Any other object is a block. */
const MAP_ATTRIBUTES = new Set(["tags", "variables", "aws", "dimensions"]);
/** Attributes whose texts are expressions. */
const EXPRESSIONS = new Set(["depends_on", "provider"]);
const INDENT = "  ";

/** `document` is what `TerraformStack.toTerraform()` returns. */
export function renderHcl(document: Body): string {
  const { terraform = {}, provider = {}, resource = {}, output = {} } = document as Record<string, Body>;
  const blocks = [
    renderTerraform(terraform),
    ...labelled(provider).flatMap(([name, bodies]) => renderBlocks(`provider "${name}"`, bodies, "")),
    ...labelled(resource).flatMap(([type, named]) =>
      labelled(named).flatMap(([name, body]) => renderBlocks(`resource "${type}" "${name}"`, body, "")),
    ),
    ...labelled(output).flatMap(([name, body]) => renderBlocks(`output "${name}"`, body, "")),
  ];
  return `${blocks.join("\n\n")}\n`;
}

/** A backend carries its kind as a label, unlike every other block inside a block. */
function renderTerraform({ backend = {}, ...rest }: Body): string {
  const [head, ...lines] = renderBlock("terraform", rest, "").split("\n");
  const backends = labelled(backend).map(([kind, body]) => renderBlock(`backend "${kind}"`, body as Body, INDENT));
  return [head, ...backends, "", ...lines].join("\n");
}

function labelled(value: unknown): [string, unknown][] {
  return Object.entries(value as Body)
    .filter(([name]) => name !== "//")
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

function renderBlocks(header: string, value: unknown, indent: string): string[] {
  const bodies = Array.isArray(value) ? value : [value];
  return bodies.map((body) => renderBlock(header, body as Body, indent));
}

/** Attributes first, then the blocks inside, each part parted from the next by an empty line. */
function renderBlock(header: string, body: Body, indent: string): string {
  const entries = labelled(body).filter(([, value]) => value !== undefined);
  const inner = indent + INDENT;
  const attributes = entries.filter(([name, value]) => !isBlock(name, value));
  const blocks = entries
    .filter(([name, value]) => isBlock(name, value))
    .flatMap(([name, value]) => renderBlocks(name, value, inner));
  const parts = [...(attributes.length > 0 ? [renderAttributes(attributes, inner)] : []), ...blocks];
  return parts.length === 0 ? `${indent}${header} {}` : `${indent}${header} {\n${parts.join("\n\n")}\n${indent}}`;
}

function isBlock(name: string, value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0 && value.every(isObject);
  return isObject(value) && !MAP_ATTRIBUTES.has(name);
}

/** As `terraform fmt` does, the equals signs of neighbouring lines stand in one column; a longer value ends a group. */
function renderAttributes(entries: readonly [string, unknown][], indent: string): string {
  const groups: { readonly name: string; readonly text: string }[][] = [[]];
  for (const [name, value] of entries) {
    const text = renderValue(value, indent, EXPRESSIONS.has(name));
    groups.at(-1)?.push({ name, text });
    if (text.includes("\n")) groups.push([]);
  }
  return groups.flatMap((group) => alignGroup(group, indent)).join("\n");
}

function alignGroup(group: readonly { readonly name: string; readonly text: string }[], indent: string): string[] {
  const single = group.filter(({ text }) => !text.includes("\n"));
  const width = Math.max(0, ...single.map(({ name }) => name.length));
  return group.map(({ name, text }) => {
    const padding = text.includes("\n") ? "" : " ".repeat(width - name.length);
    return `${indent}${name}${padding} = ${text}`;
  });
}

function renderValue(value: unknown, indent: string, isExpression = false): string {
  if (typeof value === "string") return isExpression ? value : renderText(value, indent);
  if (Array.isArray(value)) return renderList(value, indent, isExpression);
  if (isObject(value)) return renderMap(value, indent);
  return String(value);
}

function renderText(text: string, indent: string): string {
  const [, reference] = /^\$\{([^{}]+)\}$/.exec(text) ?? [];
  if (reference !== undefined) return reference;
  const json = findJson(text);
  if (json !== undefined) return `jsonencode(${renderValue(json, indent)})`;
  // JSON's escapes are HCL's too; `${` stays, as it is a reference, and the stacks write no literal one.
  return JSON.stringify(text);
}

function renderList(values: readonly unknown[], indent: string, isExpression: boolean): string {
  if (values.length === 0) return "[]";
  const inner = indent + INDENT;
  const items = values.map((value) => `${inner}${renderValue(value, inner, isExpression)},`);
  return `[\n${items.join("\n")}\n${indent}]`;
}

function renderMap(map: Body, indent: string): string {
  const inner = indent + INDENT;
  const entries = Object.entries(map).map(([name, value]): [string, unknown] => [
    /^[A-Za-z_][\w-]*$/.test(name) ? name : JSON.stringify(name),
    value,
  ]);
  return entries.length === 0 ? "{}" : `{\n${renderAttributes(entries, inner)}\n${indent}}`;
}

/** A text that is a JSON object: a policy, a log format. */
function findJson(text: string): Body | undefined {
  if (!text.startsWith("{")) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Body {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
