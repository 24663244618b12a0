/**
 * Terraform's template strings, as far as the stacks use them: literals and plain references. Functions, conditions,
 * loops and directives are refused by name, because half an evaluator would be a wrong one.
 */

/** `${aws_sqs_queue.resize.arn}`: the resource and the way to the value inside it. */
export interface Reference {
  /** `aws_sqs_queue.resize` */
  readonly address: string;
  readonly path: readonly (string | number)[];
}

export type Segment =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "reference"; readonly reference: Reference; readonly source: string };

/** A template that the runtime can't evaluate. `expression` is the part of it that is to blame. */
export class TemplateError extends Error {
  override readonly name = "TemplateError";
}

const REFERENCE = /^([a-z][a-z0-9_]*)\.([A-Za-z_][\w-]*)((?:\.[A-Za-z_][\w-]*|\.\d+|\[\d+\]|\["[^"\\]+"\])+)$/;
const PATH_STEP = /\.([A-Za-z_][\w-]*)|\.(\d+)|\[(\d+)\]|\["([^"\\]+)"\]/g;
/** `$${` and `%%{` are Terraform's escapes for a literal `${` and `%{`: IAM policy variables arrive so. */
const TOKEN = /\$\$\{|%%\{|\$\{|%\{/g;

/** Throws TemplateError for anything but literals and plain references. */
export function parseTemplate(text: string): Segment[] {
  const segments: Segment[] = [];
  let literal = "";
  let position = 0;
  for (let token = next(text, position); token; token = next(text, position)) {
    literal += text.slice(position, token.index);
    position = token.index + token.mark.length;
    if (token.mark === "$${" || token.mark === "%%{") {
      literal += token.mark.slice(1);
      continue;
    }
    const end = findEnd(text, position);
    const expression = text.slice(position, end);
    if (token.mark === "%{") throw new TemplateError(`the template directive %{${expression}}`);
    segments.push({ kind: "text", text: literal });
    segments.push({ kind: "reference", reference: parseReference(expression.trim()), source: `\${${expression}}` });
    literal = "";
    position = end + 1;
  }
  segments.push({ kind: "text", text: literal + text.slice(position) });
  return segments.filter((segment) => segment.kind === "reference" || segment.text !== "");
}

function next(text: string, from: number): { index: number; mark: string } | undefined {
  TOKEN.lastIndex = from;
  const match = TOKEN.exec(text);
  return match ? { index: match.index, mark: match[0] } : undefined;
}

/** The closing brace, nested braces and quoted strings passed over, so that an error can quote the whole expression. */
function findEnd(text: string, from: number): number {
  let depth = 0;
  let quoted = false;
  for (let index = from; index < text.length; index++) {
    const character = text[index];
    if (character === "\\") index++;
    else if (character === '"') quoted = !quoted;
    else if (!quoted && character === "{") depth++;
    else if (!quoted && character === "}" && depth-- === 0) return index;
  }
  throw new TemplateError(`the unfinished expression \${${text.slice(from)}`);
}

function parseReference(expression: string): Reference {
  const [, type, name, rest] = REFERENCE.exec(expression) ?? [];
  if (!type || !name || !rest) throw new TemplateError(`the expression \${${expression}}`);
  if (["data", "module", "var", "local", "each", "count", "path", "terraform", "self"].includes(type))
    throw new TemplateError(`the reference \${${expression}} (${type} is not part of what the laptop runtime reads)`);
  const path = [...rest.matchAll(PATH_STEP)].map(([, word, dotted, index, quoted]) => {
    const position = index ?? dotted;
    return position === undefined ? (word ?? quoted ?? "") : Number(position);
  });
  return { address: `${type}.${name}`, path };
}

/** Every reference inside a value, however deep. Throws TemplateError. */
export function listReferences(value: unknown): Reference[] {
  if (typeof value === "string")
    return parseTemplate(value).flatMap((segment) => (segment.kind === "reference" ? [segment.reference] : []));
  if (Array.isArray(value)) return value.flatMap(listReferences);
  if (typeof value === "object" && value !== null) return Object.values(value).flatMap(listReferences);
  return [];
}

/**
 * The value with every reference replaced by what it names. A string that is one reference takes the value's own type;
 * inside a longer string only text, numbers and booleans may stand, as in Terraform.
 */
export function resolveReferences(
  value: unknown,
  lookUp: (reference: Reference, source: string) => unknown,
  rewrite: (text: string) => string = (text) => text,
): unknown {
  if (typeof value === "string") return resolveText(value, lookUp, rewrite);
  if (Array.isArray(value)) return value.map((item) => resolveReferences(item, lookUp, rewrite));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, resolveReferences(item, lookUp, rewrite)]),
  );
}

function resolveText(
  text: string,
  lookUp: (reference: Reference, source: string) => unknown,
  rewrite: (text: string) => string,
): unknown {
  const segments = parseTemplate(text);
  const [only] = segments;
  if (segments.length === 1 && only?.kind === "reference") {
    const value = lookUp(only.reference, only.source);
    return typeof value === "string" ? rewrite(value) : value;
  }
  const parts = segments.map((segment) => {
    if (segment.kind === "text") return segment.text;
    const value = lookUp(segment.reference, segment.source);
    if (["string", "number", "boolean"].includes(typeof value)) return String(value);
    throw new TemplateError(`${segment.source} inside a longer text, because it is neither text nor a number`);
  });
  return rewrite(parts.join(""));
}

/** Follows a path into a value; undefined where it leads nowhere. Own properties only. */
export function findAtPath(value: unknown, path: readonly (string | number)[]): unknown {
  let current = value;
  for (const step of path) {
    // Terraform's single blocks are lists of one to a reference, while cdktf may write them as a bare object.
    if (step === 0 && typeof current === "object" && current !== null && !Array.isArray(current)) continue;
    // And a schema that reads such a list as its one block reports paths without the index.
    if (typeof step === "string" && Array.isArray(current) && current.length === 1) [current] = current as unknown[];
    if (typeof current !== "object" || current === null || !Object.hasOwn(current, step)) return undefined;
    current = (current as Record<string | number, unknown>)[step];
  }
  return current;
}
